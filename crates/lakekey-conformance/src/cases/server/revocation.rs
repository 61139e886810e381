//! Server cases of the area `revocation` (RFC 7009, RFC 7662).

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{Request, Response};
use lakekey_mock::{
    M2M_CLIENT_ID, M2M_CLIENT_SECRET, PUBLIC_CLIENT_ID, Rotation, Setup, Workspace,
};
use serde_json::{Value, json};

use super::peer::{self, Place, text};
use super::refresh::{access_token, refresh_token};
use crate::case::{Case, Finding, Wrong, holds, same};
use crate::probe::{Form, Probe, Server, json as document};

pub(super) const CASES: &[Case] = &[Case::each(
    "S-RV-01",
    &[
        ("access", an_access_token_ends),
        ("refresh", a_family_ends),
        ("unknown", the_unknown_is_no_news),
        ("foreign", the_foreign_lives_on),
        ("hints", hints_may_be_wrong),
        ("introspect", introspection_tells_no_stranger),
    ],
)];

/// `access`: the token ends, its session does not.
fn an_access_token_ends(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    let tokens = peer::sign_in(&server, &place)?;
    gone(&server, &place, &own(&access_token(&tokens)?))?;
    peer::is_dead(&server, &place, &access_token(&tokens)?)?;
    let renewed = peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
    peer::is_alive(&server, &place, &access_token(&renewed)?)?;
    probe.saw(200);
    Ok(())
}

/// `refresh`: with the refresh token ends everything that came of the sign-in, and nothing else.
fn a_family_ends(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    let (tokens, other) = (
        peer::sign_in(&server, &place)?,
        peer::sign_in(&server, &place)?,
    );
    gone(&server, &place, &own(&refresh_token(&tokens)?))?;
    peer::is_dead(&server, &place, &access_token(&tokens)?)?;
    let status = server.post(&place.token(), &peer::renewal(&refresh_token(&tokens)?))?;
    same("the status of a refresh", status.status().as_u16(), 401)?;
    peer::is_alive(&server, &place, &access_token(&other)?)?;
    peer::granted(&server, &place, &peer::renewal(&refresh_token(&other)?))?;
    probe.saw(200);
    Ok(())
}

/// `unknown`: what was never a token, or is none any more, is answered like one. Only no token at all is wrong.
fn the_unknown_is_no_news(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    let tokens = peer::sign_in(&server, &place)?;
    let known = gone(&server, &place, &own(&access_token(&tokens)?))?;
    for unknown in [
        "nonsense",
        "rt-9-9-nonsense",
        "a.b.c",
        &access_token(&tokens)?,
    ] {
        let answer = gone(&server, &place, &own(unknown))?;
        same("the body", answer.body(), known.body())?;
        same("the headers", answer.headers(), known.headers())?;
    }
    let nothing = server.post(&revocation(&place), &own("x").without("token"))?;
    same(
        "the error",
        document(&nothing)?["error"].as_str(),
        Some("invalid_request"),
    )?;
    let stranger = own("x").with("client_id", "nobody");
    let stranger = server.post(&revocation(&place), &stranger)?;
    same(
        "the error",
        document(&stranger)?["error"].as_str(),
        Some("invalid_client"),
    )?;
    probe.saw(200);
    Ok(())
}

/// `foreign`: a token of another client or tenant is answered like an unknown one, and lives on.
fn the_foreign_lives_on(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    let tokens = peer::sign_in(&server, &place)?;
    for token in [access_token(&tokens)?, refresh_token(&tokens)?] {
        let unknown = gone(&server, &place, &own("nonsense"))?;
        let theirs = own(&token).with("client_id", "databricks-sql-connector");
        let answer = gone(&server, &place, &theirs)?;
        same("the body", answer.body(), unknown.body())?;
        gone(&server, &Place::host(&server, OTHER), &own(&token))?;
        gone(&server, &Place::account(&server), &own(&token))?;
    }
    peer::is_alive(&server, &place, &access_token(&tokens)?)?;
    peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
    probe.saw(200);
    Ok(())
}

/// `hints`: the hint is a hint.
fn hints_may_be_wrong(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    for hint in ["access_token", "refresh_token", "saml2_token"] {
        let tokens = peer::sign_in(&server, &place)?;
        let form = own(&access_token(&tokens)?).with("token_type_hint", hint);
        gone(&server, &place, &form)?;
        peer::is_dead(&server, &place, &access_token(&tokens)?)
            .map_err(|wrong| wrong.during(hint))?;
        let tokens = peer::sign_in(&server, &place)?;
        let form = own(&refresh_token(&tokens)?).with("token_type_hint", hint);
        gone(&server, &place, &form)?;
        peer::is_dead(&server, &place, &access_token(&tokens)?)
            .map_err(|wrong| wrong.during(hint))?;
    }
    probe.saw(200);
    Ok(())
}

