//! The control API: what a test harness in any language may change and see.

mod config;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod namespaces;
mod report;
mod tokens;

pub(crate) use config::consent as parse_consent;

use http::{
    Method, Request, Response,
    header::{AUTHORIZATION, HOST},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Fault, FaultKind, Mock, User,
    fault::{FaultReport, fault_kinds},
    inspector,
    jwt::Parsed,
    listen::Namespaces,
    mint,
    params::Params,
    reply, routes,
    rules::consent,
};

/// Answers a request of the control listener.
pub(crate) fn answer(namespaces: &Namespaces, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if is_local(request)
        && let Some(page) = inspector::answer(request)
    {
        return page;
    }
    if !is_local(request) || !is_authorized(request, &namespaces.control_token) {
        return refuse(403, "the control API needs its token and a loopback host");
    }
    let body = match request.body().as_slice() {
        [] => Ok(json!({})),
        bytes => serde_json::from_slice(bytes),
    };
    let Ok(body) = body else {
        return refuse(400, "the body is not JSON");
    };
    let outcome = match path(request.uri().path()) {
        Some((name, Some(path))) => match namespaces.get(name) {
            Some(namespace) => namespace.with(|mock| route(mock, request, path, &body)),
            None => Err((404, format!("there is no namespace `{name}`"))),
        },
        Some((name, None)) => namespaces::route(namespaces, request.method(), name, &body),
        None => Err((404, "the control API begins with /ns".to_owned())),
    };
    outcome.unwrap_or_else(|(status, says)| refuse(status, &says))
}

/// The namespace a path names, empty where it names none, and what comes after it.
fn path(path: &str) -> Option<(&str, Option<&str>)> {
    let path = path.strip_prefix("/ns")?;
    if path.is_empty() {
        return Some(("", None));
    }
    let path = path.strip_prefix('/')?;
    Some(
        path.split_once('/')
            .map_or((path, None), |(name, rest)| (name, Some(rest))),
    )
}

type Outcome = Result<Response<Vec<u8>>, (u16, String)>;

fn route(mock: &mut Mock, request: &Request<Vec<u8>>, path: &str, body: &Value) -> Outcome {
    let method = request.method().as_str();
    let done = || Ok(reply::json(200, &json!({})));
    match (method, path) {
        ("PUT", "config") => {
            config::change(mock.setup(), body).map_err(|says| (400, says))?;
            done()
        }
        ("POST", "faults") => {
            let id = inject(mock, request.body())?;
            Ok(reply::json(201, &json!({ "id": id })))
        }
        ("GET", "faults") => Ok(reply::json(200, &json!({ "faults": faults(mock) }))),
        ("GET", "faults/kinds") => {
            let kinds: Vec<Value> = fault_kinds().iter().map(FaultKind::report).collect();
            Ok(reply::json(200, &json!({ "kinds": kinds })))
        }
        ("GET", "tokens") => Ok(reply::json(200, &tokens::report(mock))),
        ("POST", "clock") => {
            let mut clock = mock.clock().clone();
            if body["reset"] == true {
                clock = mock.initial_clock();
            }
            config::clock(&mut clock, body).map_err(|says| (400, says))?;
            *mock.clock() = clock;
            Ok(reply::json(
                200,
                &json!({ "now": report::seconds(mock.now()) }),
            ))
        }
        ("POST", "keys/rotate") => {
            mock.rotate_keys();
            Ok(reply::json(
                200,
                &json!({ "kid": &*mock.world.keys.current().kid }),
            ))
        }
        ("POST", "revoke") => revoke(mock, body),
        ("POST", "approve" | "deny") => decide(mock, body, path == "approve"),
        ("GET", "journal") => {
            let query = Params::parse(request.uri().query().unwrap_or_default().as_bytes());
            let number = |name: &str| query.get(name).map(str::parse).transpose();
            let wrong = |_| (400, "`since` and `last` are numbers".to_owned());
            let since = number("since").map_err(wrong)?.unwrap_or(0);
            let last = number("last").map_err(wrong)?;
            Ok(reply::json(
                200,
                &report::journal(mock.requests(), since, last),
            ))
        }
        ("GET", "state") => Ok(reply::json(200, &report::state(mock))),
        ("POST", "verify") => Ok(reply::json(200, &verify(mock, body))),
        ("POST", "reset") => {
            mock.reset();
            Ok(reply::json(
                200,
                &json!({ "state_hash": mock.state_hash() }),
            ))
        }
        ("GET", "users") => Ok(reply::json(200, &report::users(&mock.world.setup.users))),
        ("PUT", "users") => {
            mock.setup().users = users(body)?;
            done()
        }
        ("GET", "tenants") => Ok(reply::json(200, &report::tenants(&mock.world.setup))),
        ("PUT", "tenants") => {
            config::tenants(mock.setup(), body).map_err(|says| (400, says))?;
            done()
        }
        _ => named(mock, request.method(), path),
    }
}

