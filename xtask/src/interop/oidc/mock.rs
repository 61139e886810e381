//! The mock, judged by certified clients.

use serde_json::{Value, json};

use super::Stage;
use super::judge::Judge;
use crate::stage::{Mock, Scenario, ensure, same};
use crate::terminal::Failure;

pub(super) const SCENARIOS: &[Scenario<Stage>] = &[
    Scenario {
        name: "openid-client: a workspace",
        play: |stage| signs_in(stage, openid_client, Place::workspace),
    },
    Scenario {
        name: "openid-client: an account",
        play: |stage| signs_in(stage, openid_client, Place::account),
    },
    Scenario {
        name: "openid-client: a service principal",
        play: service_principal,
    },
    Scenario {
        name: "openid-client: what the mock does wrong on purpose",
        play: |stage| sees_faults(stage, openid_client, &SEEN_BY_BOTH),
    },
    Scenario {
        name: "oauth4webapi: a workspace",
        play: |stage| signs_in(stage, oauth4webapi, Place::workspace),
    },
    Scenario {
        name: "oauth4webapi: an account",
        play: |stage| signs_in(stage, oauth4webapi, Place::account),
    },
    Scenario {
        name: "oauth4webapi: access tokens, over a change of keys",
        play: keys,
    },
    Scenario {
        name: "oauth4webapi: what the mock says to mistakes",
        play: mistakes,
    },
    Scenario {
        name: "oauth4webapi: what the mock does wrong on purpose",
        play: |stage| {
            let all = [&SEEN_BY_BOTH[..], &SEEN_BY_OAUTH4WEBAPI].concat();
            sees_faults(stage, oauth4webapi, &all)
        },
    },
];

/// Chooses a judge.
type Choice = fn(&mut Stage) -> &mut Judge;

fn openid_client(stage: &mut Stage) -> &mut Judge {
    &mut stage.openid_client
}

fn oauth4webapi(stage: &mut Stage) -> &mut Judge {
    &mut stage.oauth4webapi
}

/// A mock, and what a client has to know of it.
struct Place {
    mock: Mock,
    about: Value,
}

impl Place {
    fn workspace(stage: &Stage) -> Result<Self, Failure> {
        let mock = start(stage, &[])?;
        let url = mock.url();
        let about = json!({
            "issuer": format!("{url}/oidc"),
            "audience": WORKSPACE_ID,
            "api": format!("{url}/api/2.1/clusters/list"),
        });
        Ok(Self { mock, about })
    }

    fn account(stage: &Stage) -> Result<Self, Failure> {
        let mock = start(stage, &["--account", ACCOUNT_ID])?;
        let url = mock.url();
        let about = json!({
            "issuer": format!("{url}/oidc/accounts/{ACCOUNT_ID}"),
            "audience": ACCOUNT_ID,
            "api": format!("{url}/api/2.0/accounts/{ACCOUNT_ID}/workspaces"),
        });
        Ok(Self { mock, about })
    }

    /// What a client has to know, and something more.
    fn with(&self, name: &str, value: &Value) -> Value {
        let mut about = self.about.clone();
        about[name] = value.clone();
        about
    }
}

fn start(stage: &Stage, args: &[&str]) -> Result<Mock, Failure> {
    let args = [&["--consent", "approve"], args].concat();
    let mock = Mock::start(&stage.programs.mock, &args)?;
    // `openid-client` always sends a path, and redirect URIs are compared byte for byte.
    let uris = ["http://localhost", "http://localhost/callback"];
    mock.configure(&json!({ "redirect_uris": { "databricks-cli": uris } }))?;
    Ok(mock)
}

fn signs_in(
    stage: &mut Stage,
    judge: Choice,
    place: fn(&Stage) -> Result<Place, Failure>,
) -> Result<String, Failure> {
    let place = place(stage)?;
    let chain = judge(stage).ask("sign_in", &place.about)?;
    // Databricks reports every refresh token that is dead like this.
    for (token, name) in [
        ("reuse", "the first, again"),
        ("newest", "the newest after that"),
    ] {
        same(name, &chain[token], "401 invalid_request")?;
    }
    Ok("discovery, PKCE, ID token, API, rotation, reuse".to_owned())
}

fn service_principal(stage: &mut Stage) -> Result<String, Failure> {
    let place = Place::workspace(stage)?;
    let mut about = place.with("id", &json!(M2M_CLIENT_ID));
    about["secret"] = json!(M2M_CLIENT_SECRET);
    stage.openid_client.ask("service", &about)?;
    Ok("secret in the header, secret in the body".to_owned())
}

fn keys(stage: &mut Stage) -> Result<String, Failure> {
    let place = Place::workspace(stage)?;
    let judge = &mut stage.oauth4webapi;
    let old = access_token(judge, &place)?;
    place.mock.rotate_keys()?;
    let new = access_token(judge, &place)?;
    for token in [&old, &new] {
        judge.ask("genuine", &place.with("token", &json!(token)))?;
    }
    let [signed, signature] = parts(&old)?;
    let [other_signed, _] = parts(&new)?;
    let forged = [
        format!("{other_signed}.{signature}"),
        format!("{signed}.{}", swapped(signature)),
    ];
    for token in forged {
        let about = place.with("token", &json!(token));
        judge.refuses("genuine", &about, (INVALID, "signature"))?;
    }
    let mut elsewhere = place.with("token", &json!(new));
    elsewhere["audience"] = json!(ACCOUNT_ID);
    judge.refuses("genuine", &elsewhere, (WRONG_CLAIM, "aud"))?;
    Ok("RFC 9068; forged ones and another audience are refused".to_owned())
}