/// `introspect`: only a client with its secret is told, and of what does not work nothing at all.
fn introspection_tells_no_stranger(probe: &mut Probe) -> Finding {
    let (server, place) = offering(probe);
    let metadata = document(&server.get(&place.metadata())?)?;
    same(
        "where to revoke",
        text(&metadata, "revocation_endpoint")?,
        revocation(&place),
    )?;
    same(
        "where to ask",
        text(&metadata, "introspection_endpoint")?,
        introspection(&place),
    )?;
    let spent = peer::sign_in(&server, &place)?;
    let tokens = peer::granted(&server, &place, &peer::renewal(&refresh_token(&spent)?))?;
    let (access, refresh) = (access_token(&tokens)?, refresh_token(&tokens)?);
    nobody_else_is_told(&server, &place, &access)?;
    let active = told(&server, &place, &access)?;
    same("active", active["active"].as_bool(), Some(true))?;
    same("the client", text(&active, "client_id")?, PUBLIC_CLIENT_ID)?;
    same("the user", text(&active, "sub")?, "user@example.com")?;
    holds(active["exp"].is_u64(), "no expiry")?;
    same(
        "active",
        told(&server, &place, &refresh)?["active"].as_bool(),
        Some(true),
    )?;
    let elsewhere = Place::host(&server, OTHER);
    for (place, token) in [
        (&place, "nonsense"),
        (&place, &refresh_token(&spent)?),
        (&elsewhere, &access),
        (&elsewhere, &refresh),
    ] {
        is_inactive(&server, place, token)?;
    }
    server.advance(Duration::from_secs(3600));
    is_inactive(&server, &place, &access)?;
    same(
        "active",
        told(&server, &place, &refresh)?["active"].as_bool(),
        Some(true),
    )?;
    gone(&server, &place, &own(&refresh))?;
    is_inactive(&server, &place, &refresh)?;
    probe.saw(401);
    Ok(())
}

/// Without authentication, with a wrong one, or with that of a public client, the answer is 401.
fn nobody_else_is_told(server: &Server, place: &Place, token: &str) -> Finding {
    for login in [
        None,
        Some((M2M_CLIENT_ID, "wrong")),
        Some((PUBLIC_CLIENT_ID, "")),
    ] {
        let answer = ask(server, place, token, login)?;
        same("the status", answer.status().as_u16(), 401)?;
        holds(
            answer.headers().contains_key(WWW_AUTHENTICATE),
            "no challenge",
        )?;
        same("active", document(&answer)?.get("active"), None)?;
    }
    let public = own(token).with("client_id", PUBLIC_CLIENT_ID);
    let answer = server.post(&introspection(place), &public)?;
    same("the status", answer.status().as_u16(), 401)
}

fn is_inactive(server: &Server, place: &Place, token: &str) -> Finding {
    same(
        "the answer",
        told(server, place, token)?,
        json!({"active": false}),
    )
}

/// What the service principal is told about a token.
fn told(server: &Server, place: &Place, token: &str) -> Finding<Value> {
    let login = Some((M2M_CLIENT_ID, M2M_CLIENT_SECRET));
    let answer = ask(server, place, token, login)?;
    same("the status", answer.status().as_u16(), 200)?;
    document(&answer)
}

fn ask(
    server: &Server,
    place: &Place,
    token: &str,
    login: Option<(&str, &str)>,
) -> Finding<Response<Vec<u8>>> {
    use base64::Engine;
    let mut request = Request::post(introspection(place))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some((id, secret)) = login {
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
        request = request.header(AUTHORIZATION, format!("Basic {pair}"));
    }
    let form = Form::new(&[("token", token)]);
    server.send(request.body(form.encoded().into_bytes())?)
}

/// Revokes, which always looks the same.
fn gone(server: &Server, place: &Place, form: &Form) -> Finding<Response<Vec<u8>>> {
    let answer = server.post(&revocation(place), form)?;
    same("the status of a revocation", answer.status().as_u16(), 200)
        .map_err(|wrong: Wrong| wrong.during(String::from_utf8_lossy(answer.body())))?;
    Ok(answer)
}

/// What the public client sends to give a token back.
fn own(token: &str) -> Form {
    Form::new(&[("token", token), ("client_id", PUBLIC_CLIENT_ID)])
}

fn revocation(place: &Place) -> String {
    format!("{}/v1/revoke", place.issuer)
}

fn introspection(place: &Place) -> String {
    format!("{}/v1/introspect", place.issuer)
}

/// A mock that offers both, with a second workspace.
fn offering(probe: &mut Probe) -> (Server, Place) {
    let mut setup = Setup::workspace();
    setup.revocation = true;
    setup.rotation = Rotation::Strict;
    setup.workspaces.push(Workspace {
        id: "6543210987654321".to_owned(),
        host: Some(OTHER.to_owned()),
        ..Workspace::default()
    });
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    (server, place)
}

const OTHER: &str = "other.example.com";
