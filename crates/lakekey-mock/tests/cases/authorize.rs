//! S-AZ: the authorization endpoint.

use crate::common::*;
use http::Request;
use lakekey_mock::{Client, Consent, Mock, Pkce};

#[test]
fn s_az_01_valid_request_redirects() {
    for issuer in [account_issuer(), workspace_issuer()] {
        let mut mock = mock();
        let by_get = authorize(&mut mock, &issuer, &good());
        let by_post = post(&mut mock, &format!("{issuer}/v1/authorize"), &good());
        for response in [by_get, by_post] {
            assert_eq!(response.status(), 302);
            assert!(header(&response, "location").starts_with("http://localhost:8020?"));
            let params = returned(&response);
            assert_eq!(
                params
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect::<Vec<_>>(),
                ["code", "state", "iss"]
            );
            assert_eq!(params[1].1, "st-123");
            assert_eq!(params[2].1, issuer);
            assert!(params[0].1.len() >= 22, "128 bits");
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        }
    }
}

#[test]
fn s_az_01_sql_drivers_use_another_path() {
    let mut mock = mock();
    let params = good_but(&[
        ("client_id", "databricks-sql-python"),
        ("scope", "sql offline_access"),
    ]);
    let response = get(
        &mut mock,
        &format!("{WORKSPACE}/oidc/oauth2/v2.0/authorize?{}", encode(&params)),
    );
    assert!(returned_param(&response, "code").is_some());
}

#[test]
fn s_az_02_bad_client_or_redirect_is_shown_and_not_redirected() {
    let twice = |name: &'static str| {
        let mut params = good();
        let again = params
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap()
            .clone();
        params.push(again);
        params
    };
    let cases = [
        (
            good_but(&[("client_id", "<script>alert(1)</script>")]),
            "authorize.client.unknown",
        ),
        (good_but(&[("client_id", "")]), "authorize.client.missing"),
        (twice("client_id"), "authorize.client.repeated"),
        (
            good_but(&[("redirect_uri", "")]),
            "authorize.redirect-uri.missing",
        ),
        (twice("redirect_uri"), "authorize.redirect-uri.repeated"),
        (
            good_but(&[("redirect_uri", "https://evil.test/<b>")]),
            "authorize.redirect-uri.mismatch",
        ),
        (
            good_but(&[("redirect_uri", "javascript:alert(1)")]),
            "authorize.redirect-uri.mismatch",
        ),
        (
            good_but(&[("redirect_uri", "data:text/html,hi")]),
            "authorize.redirect-uri.mismatch",
        ),
    ];
    for (params, rule) in cases {
        let mut mock = mock();
        let response = authorize(&mut mock, &workspace_issuer(), &params);
        assert_eq!((response.status().as_u16(), last_rule(&mock)), (400, rule));
        assert!(!response.headers().contains_key("location"));
        let page = String::from_utf8(response.body().clone()).unwrap();
        assert!(
            !page.contains("http-equiv") && !page.contains("<script") && !page.contains("<b>"),
            "{page}"
        );
    }
}

#[test]
fn s_az_03_redirect_uri_is_exact_but_for_the_port() {
    let registered = ["http://localhost", "http://127.0.0.1/cb", "http://[::1]/cb"];
    let accepted = [
        "http://localhost",
        "http://localhost:1",
        "http://localhost:65535",
        "http://127.0.0.1:8020/cb",
        "http://[::1]:8020/cb",
        "http://[::1]/cb",
    ];
    let refused = [
        "http://localhost:8020/",
        "http://localhost:8020/cb",
        "http://127.0.0.1:8020",
        "http://127.0.0.1:8020/cb/",
        "http://127.0.0.1:8020/cb/../cb",
        "http://127.0.0.1:8020/cb?x",
        "http://127.0.0.1:8020/cb#f",
        "http://127.0.0.1:8020/CB",
        "HTTP://localhost:8020",
        "http://LOCALHOST:8020",
        "http://127.000.000.001:8020/cb",
        "http://127.0.0.2:8020/cb",
        "https://localhost:1",
        "http://user@localhost:8020",
        "http://localhost.evil.test:8020",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://localhost:0",
        "http://localhost:99999",
        "http://localhost:",
        "http://localhost:08020",
        "http://%6cocalhost:8020",
        "http://localhost:8020#",
        "http://localhost:8020?",
        "http://localhostevil",
        "localhost:8020",
    ];
    let mut setup = setup();
    setup.clients = vec![Client::public("databricks-cli", &registered)];
    let mut mock = Mock::new(setup);
    for (uris, status) in [(&accepted[..], 302), (&refused[..], 400)] {
        for uri in uris {
            let response = authorize(
                &mut mock,
                &workspace_issuer(),
                &good_but(&[("redirect_uri", uri)]),
            );
            assert_eq!(response.status(), status, "{uri}");
        }
    }
}

