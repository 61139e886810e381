//! A client that does everything right, to be bent by a case.

use http::header::AUTHORIZATION;
use http::{Request, Response};
use lakekey_mock::{Client, DEFAULT_ACCOUNT_ID, PUBLIC_CLIENT_ID, Setup};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::case::{Finding, same, there};
use crate::probe::{Form, Server, arrival, header, json};

/// A tenant: where its endpoints are.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Scheme and host.
    pub(super) origin: String,
    /// The issuer.
    pub(super) issuer: String,
}

impl Place {
    /// The workspace of this mock.
    pub(super) fn workspace(server: &Server) -> Self {
        Self::at(server.url(), "/oidc")
    }

    /// The account of a default setup.
    pub(super) fn account(server: &Server) -> Self {
        Self::account_of(server, DEFAULT_ACCOUNT_ID)
    }

    pub(super) fn account_of(server: &Server, id: &str) -> Self {
        Self::at(
            &server.url_of("accounts.example.com"),
            &format!("/oidc/accounts/{id}"),
        )
    }

    /// Another workspace of the same mock, by the name of its host.
    pub(super) fn host(server: &Server, host: &str) -> Self {
        Self::at(&server.url_of(host), "/oidc")
    }

    pub(super) fn at(origin: &str, path: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            issuer: format!("{origin}{path}"),
        }
    }

    pub(super) fn authorize(&self, form: &Form) -> String {
        format!("{}/v1/authorize?{}", self.issuer, form.encoded())
    }

    pub(super) fn token(&self) -> String {
        format!("{}/v1/token", self.issuer)
    }

    pub(super) fn metadata(&self) -> String {
        format!("{}/.well-known/oauth-authorization-server", self.issuer)
    }
}

/// A right authorization request of the public client.
pub(super) fn request() -> Form {
    Form::new(&[
        ("response_type", "code"),
        ("client_id", PUBLIC_CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "all-apis offline_access"),
        ("state", STATE),
        ("code_challenge", &s256(VERIFIER)),
        ("code_challenge_method", "S256"),
    ])
}

/// The token request that belongs to [`request`].
pub(super) fn redemption(code: &str) -> Form {
    Form::new(&[
        ("grant_type", "authorization_code"),
        ("client_id", PUBLIC_CLIENT_ID),
        ("redirect_uri", REDIRECT_URI),
        ("code", code),
        ("code_verifier", VERIFIER),
    ])
}

/// A right refresh request.
pub(super) fn renewal(refresh_token: &str) -> Form {
    Form::new(&[
        ("grant_type", "refresh_token"),
        ("client_id", PUBLIC_CLIENT_ID),
        ("refresh_token", refresh_token),
    ])
}

/// Sends that authorization request and gives the code.
pub(super) fn code_for(server: &Server, place: &Place, form: &Form) -> Finding<String> {
    let answer = server.get(&place.authorize(form))?;
    Ok(arrival(&answer)?.get("code")?.to_owned())
}

/// A code for [`request`].
pub(super) fn code(server: &Server, place: &Place) -> Finding<String> {
    code_for(server, place, &request())
}

/// Sends a token request that must succeed and gives the document.
pub(super) fn granted(server: &Server, place: &Place, form: &Form) -> Finding<Value> {
    let answer = server.post(&place.token(), form)?;
    let document = json(&answer)?;
    same("the status", answer.status().as_u16(), 200)
        .map_err(|wrong| wrong.during(&document["error_description"]))?;
    Ok(document)
}

/// Sends a token request that must be refused with this error, and gives the response.
pub(super) fn refused(
    server: &Server,
    place: &Place,
    form: &Form,
    error: &str,
) -> Finding<Response<Vec<u8>>> {
    let answer = server.post(&place.token(), form)?;
    let document = json(&answer)?;
    same("the error", document["error"].as_str(), Some(error))?;
    same("the token", document.get("access_token"), None)?;
    Ok(answer)
}

/// Signs in with [`request`] and gives the token document.
pub(super) fn sign_in(server: &Server, place: &Place) -> Finding<Value> {
    let code = code(server, place)?;
    granted(server, place, &redemption(&code))
}

/// Signs in with other scopes.
pub(super) fn sign_in_for(server: &Server, place: &Place, scope: &str) -> Finding<Value> {
    let code = code_for(server, place, &request().with("scope", scope))?;
    granted(server, place, &redemption(&code))
}

/// A member of a document that must be text.
pub(super) fn text<'a>(document: &'a Value, member: &str) -> Finding<&'a str> {
    there(&format!("the text `{member}`"), document[member].as_str())
}

/// Calls an API with these values of the Authorization header.
pub(super) fn call(server: &Server, url: &str, headers: &[&str]) -> Finding<Response<Vec<u8>>> {
    let mut request = Request::get(url);
    for value in headers {
        request = request.header(AUTHORIZATION, *value);
    }
    server.send(request.body(Vec::new())?)
}

/// Who the workspace says we are.
pub(super) fn whoami(server: &Server, place: &Place, token: &str) -> Finding<Response<Vec<u8>>> {
    let url = format!("{}{ME}", place.origin);
    call(server, &url, &[&format!("Bearer {token}")])
}

/// Fails unless an API answers that the token is not valid.
pub(super) fn is_dead(server: &Server, place: &Place, token: &str) -> Finding {
    let answer = whoami(server, place, token)?;
    same("the status of the API", answer.status().as_u16(), 401)?;
    let challenge = header(&answer, "www-authenticate");
    same(
        "error=\"invalid_token\"",
        challenge.contains("error=\"invalid_token\""),
        true,
    )
}

/// Fails unless an API takes the token.
pub(super) fn is_alive(server: &Server, place: &Place, token: &str) -> Finding {
    same(
        "the status of the API",
        whoami(server, place, token)?.status().as_u16(),
        200,
    )
}

/// A setup with one more public client, for loopback redirects of every kind.
pub(super) fn with_native_client(mut setup: Setup) -> Setup {
    let uris = ["http://localhost", "http://127.0.0.1/cb", "http://[::1]/cb"];
    setup.clients.push(Client::public(NATIVE, &uris));
    setup
}

/// `BASE64URL(SHA256(verifier))`, worked out here and not by what is judged (RFC 7636 §4.2).
pub(super) fn s256(verifier: &str) -> String {
    base64url(&Sha256::digest(verifier.as_bytes()))
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn from_base64url(text: &str) -> Finding<Vec<u8>> {
    use base64::Engine;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text)?)
}

/// The verifier of RFC 7636 appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of RFC 7636 appendix B.
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(super) const REDIRECT_URI: &str = "http://localhost:8020";
pub(super) const STATE: &str = "a-state-that-nobody-guesses";
/// A second public client.
pub(super) const NATIVE: &str = "native-app";
pub(super) const ME: &str = "/api/2.0/preview/scim/v2/Me";
