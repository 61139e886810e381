//! The scopes in a token, which the official SDKs compare with those in the settings.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Request;
use lakekey::{Credentials, Environment, Ports};
use lakekey_mock::Setup;
use lakekey_store::MemoryStore;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Facts;
use super::doubles::wait;
use crate::case::{Finding, holds, same};
use crate::probe::{Probe, header};

/// A token, the configured scopes, and what an SDK makes of them; then what it makes of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    /// The claim `scope` of the token.
    scope: Option<toml::Value>,
    /// The token, where it is none with claims.
    token: Option<String>,
    configured: Option<Vec<String>>,
    /// Whether this strategy is the only one that may be used.
    #[serde(default)]
    pinned: bool,
    /// `used`, `passed over` or `refused`.
    outcome: String,
}

impl Facts for Check {
    fn judge(&self, probe: &mut Probe) -> Finding {
        let token = match (&self.token, &self.scope) {
            (Some(token), _) => token.clone(),
            (None, Some(scope)) => signed(&json!({ "scope": scope })),
            (None, None) => signed(&json!({ "sub": "user@example.com" })),
        };
        let outcome = match (self.agrees(&token), self.pinned) {
            (true, _) => "used",
            (false, true) => "refused",
            (false, false) => "passed over",
        };
        same("the token", outcome, self.outcome.as_str())?;
        let ours = self.ours(probe)?;
        holds(
            self.agrees(&ours),
            format!("ours is not used: {:?}", claimed(&ours)),
        )
    }
}

impl Check {
    /// Whether the token has just the configured scopes, whatever it says about `offline_access`.
    fn agrees(&self, token: &str) -> bool {
        let Some(mut claimed) = claimed(token) else {
            return true;
        };
        let configured = self.configured.clone();
        let mut configured: BTreeSet<_> = configured
            .unwrap_or(vec!["all-apis".to_owned()])
            .into_iter()
            .collect();
        claimed.remove("offline_access");
        configured.remove("offline_access");
        claimed == configured
    }

    /// The token of a sign-in with the configured scopes.
    fn ours(&self, probe: &mut Probe) -> Finding<String> {
        let mut setup = Setup::workspace();
        setup
            .scopes
            .extend(self.configured.iter().flatten().cloned());
        let server = probe.server(setup);
        let mut builder = Credentials::builder()
            .environment(Environment::default())
            .host(server.url())
            .store(Arc::new(MemoryStore::new()))
            .clock(server.clock())
            .http(server.wire());
        if let Some(scopes) = &self.configured {
            builder = builder.scopes(scopes.join(","));
        }
        let credentials = builder.build()?;
        wait(async {
            let attempt = credentials.sign_in().ports(Ports::Any).start().await?;
            let page = server.send(Request::get(attempt.url().as_str()).body(Vec::new())?)?;
            attempt.inbox().offer(header(&page, "location"))?;
            attempt.wait().await?;
            Ok(credentials.token().await?.access().expose().to_owned())
        })?
    }
}

/// The scopes that a token claims to have; `None` where it says nothing about them.
fn claimed(token: &str) -> Option<BTreeSet<String>> {
    let claims = BASE64_URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1)?)
        .ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    match claims.get("scope")? {
        Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str);
            Some(texts.map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// A token with these claims, signed by nobody.
fn signed(claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims))
}