fn access_token(judge: &mut Judge, place: &Place) -> Result<String, Failure> {
    let tokens = judge.ask("token", &place.about)?;
    Ok(tokens["access_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

/// What is signed, and the signature.
fn parts(token: &str) -> Result<[&str; 2], Failure> {
    let parts = token.rsplit_once('.');
    parts
        .map(<[&str; 2]>::from)
        .ok_or_else(|| Failure::new(format!("`{token}` is no JSON Web Token")))
}

/// The same letters in another order.
fn swapped(signature: &str) -> String {
    signature.chars().rev().collect()
}

fn mistakes(stage: &mut Stage) -> Result<String, Failure> {
    let place = Place::workspace(stage)?;
    let found = stage.oauth4webapi.ask("mistakes", &place.about)?;
    let answers: Value = MISTAKES
        .iter()
        .map(|&(mistake, answer)| (mistake.to_owned(), json!(answer)))
        .collect();
    same("the answers", &found, &answers)?;
    Ok(format!(
        "{} of them, each answered by its RFC",
        MISTAKES.len()
    ))
}

/// Each fault must make the client give up, for the reason it was made for; without one all is well.
fn sees_faults(stage: &mut Stage, judge: Choice, faults: &[Seen]) -> Result<String, Failure> {
    let place = Place::workspace(stage)?;
    let judge = judge(stage);
    for &(fault, action, reason) in faults {
        let action: Value = serde_json::from_str(action)
            .map_err(|error| Failure::new(format!("{fault} is not written well: {error}")))?;
        place.mock.inject(&action)?;
        judge
            .refuses("sign_in", &place.about, reason)
            .map_err(|failure| Failure::new(format!("{fault}: {failure}")))?;
        ensure(place.mock.hits()? > 0, || format!("{fault} hit nothing"))?;
        place.mock.heal()?;
    }
    judge.ask("sign_in", &place.about)?;
    Ok(format!(
        "{} faults, each refused for its own reason",
        faults.len()
    ))
}

/// A fault: its name, how the mock's control API has it, and the code and a word of the refusal.
type Seen = (&'static str, &'static str, (&'static str, &'static str));

const SEEN_BY_BOTH: [Seen; 5] = [
    (
        "another state",
        r#"{"action": {"authz.state": {"mode": "wrong"}}}"#,
        (INVALID, "state"),
    ),
    (
        "another iss",
        r#"{"action": {"authz.iss": {"mode": "wrong"}}}"#,
        (INVALID, "iss"),
    ),
    (
        "no iss",
        r#"{"action": {"authz.iss": {"mode": "drop"}}}"#,
        (INVALID, "iss"),
    ),
    (
        "another issuer",
        r#"{"action": {"disco.set": {"issuer": "http://127.0.0.1:9/oidc"}}}"#,
        (WRONG_MEMBER, "issuer"),
    ),
    (
        "a page for an answer",
        r#"{"match": {"endpoint": "token"}, "action": {"http.content_type": {"value": "text/html"}}}"#,
        (NO_JSON, "content-type"),
    ),
];
const SEEN_BY_OAUTH4WEBAPI: [Seen; 4] = [
    (
        "no access token",
        r#"{"action": {"token.omit": {"members": ["access_token"]}}}"#,
        (INVALID, "access_token"),
    ),
    (
        "a life in words",
        r#"{"action": {"token.set": {"expires_in": "an hour"}}}"#,
        (INVALID, "expires_in"),
    ),
    (
        "a broken ID token",
        r#"{"action": {"token.set": {"id_token": "a.b.c"}}}"#,
        (UNPARSED, "JWT"),
    ),
    (
        "no keys",
        r#"{"match": {"endpoint": "keys"}, "action": {"http.body": {"bytes": "{}"}}}"#,
        (INVALID, "keys"),
    ),
];

/// What is wrong about a request, and the answer.
const MISTAKES: [(&str, &str); 8] = [
    ("no challenge", "redirect invalid_request"),
    ("a challenge in plain", "redirect invalid_request"),
    ("a scope nobody knows", "redirect invalid_scope"),
    ("another verifier", "400 invalid_grant"),
    ("no verifier", "400 invalid_request"),
    ("a code used twice", "400 invalid_grant"),
    ("another secret", "401 basic"),
    ("another token", "401 bearer invalid_token"),
];

/// The codes of refusals, which both packages share.
const INVALID: &str = "OAUTH_INVALID_RESPONSE";
const NO_JSON: &str = "OAUTH_RESPONSE_IS_NOT_JSON";
const UNPARSED: &str = "OAUTH_PARSE_ERROR";
const WRONG_CLAIM: &str = "OAUTH_JWT_CLAIM_COMPARISON_FAILED";
const WRONG_MEMBER: &str = "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED";

const ACCOUNT_ID: &str = "ac000000-0000-4000-8000-000000000001";
const WORKSPACE_ID: &str = "1234567890123456";
const M2M_CLIENT_ID: &str = "5e000000-0000-4000-8000-000000000002";
const M2M_CLIENT_SECRET: &str = "mock-secret-of-the-service-principal";
