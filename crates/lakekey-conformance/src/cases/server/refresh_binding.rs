//! Server cases of the area `refresh`: scopes, who may refresh, for how long, and how it is said.

use std::time::Duration;

use lakekey_mock::{Dialect, Rotation, Setup};

use super::peer::{self, NATIVE, Place, text};
use super::refresh::{access_token, refresh_token, with_rotation};
use crate::case::{Case, Finding, holds, same};
use crate::probe::{Probe, Server, header, json};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-RT-05",
        &[
            ("omitted", |probe| narrowed(probe, None, Ok(GRANTED))),
            ("subset", |probe| {
                narrowed(probe, Some("all-apis"), Ok("all-apis"))
            }),
            ("superset", |probe| {
                narrowed(
                    probe,
                    Some("all-apis offline_access sql"),
                    Err("invalid_scope"),
                )
            }),
            ("unknown", |probe| {
                narrowed(probe, Some("root"), Err("invalid_scope"))
            }),
            ("after-narrow", after_narrow),
        ],
    ),
    Case::each(
        "S-RT-06",
        &[
            ("client", another_client),
            ("account", |probe| another_tenant(probe, 0, 1)),
            ("workspace", |probe| another_tenant(probe, 0, 2)),
            ("idle", idle),
            ("absolute", absolute),
            ("revoked", revoked),
        ],
    ),
    Case::each(
        "S-RT-07",
        &[
            ("401", |probe| {
                dialect(probe, Dialect::Databricks { status: 401 }, 401)
            }),
            ("400", |probe| {
                dialect(probe, Dialect::Databricks { status: 400 }, 400)
            }),
            ("rfc", |probe| dialect(probe, Dialect::Rfc, 400)),
        ],
    ),
];

/// S-RT-05: what a refresh asks for and what it gets.
fn narrowed(probe: &mut Probe, asked: Option<&str>, wanted: Result<&str, &str>) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Strict);
    let tokens = peer::sign_in_for(&server, &place, GRANTED)?;
    let renewal = peer::renewal(&refresh_token(&tokens)?);
    let form = asked.map_or(renewal.clone(), |scope| {
        renewal.clone().with("scope", scope)
    });
    match wanted {
        Ok(scope) => same(
            "the scope",
            text(&peer::granted(&server, &place, &form)?, "scope")?,
            scope,
        )?,
        Err(error) => {
            peer::refused(&server, &place, &form, error)?;
            // The refusal did not spend the token.
            peer::granted(&server, &place, &renewal)?;
        }
    }
    probe.saw(wanted.err().unwrap_or("200"));
    Ok(())
}

/// S-RT-05: less once is not less for ever.
fn after_narrow(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Strict);
    let tokens = peer::sign_in_for(&server, &place, GRANTED)?;
    let form = peer::renewal(&refresh_token(&tokens)?).with("scope", "offline_access");
    let narrow = peer::granted(&server, &place, &form)?;
    same("the scope", text(&narrow, "scope")?, "offline_access")?;
    let full = peer::granted(&server, &place, &peer::renewal(&refresh_token(&narrow)?))?;
    same("the scope afterwards", text(&full, "scope")?, GRANTED)?;
    probe.saw(200);
    Ok(())
}

/// S-RT-06: another client gets nothing and spends nothing.
fn another_client(probe: &mut Probe) -> Finding {
    let mut setup = peer::with_native_client(Setup::workspace());
    setup.dialect = Dialect::Rfc;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let tokens = peer::sign_in(&server, &place)?;
    let renewal = peer::renewal(&refresh_token(&tokens)?);
    peer::refused(
        &server,
        &place,
        &renewal.clone().with("client_id", NATIVE),
        "invalid_grant",
    )?;
    peer::granted(&server, &place, &renewal)?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-06: another tenant gets nothing and spends nothing.
fn another_tenant(probe: &mut Probe, issued: usize, renewed: usize) -> Finding {
    let mut setup = Setup::workspace();
    setup.dialect = Dialect::Rfc;
    setup.account_ids.push(SECOND_ACCOUNT.to_owned());
    let server = probe.server(setup);
    let places = [
        Place::account(&server),
        Place::account_of(&server, SECOND_ACCOUNT),
        Place::workspace(&server),
    ];
    let tokens = peer::sign_in(&server, &places[issued])?;
    let renewal = peer::renewal(&refresh_token(&tokens)?);
    peer::refused(&server, &places[renewed], &renewal, "invalid_grant")?;
    peer::granted(&server, &places[issued], &renewal)?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-06: not used for too long.
fn idle(probe: &mut Probe) -> Finding {
    let (server, place) = with_lifetimes(probe, 600, 6000);
    let tokens = peer::sign_in(&server, &place)?;
    server.advance(Duration::from_secs(599));
    let tokens = peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
    server.advance(Duration::from_secs(601));
    peer::refused(
        &server,
        &place,
        &peer::renewal(&refresh_token(&tokens)?),
        "invalid_grant",
    )?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-06: the end comes, however often it was refreshed.
fn absolute(probe: &mut Probe) -> Finding {
    let (server, place) = with_lifetimes(probe, 600, 1500);
    let mut tokens = peer::sign_in(&server, &place)?;
    for _ in 0..3 {
        server.advance(Duration::from_secs(500));
        tokens = peer::granted(&server, &place, &peer::renewal(&refresh_token(&tokens)?))?;
    }
    server.advance(Duration::from_secs(1));
    peer::refused(
        &server,
        &place,
        &peer::renewal(&refresh_token(&tokens)?),
        "invalid_grant",
    )?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-06: an administrator ended the session.
fn revoked(probe: &mut Probe) -> Finding {
    let (server, place) = with_rotation(probe, Rotation::Strict);
    let tokens = peer::sign_in(&server, &place)?;
    let refresh = refresh_token(&tokens)?;
    holds(
        server.with(|mock| mock.revoke(&refresh)),
        "the token cannot be revoked",
    )?;
    peer::refused(&server, &place, &peer::renewal(&refresh), "invalid_grant")?;
    peer::is_dead(&server, &place, &access_token(&tokens)?)?;
    probe.saw("invalid_grant");
    Ok(())
}

/// S-RT-07: how a dead refresh token is reported.
fn dialect(probe: &mut Probe, dialect: Dialect, status: u16) -> Finding {
    let mut setup = Setup::workspace();
    setup.dialect = dialect;
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    let answer = server.post(&place.token(), &peer::renewal("rt-of-another-time"))?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), status)?;
    same(
        "cache-control",
        header(&answer, "cache-control"),
        "no-store",
    )?;
    let document = json(&answer)?;
    if dialect == Dialect::Rfc {
        return same(
            "the error",
            document["error"].as_str(),
            Some("invalid_grant"),
        );
    }
    let wanted = serde_json::json!({"error": "invalid_request", "error_description": "Refresh token is invalid"});
    same("the document", document, wanted)
}

/// A server whose sessions end after so many seconds without use, and after so many in all.
fn with_lifetimes(probe: &mut Probe, idle: u64, absolute: u64) -> (Server, Place) {
    let mut setup = Setup::workspace();
    setup.dialect = Dialect::Rfc;
    setup.lifetimes.idle = Duration::from_secs(idle);
    setup.lifetimes.absolute = Duration::from_secs(absolute);
    let server = probe.server(setup);
    let place = Place::workspace(&server);
    (server, place)
}

const GRANTED: &str = "all-apis offline_access";
const SECOND_ACCOUNT: &str = "ac000000-0000-4000-8000-000000000002";
