//! S-CT-04: the clock, and starting over.

use std::time::Duration;

use lakekey_mock::Setup;
use serde_json::{Value, json};

use super::super::peer::{self, Place, text};
use super::desk::Desk;
use crate::case::{Finding, holds, same, there};
use crate::probe::{Probe, Server, header, noon};

/// `advance`: tokens live and die by the mock's clock alone.
pub(super) fn clock_advances(probe: &mut Probe) -> Finding {
    let server = at_noon(probe)?;
    let (desk, place) = (Desk::of(&server)?, Place::workspace(&server));
    let code = peer::code(&server, &place)?;
    let tokens = peer::sign_in(&server, &place)?;
    let access = text(&tokens, "access_token")?;
    let lifetime = there("expires_in", tokens["expires_in"].as_u64())?;
    let now = desk.post("/clock", &json!({"advance": lifetime - 1}))?;
    same("now", now["now"].as_f64(), Some(seconds(noon()) + 3599.0))?;
    peer::is_alive(&server, &place, access)?;
    same("active", is_active(&desk, access)?, true)?;
    desk.post("/clock", &json!({"advance": 1}))?;
    peer::is_dead(&server, &place, access)?;
    same("active", is_active(&desk, access)?, false)?;
    peer::refused(&server, &place, &peer::redemption(&code), "invalid_grant")?;
    let date = header(&server.get(&place.metadata())?, "date").to_owned();
    same("the date", date.as_str(), "Mon, 01 Jun 2026 13:00:00 GMT")?;
    probe.saw(200);
    Ok(())
}

/// `skew`: the clock is wrong by so much, everywhere, and a new skew replaces the old one.
pub(super) fn clock_is_skewed(probe: &mut Probe) -> Finding {
    let server = at_noon(probe)?;
    let (desk, place) = (Desk::of(&server)?, Place::workspace(&server));
    let before = peer::sign_in(&server, &place)?;
    for (skew, date) in [
        (-300, "Mon, 01 Jun 2026 11:55:00 GMT"),
        (300, "Mon, 01 Jun 2026 12:05:00 GMT"),
        (3600, "Mon, 01 Jun 2026 13:00:00 GMT"),
    ] {
        desk.post("/clock", &json!({ "skew": skew }))?;
        let answer = server.get(&place.metadata())?;
        same("the date", header(&answer, "date"), date)?;
        let tokens = peer::sign_in(&server, &place)?;
        let issued = claim(text(&tokens, "access_token")?, "iat")?;
        same("iat", issued, seconds(noon()) + f64::from(skew))?;
    }
    peer::is_dead(&server, &place, text(&before, "access_token")?)?;
    desk.post("/clock", &json!({"skew": 0}))?;
    peer::is_alive(&server, &place, text(&before, "access_token")?)?;
    probe.saw(200);
    Ok(())
}

/// `reset`: whatever was changed, everything is as in the beginning.
pub(super) fn reset_is_the_beginning(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let (desk, place) = (Desk::of(&server)?, Place::workspace(&server));
    let pristine = hash(&desk)?;
    let twin = probe.listening(Setup::workspace())?;
    same(
        "the hash of a twin",
        hash(&Desk::of(&twin)?)?,
        pristine.as_str(),
    )?;
    let first = peer::sign_in(&server, &place)?;
    for (path, body) in CHANGES {
        let method = if matches!(path, "/config" | "/users" | "/tenants") {
            "PUT"
        } else {
            "POST"
        };
        let before = hash(&desk)?;
        desk.call(method, path, &serde_json::from_str(body)?)?;
        holds(
            hash(&desk)? != before,
            format!("`{path}` does not change the hash"),
        )?;
    }
    let after = desk.post("/reset", &Value::Null)?;
    same(
        "the hash of the answer",
        text(&after, "state_hash")?,
        pristine.as_str(),
    )?;
    same("the hash", hash(&desk)?, pristine)?;
    same("the journal", server.requests().len(), 0)?;
    same("the faults", server.with(|mock| mock.faults().len()), 0)?;
    let renewal = peer::renewal(text(&first, "refresh_token")?);
    same(
        "the old session",
        server.post(&place.token(), &renewal)?.status().as_u16(),
        401,
    )?;
    let again = peer::sign_in(&server, &place)?;
    same(
        "the first refresh token",
        text(&again, "refresh_token")?,
        text(&first, "refresh_token")?,
    )?;
    probe.saw(200);
    Ok(())
}

fn at_noon(probe: &mut Probe) -> Finding<Server> {
    let server = probe.listening(Setup::workspace())?;
    server.with(|mock| mock.clock().set(noon()));
    Ok(server)
}

fn hash(desk: &Desk) -> Finding<String> {
    Ok(text(&desk.get("/state")?, "state_hash")?.to_owned())
}

fn is_active(desk: &Desk, token: &str) -> Finding<bool> {
    let verdict = desk.post("/verify", &json!({ "token": token }))?;
    there("active", verdict["active"].as_bool())
}

fn claim(token: &str, name: &str) -> Finding<f64> {
    let payload = there("the claims", token.split('.').nth(1))?;
    let claims: Value = serde_json::from_slice(&peer::from_base64url(payload)?)?;
    there(name, claims[name].as_f64())
}

fn seconds(moment: std::time::SystemTime) -> f64 {
    let since = moment.duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs_f64()
}

/// One change of each kind.
const CHANGES: [(&str, &str); 7] = [
    ("/config", r#"{"rotation": "never", "ttl": {"access": 5}}"#),
    (
        "/users",
        r#"{"users": [{"id": "1", "user_name": "a@example.com", "display_name": "A"}]}"#,
    ),
    ("/tenants", r#"{"accounts": ["other"]}"#),
    (
        "/faults",
        r#"{"action": {"http.status": {"status": 503}}, "match": {"endpoint": "other"}}"#,
    ),
    ("/clock", r#"{"advance": 60, "skew": 7}"#),
    ("/keys/rotate", "{}"),
    ("/revoke", r#"{"family": 1}"#),
];
