//! What is sent, to the letter.

use http::Request;
use lakekey_core::Secret;
use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{
    Client, Grant, Pending, RedirectUri, Scopes, authorization_url, authorize, token_request,
};
use lakekey_pkce::Verifier;
use url::Url;

/// The verifier of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[test]
fn the_authorization_request_has_each_parameter_once() {
    let state = "st-1".parse().expect("a state");
    let challenge = verifier().challenge();
    let scopes = Scopes::default().with_offline_access();
    let redirect_uri = RedirectUri::loopback(8020);
    let url = |endpoints: &Endpoints| {
        authorization_url(
            endpoints,
            &client(),
            &redirect_uri,
            &scopes,
            &state,
            &challenge,
        )
    };
    insta::assert_snapshot!(url(&account()).as_str().replace('&', "\n&"), @r"
    https://accounts.example.test/oidc/accounts/abc/v1/authorize?client_id=databricks-cli
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
    &code_challenge_method=S256
    &redirect_uri=http%3A%2F%2Flocalhost%3A8020
    &response_type=code
    &scope=offline_access+all-apis
    &state=st-1
    ");
    insta::assert_snapshot!(url(&workspace()).as_str().replace('&', "\n&"), @r"
    https://ws.example.test/oidc/v1/authorize?tenant=x
    &client_id=databricks-cli
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
    &code_challenge_method=S256
    &redirect_uri=http%3A%2F%2Flocalhost%3A8020
    &response_type=code
    &scope=offline_access+all-apis
    &state=st-1
    ");
}

#[test]
fn each_sign_in_is_fresh_and_keeps_its_verifier_to_itself() {
    let begin = || {
        authorize(
            &account(),
            &client(),
            RedirectUri::loopback(8020),
            &Scopes::default(),
        )
    };
    let ((first_url, first), (second_url, second)) = (begin(), begin());
    assert!(!first.state().matches(second.state().as_str()));
    assert_ne!(
        parameter(&first_url, "code_challenge"),
        parameter(&second_url, "code_challenge")
    );
    assert_eq!(parameter(&first_url, "state"), first.state().as_str());

    let callback = format!("/?code=c&state={}", first.state().as_str());
    let Ok(Grant::AuthorizationCode {
        verifier,
        redirect_uri,
        ..
    }) = first.finish(&callback)
    else {
        panic!("the right callback gives a code");
    };
    assert_eq!(
        verifier.challenge().as_str(),
        parameter(&first_url, "code_challenge")
    );
    assert_eq!(redirect_uri.as_str(), parameter(&first_url, "redirect_uri"));
    assert!(!first_url.as_str().contains(verifier.expose()));
}

#[test]
fn the_code_exchange() {
    insta::assert_snapshot!(shown(&client(), &code()), @r"
    POST https://ws.example.test/oidc/v1/token
    content-type: application/x-www-form-urlencoded
    accept: application/json

    grant_type=authorization_code
    &code=c%2B1
    &redirect_uri=http%3A%2F%2Flocalhost%3A8023
    &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
    &client_id=databricks-cli
    ");
}

#[test]
fn a_refresh() {
    insta::assert_snapshot!(shown(&client(), &Grant::Refresh(Secret::from("r&1"))), @r"
    POST https://ws.example.test/oidc/v1/token
    content-type: application/x-www-form-urlencoded
    accept: application/json

    grant_type=refresh_token
    &refresh_token=r%261
    &client_id=databricks-cli
    ");
}

#[test]
fn client_credentials_go_into_the_header_form_encoded() {
    let client = Client::confidential("id:1", "s e/c");
    insta::assert_snapshot!(shown(&client, &Grant::ClientCredentials), @r"
    POST https://ws.example.test/oidc/v1/token
    content-type: application/x-www-form-urlencoded
    accept: application/json
    authorization: Basic aWQlM0ExOnMrZSUyRmM=

    grant_type=client_credentials
    &scope=all-apis
    ");
}

#[test]
fn token_federation_with_and_without_a_client() {
    let grant = Grant::federated("h.p.s");
    insta::assert_snapshot!(shown(&Client::anonymous(), &grant), @r"
    POST https://ws.example.test/oidc/v1/token
    content-type: application/x-www-form-urlencoded
    accept: application/json

    grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange
    &subject_token=h.p.s
    &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt
    &scope=all-apis
    ");
    assert!(shown(&Client::public("sp-1"), &grant).contains("&client_id=sp-1\n"));
}

#[test]
fn an_assertion_and_extra_parameters() {
    let grant = Grant::JwtBearer(Secret::from("h.p.s"));
    let extra = [("authorization_details", "[]")];
    let request = token_request(
        &token_endpoint(),
        &client(),
        &grant,
        &Scopes::default(),
        &extra,
    );
    let body = request.expect("a request").into_body();
    insta::assert_snapshot!(String::from_utf8_lossy(&body).replace('&', "\n&"), @r"
    grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer
    &assertion=h.p.s
    &client_id=databricks-cli
    &scope=all-apis
    &authorization_details=%5B%5D
    ");
}

#[test]
fn an_address_that_no_request_can_go_to_is_an_error() {
    let long = format!("https://ws.example.test/{}", "x".repeat(70_000));
    for address in [long.as_str(), "mailto:me@example.test"] {
        let endpoint: Url = address.parse().expect("a URL");
        let request = token_request(
            &endpoint,
            &client(),
            &Grant::ClientCredentials,
            &Scopes::default(),
            &[],
        );
        assert!(request.is_err(), "{}", &address[..20]);
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let (_, pending) = authorize(
        &account(),
        &client(),
        RedirectUri::loopback(8020),
        &Scopes::default(),
    );
    let state = pending.state().as_str().to_owned();
    assert!(!format!("{pending:?}").contains(&state));

    let client = Client::confidential("id-1", "canary-1");
    let grants = [
        code(),
        Grant::Refresh("canary-2".into()),
        Grant::federated("canary-3"),
        Grant::JwtBearer("canary-4".into()),
    ];
    let mut shown = format!("{client:?} {grants:?} {grants:#?}");
    for grant in &grants {
        let request = token_request(&token_endpoint(), &client, grant, &Scopes::default(), &[]);
        shown = format!("{shown} {:?}", request.expect("a request").headers());
    }
    for secret in ["canary", "c+1", VERIFIER, "Basic"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

fn shown(client: &Client, grant: &Grant) -> String {
    let request = token_request(&token_endpoint(), client, grant, &Scopes::default(), &[]);
    let (head, body): (_, Vec<u8>) = request.map(Request::into_parts).expect("a request");
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("ASCII")))
        .collect();
    let body = String::from_utf8(body).expect("ASCII").replace('&', "\n&");
    format!(
        "{} {}\n{}\n{body}\n",
        head.method,
        head.uri,
        headers.concat()
    )
}

fn code() -> Grant {
    let state = "st-1".parse().expect("a state");
    let pending = Pending::resume(&workspace(), RedirectUri::loopback(8023), state, verifier());
    pending
        .finish("/?code=c%2B1&state=st-1")
        .expect("the right callback")
}

fn client() -> Client {
    Client::databricks_cli()
}

fn verifier() -> Verifier {
    VERIFIER.parse().expect("a verifier")
}

fn parameter(url: &Url, name: &str) -> String {
    let values: Vec<_> = url.query_pairs().filter(|(own, _)| own == name).collect();
    assert_eq!(values.len(), 1, "{name} in {url}");
    values[0].1.clone().into_owned()
}

fn account() -> Endpoints {
    let host = "accounts.example.test".parse().expect("a host");
    let account_id = "abc".parse().expect("an account id");
    Target::account(host, account_id)
        .endpoints()
        .expect("fixed for accounts")
}

fn workspace() -> Endpoints {
    let document = br#"{
        "issuer": "https://ws.example.test/oidc",
        "authorization_endpoint": "https://ws.example.test/oidc/v1/authorize?tenant=x",
        "token_endpoint": "https://ws.example.test/oidc/v1/token"
    }"#;
    let target = Target::workspace("ws.example.test".parse().expect("a host"));
    Endpoints::parse(document, &target).expect("a document")
}

fn token_endpoint() -> Url {
    workspace().token().clone()
}