/// Paths that end in a name.
fn named(mock: &mut Mock, method: &Method, path: &str) -> Outcome {
    match (method.as_str(), path.split_once('/')) {
        ("POST", Some(("release", barrier))) => mock.gates.release(barrier),
        ("DELETE", Some(("faults", id))) => mock.clear_faults(Some(id)),
        ("DELETE", None) if path == "faults" => mock.clear_faults(None),
        _ => return Err((404, "no such control".to_owned())),
    }
    Ok(reply::json(200, &json!({})))
}

fn inject(mock: &mut Mock, body: &[u8]) -> Result<String, (u16, String)> {
    let fault = Fault::from_json(&String::from_utf8_lossy(body))
        .map_err(|error| (400, error.to_string()))?;
    mock.inject(fault).map_err(|error| (400, error.to_string()))
}

/// The faults in force: what was counted, and what was written.
fn faults(mock: &Mock) -> Vec<Value> {
    let report = |(report, written): (FaultReport, &Fault)| {
        let FaultReport {
            id,
            names,
            seen,
            hits,
        } = report;
        json!({ "id": id, "names": names, "seen": seen, "hits": hits, "fault": written.to_json() })
    };
    let written = mock.faults.written();
    mock.faults().into_iter().zip(written).map(report).collect()
}

fn revoke(mock: &mut Mock, body: &Value) -> Outcome {
    let known = match (
        body["token"].as_str(),
        body["family"].as_u64(),
        body["user"].as_str(),
    ) {
        (Some(token), None, None) => mock.revoke(token),
        (None, Some(family), None) => {
            mock.world.state.revoke_family(family);
            mock.world.state.family(family).is_some()
        }
        (None, None, Some(user)) => {
            mock.revoke_user(user);
            true
        }
        _ => return Err((400, "name one of token, family and user".to_owned())),
    };
    Ok(reply::json(200, &json!({ "known": known })))
}

/// Answers an open sign-in page in place of the person, and says where the browser would go.
fn decide(mock: &mut Mock, body: &Value, approve: bool) -> Outcome {
    let ticket = mock.world.state.take_ticket(body["ticket"].as_str());
    let ticket = ticket.ok_or((409, "no sign-in page is open".to_owned()))?;
    let now = mock.now();
    let user = body["user"].as_str().map(str::to_owned);
    let user = user.or_else(|| {
        mock.world
            .setup
            .users
            .first()
            .map(|user| user.user_name.clone())
    });
    let redirect = if approve {
        routes::decide(&mut mock.world, &ticket.ask, user.as_deref(), 303, now)
    } else {
        routes::decline(&ticket.ask, mock.world.setup.iss, &consent::DECLINED)
    };
    Ok(reply::json(
        200,
        &json!({ "location": redirect.location('?') }),
    ))
}

/// Whether a token opens an API right now, for that audience.
fn verify(mock: &Mock, body: &Value) -> Value {
    let now = mock.now();
    let world = &mock.world;
    let keys = world.keys.published(now, world.setup.lifetimes.access);
    let token = body["token"].as_str().unwrap_or_default();
    let Ok(claims) = crate::rules::bearer::is_genuine(token, &keys) else {
        return json!({ "active": false, "rule": "signature", "parsed": Parsed::of(token).is_some() });
    };
    let family = mint::family_of(&world.dice, &claims.jti);
    let in_time = crate::calendar::unix_seconds(now) < claims.exp;
    let for_audience = body["aud"]
        .as_str()
        .is_none_or(|audience| audience == claims.aud);
    let active = in_time && for_audience && !world.state.is_revoked(&claims.jti, family);
    json!({ "active": active, "aud": claims.aud, "sub": claims.sub, "exp": claims.exp, "family": family })
}

fn users(body: &Value) -> Result<Vec<User>, (u16, String)> {
    let written: Vec<WrittenUser> =
        serde_json::from_value(body["users"].clone()).map_err(|error| (400, error.to_string()))?;
    let user = |written: WrittenUser| User {
        id: written.id,
        user_name: written.user_name,
        display_name: written.display_name,
        personal_tokens: written.personal_tokens,
    };
    Ok(written.into_iter().map(user).collect())
}

#[derive(Deserialize)]
struct WrittenUser {
    id: String,
    user_name: String,
    display_name: String,
    #[serde(default)]
    personal_tokens: Vec<String>,
}

/// A page of the web can not reach this listener under a name of its own.
fn is_local(request: &Request<Vec<u8>>) -> bool {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

fn is_authorized(request: &Request<Vec<u8>>, token: &str) -> bool {
    let value = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|sent| sent == token)
}

fn refuse(status: u16, says: &str) -> Response<Vec<u8>> {
    reply::json(status, &json!({ "error": says }))
}