#[test]
fn s_az_04_state_comes_back_unchanged() {
    let long = "s".repeat(2048);
    for state in ["a+b/c=d&e%20 f", "zażółć 🔑", &long] {
        let response = authorize(
            &mut mock(),
            &workspace_issuer(),
            &good_but(&[("state", state)]),
        );
        assert_eq!(returned_param(&response, "state").as_deref(), Some(state));
    }
    let absent = authorize(
        &mut mock(),
        &workspace_issuer(),
        &good_but(&[("state", "")]),
    );
    assert_eq!(returned_param(&absent, "state"), None);
    let mut params = good_but(&[("state", "")]);
    params.push(("state", String::new()));
    let empty = authorize(&mut mock(), &workspace_issuer(), &params);
    assert_eq!(returned_param(&empty, "state"), None);
}

#[test]
fn s_az_05_errors_after_the_redirect_uri_go_back() {
    let cases: [(&'static str, &str, &str); 9] = [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "id_token", "unsupported_response_type"),
        ("response_type", "code token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "all-apis nonsense", "invalid_scope"),
        ("request", "eyJ", "request_not_supported"),
        (
            "request_uri",
            "https://example.com",
            "request_uri_not_supported",
        ),
        ("prompt", "none", "login_required"),
    ];
    for (name, value, error) in cases {
        let response = authorize(
            &mut mock(),
            &workspace_issuer(),
            &good_but(&[(name, value)]),
        );
        assert_error(&response, error);
    }
    let mut setup = setup();
    setup.consent = Consent::Deny;
    let response = authorize(&mut Mock::new(setup), &workspace_issuer(), &good());
    assert_error(&response, "access_denied");
}

fn assert_error(response: &http::Response<Vec<u8>>, error: &str) {
    assert_eq!(response.status(), 302);
    assert_eq!(returned_param(response, "error").as_deref(), Some(error));
    assert_eq!(returned_param(response, "state").as_deref(), Some("st-123"));
    assert_eq!(returned_param(response, "iss"), Some(workspace_issuer()));
    assert_eq!(returned_param(response, "code"), None);
}

#[test]
fn s_az_06_repeated_parameters_are_refused() {
    for (name, value) in good() {
        let mut params = good();
        params.push((name, value));
        let mut mock = mock();
        let by_get = authorize(&mut mock, &workspace_issuer(), &params);
        let by_post = post(
            &mut mock,
            &format!("{}/v1/authorize", workspace_issuer()),
            &params,
        );
        for response in [by_get, by_post] {
            if name == "client_id" || name == "redirect_uri" {
                assert_eq!(response.status(), 400);
            } else {
                assert_eq!(
                    returned_param(&response, "error").as_deref(),
                    Some("invalid_request"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn s_az_07_pkce_is_mandatory() {
    let long = "a".repeat(129);
    let cases: [(&[(&'static str, &str)], &str); 8] = [
        (
            &[("code_challenge", ""), ("code_challenge_method", "")],
            "authorize.challenge.missing",
        ),
        (&[("code_challenge", "")], "authorize.challenge.missing"),
        (
            &[("code_challenge_method", "plain")],
            "authorize.challenge.method",
        ),
        (
            &[("code_challenge_method", "")],
            "authorize.challenge.method",
        ),
        (
            &[("code_challenge_method", "S512")],
            "authorize.challenge.method",
        ),
        (
            &[("code_challenge", &CHALLENGE[1..])],
            "authorize.challenge.malformed",
        ),
        (
            &[("code_challenge", &long)],
            "authorize.challenge.malformed",
        ),
        (
            &[(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=",
            )],
            "authorize.challenge.malformed",
        ),
    ];
    for plain in [false, true] {
        for (changes, rule) in cases {
            let mut setup = setup();
            setup.pkce = Pkce {
                plain,
                ..Pkce::default()
            };
            let mut mock = Mock::new(setup);
            let response = authorize(&mut mock, &workspace_issuer(), &good_but(changes));
            let is_plain = rule == "authorize.challenge.method" && changes[0].1 != "S512";
            if plain && is_plain {
                assert!(returned_param(&response, "code").is_some(), "{changes:?}");
            } else {
                assert_eq!(
                    returned_param(&response, "error").as_deref(),
                    Some("invalid_request"),
                    "{changes:?}"
                );
                assert_eq!(last_rule(&mock), rule);
            }
        }
    }
}

#[test]
fn s_az_09_the_page_resists_framing_and_forgery() {
    let mut mock = asking();
    let page = authorize(&mut mock, &workspace_issuer(), &good());
    assert_eq!(page.status(), 200);
    assert!(header(&page, "content-security-policy").contains("frame-ancestors 'none'"));
    assert!(
        header(&page, "content-security-policy")
            .contains("form-action 'self' http://localhost:8020")
    );
    assert_eq!(header(&page, "x-frame-options"), "DENY");
    assert_eq!(header(&page, "cache-control"), "no-store");
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");

    let [ticket, csrf] = ["ticket", "csrf"].map(|name| hidden(&page, name));
    let url = format!("{}/consent", workspace_issuer());
    let forged = post(
        &mut mock,
        &url,
        &[("ticket", ticket.as_str()), ("decision", "allow")],
    );
    assert_eq!(
        (forged.status().as_u16(), last_rule(&mock)),
        (403, "consent.form")
    );

    let form = [
        ("ticket", ticket.as_str()),
        ("csrf", &csrf),
        ("user", "admin@example.com"),
        ("decision", "allow"),
    ];
    let allowed = post(&mut mock, &url, &form);
    assert_eq!(allowed.status(), 303);
    let code = returned_param(&allowed, "code").unwrap();
    let token = json(&exchange(&mut mock, &workspace_issuer(), &code));
    assert_eq!(
        decoded(text(&token, "access_token"), 1)["sub"],
        "admin@example.com"
    );

    let again = post(&mut mock, &url, &form);
    assert_eq!(
        (again.status().as_u16(), last_rule(&mock)),
        (400, "consent.ticket")
    );
}

#[test]
fn s_az_09_declining_goes_back_with_access_denied() {
    let mut mock = asking();
    let page = authorize(&mut mock, &account_issuer(), &good());
    let [ticket, csrf] = ["ticket", "csrf"].map(|name| hidden(&page, name));
    let form = [
        ("ticket", ticket.as_str()),
        ("csrf", &csrf),
        ("decision", "decline"),
    ];
    let declined = post(&mut mock, &format!("{}/consent", account_issuer()), &form);
    assert_eq!(declined.status(), 303);
    assert_eq!(
        returned_param(&declined, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(returned_param(&declined, "iss"), Some(account_issuer()));
}

#[test]
fn s_az_09_the_page_shows_who_asks_for_what() {
    let mut mock = asking();
    let params = good_but(&[("scope", "all-apis offline_access sql")]);
    let page = authorize(&mut mock, &workspace_issuer(), &params);
    let html = String::from_utf8(page.body().clone()).unwrap();
    let body = html.split_once("<body>").unwrap().1.to_owned();
    insta::assert_snapshot!(body);
}

#[test]
fn the_style_of_the_page_is_the_one_the_policy_allows() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    let page = authorize(&mut asking(), &workspace_issuer(), &good());
    let html = String::from_utf8(page.body().clone()).unwrap();
    let style = html
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(header(&page, "content-security-policy").contains(&format!("'sha256-{hash}'")));
    for elsewhere in ["src=", "href=", "url(", "@import", "<script"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
}

fn asking() -> Mock {
    let mut setup = setup();
    setup.consent = Consent::Ask;
    Mock::new(setup)
}

fn hidden(page: &http::Response<Vec<u8>>, name: &str) -> String {
    let html = String::from_utf8(page.body().clone()).unwrap();
    let (_, after) = html
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

#[test]
fn s_az_10_tenants_are_separate() {
    let other = "ac000000-0000-4000-8000-00000000000b";
    let mut setup = setup();
    setup.account_ids.push(other.to_owned());
    let mut mock = Mock::new(setup);
    for id in [
        "ac000000-0000-4000-8000-00000000ffff",
        "..%2f..",
        "x y".replace(' ', "%20").as_str(),
    ] {
        let issuer = format!("{ACCOUNTS}/oidc/accounts/{id}");
        assert_eq!(authorize(&mut mock, &issuer, &good()).status(), 404, "{id}");
        assert_eq!(exchange(&mut mock, &issuer, "c").status(), 404, "{id}");
        assert_eq!(
            get(
                &mut mock,
                &format!("{issuer}/.well-known/oauth-authorization-server")
            )
            .status(),
            404
        );
    }
    let (a, b, workspace) = (
        account_issuer(),
        format!("{ACCOUNTS}/oidc/accounts/{other}"),
        workspace_issuer(),
    );
    for (minted, redeemed) in [(&a, &b), (&a, &workspace), (&workspace, &a)] {
        let code = code(&mut mock, minted, &[]);
        let response = exchange(&mut mock, redeemed, &code);
        assert_eq!(
            (outcome(&response).as_str(), last_rule(&mock)),
            ("400 invalid_grant", "token.code.tenant")
        );
        assert_eq!(
            exchange(&mut mock, minted, &code).status(),
            200,
            "the code is still its own tenant's"
        );
    }
}

#[test]
fn an_azure_workspace_sends_people_to_entra() {
    let mut setup = setup();
    setup.workspaces[0].azure_tenant = Some("7e000000-0000-4000-8000-000000000003".to_owned());
    let mut mock = Mock::new(setup);
    let response = get(
        &mut mock,
        &format!("{WORKSPACE}/oidc/oauth2/v2.0/authorize?client_id=x"),
    );
    insta::assert_snapshot!(header(&response, "location"), @"https://login.microsoftonline.com/7e000000-0000-4000-8000-000000000003/oauth2/v2.0/authorize?client_id=x");
    let response = get(&mut mock, &format!("{WORKSPACE}/aad/auth"));
    insta::assert_snapshot!(header(&response, "location"), @"https://login.microsoftonline.com/7e000000-0000-4000-8000-000000000003/oauth2/authorize");
    let put = mock.handle(
        Request::put(format!("{WORKSPACE}/oidc/v1/authorize"))
            .body(Vec::new())
            .unwrap(),
    );
    assert_eq!(
        (put.status().as_u16(), header(&put, "allow").as_str()),
        (405, "GET, POST")
    );
}
