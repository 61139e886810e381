//! Our client, judged by a certified server.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Stage;
use super::issuer::{Issuer, Request};
use crate::interop::wire::is_grant;
use crate::stage::{Finished, Home, Running, Scenario, SignIn, ensure, same};
use crate::terminal::Failure;
use crate::{files, loopback, shell};

pub(super) const SCENARIOS: &[Scenario<Stage>] = &[
    Scenario {
        name: "oidc-provider: a workspace",
        play: |stage| signs_in(stage, None, "/oidc"),
    },
    Scenario {
        name: "oidc-provider: an account",
        play: |stage| {
            let issuer = format!("/oidc/accounts/{ACCOUNT_ID}");
            signs_in(stage, Some(ACCOUNT_ID), &issuer)
        },
    },
    Scenario {
        name: "oidc-provider: eight at once, with an expired token",
        play: eight_at_once,
    },
    Scenario {
        name: "oidc-provider: a refresh token that was used before",
        play: used_before,
    },
    Scenario {
        name: "oidc-provider: a person who declines",
        play: declined,
    },
    Scenario {
        name: "oidc-provider: an answer with another iss",
        play: other_issuer,
    },
    Scenario {
        name: "oidc-provider: an answer with another state",
        play: other_state,
    },
    Scenario {
        name: "oidc-provider: a request without a challenge",
        play: no_challenge,
    },
];

/// A home in which somebody signs in to an issuer, as profile `dev`.
struct Someone {
    issuer: Issuer,
    home: Home,
    lakekey: PathBuf,
    account: Option<&'static str>,
}

impl Someone {
    fn new(stage: &Stage, account: Option<&'static str>) -> Result<Self, Failure> {
        Ok(Self {
            issuer: Issuer::start(&stage.node, account)?,
            home: Home::new()?,
            lakekey: stage.programs.lakekey.clone(),
            account,
        })
    }

    fn signed_in(stage: &Stage, account: Option<&'static str>) -> Result<Self, Failure> {
        let mut someone = Self::new(stage, account)?;
        let finished = someone.sign_in(Issuer::allow)?;
        succeeded(&finished)?;
        Ok(someone)
    }

    /// Signs in; `decide` is what happens at the address that is to be opened.
    fn sign_in(
        &mut self,
        decide: impl FnOnce(&mut Issuer, &str) -> Result<(), Failure>,
    ) -> Result<Finished, Failure> {
        let host = ["--host", &self.issuer.url, "--profile", "dev"];
        let account = self.account.map(|id| ["--account-id", id]);
        let args = [&host[..], account.as_ref().map_or(&[], |it| &it[..])].concat();
        let sign_in = SignIn::start(&self.home, &self.lakekey, &args)?;
        decide(&mut self.issuer, &sign_in.url)?;
        sign_in.finish()
    }

    /// `lakekey auth token`, with these arguments beside its own.
    fn token(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(&self.lakekey);
        command
            .args(["auth", "token", "--profile", "dev"])
            .args(args);
        command
    }

    /// A token that is newer than the one before.
    fn refreshed(&self) -> Result<String, Failure> {
        let printed = shell::stdout(&mut self.token(&["--force-refresh"]))?;
        let document: Value = serde_json::from_str(&printed)
            .map_err(|error| Failure::new(format!("`auth token` printed no JSON: {error}")))?;
        Ok(document["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }
}

fn signs_in(
    stage: &mut Stage,
    account: Option<&'static str>,
    issuer: &str,
) -> Result<String, Failure> {
    let mut someone = Someone::signed_in(stage, account)?;
    let sign_in = someone.issuer.news()?;
    let tokens = [someone.refreshed()?, someone.refreshed()?];
    ensure(tokens[0] != tokens[1], || "the same token twice".to_owned())?;
    for token in &tokens {
        let opens = someone.issuer.opens(token)?;
        ensure(opens, || "a token opens no API".to_owned())?;
    }
    let authorize = format!("GET {issuer}/v1/authorize");
    ensure(sign_in.iter().any(|it| it.line == authorize), || {
        format!("no `{authorize}` in {sign_in:?}")
    })?;
    let code = ["client_id", "code", "code_verifier", "redirect_uri"];
    same("codes", &grants(&sign_in, "authorization_code", &code)?, &1)?;
    let refreshes = someone.issuer.news()?;
    let refresh = ["client_id", "refresh_token"];
    same(
        "refreshes",
        &grants(&refreshes, "refresh_token", &refresh)?,
        &2,
    )?;
    Ok("discovery, PKCE, two refreshes with rotation, API".to_owned())
}

/// How many token requests there were, all of them of that type and granted.
fn grants(requests: &[Request], grant_type: &str, names: &[&str]) -> Result<usize, Failure> {
    let tokens: Vec<_> = requests.iter().filter(|it| is_for_token(it)).collect();
    for token in &tokens {
        same("the status of a token request", &token.status, &200)?;
        same(
            "Authorization of a public client",
            &token.authorization,
            &None::<String>,
        )?;
        is_grant(token.form.clone(), grant_type, names)?;
    }
    Ok(tokens.len())
}

fn eight_at_once(stage: &mut Stage) -> Result<String, Failure> {
    let mut someone = Someone::new(stage, None)?;
    someone.issuer.token_life(1)?;
    succeeded(&someone.sign_in(Issuer::allow)?)?;
    someone.issuer.token_life(3600)?;
    someone.issuer.news()?;
    // The token expires by the clock of this machine, which nobody can move.
    std::thread::sleep(Duration::from_millis(1100));
    let start = |_| {
        let mut command = someone.token(&[]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running::start(&mut command)
    };
    let started = (0..8).map(start).collect::<Result<Vec<_>, _>>()?;
    for running in started {
        same("the exit code", &running.wait()?.code, &0)?;
    }
    let requests = someone.issuer.news()?;
    let refreshes = grants(&requests, "refresh_token", &["client_id", "refresh_token"])?;
    same("refreshes", &refreshes, &1)?;
    Ok("one refresh, no failure".to_owned())
}

/// Somebody else has used the refresh token: the server ends the session, and a new sign-in helps.
fn used_before(stage: &mut Stage) -> Result<String, Failure> {
    let mut someone = Someone::signed_in(stage, None)?;
    let cache = someone.home.file(".databricks/token-cache.json");
    let earlier = someone.home.file("earlier.json");
    files::copy(&cache, &earlier)?;
    someone.refreshed()?;
    files::copy(&earlier, &cache)?;
    let output = shell::output(&mut someone.token(&["--force-refresh"]))?;
    let talk = String::from_utf8_lossy(&output.stderr);
    ensure(
        !output.status.success() && talk.contains("error[reauth_required]"),
        || format!("a used refresh token is not told: {talk}"),
    )?;
    succeeded(&someone.sign_in(Issuer::allow)?)?;
    someone.refreshed()?;
    Ok("told, and gone after a new sign-in".to_owned())
}

fn declined(stage: &mut Stage) -> Result<String, Failure> {
    failed(stage, "auth_denied", Issuer::decline)
}

fn other_issuer(stage: &mut Stage) -> Result<String, Failure> {
    failed(stage, "issuer_mismatch", |issuer, url| {
        issuer.allow_but_alter(url, "iss", "http://127.0.0.1:9/oidc")
    })
}

/// An answer to somebody else's request is passed over; the right one still counts.
fn other_state(stage: &mut Stage) -> Result<String, Failure> {
    let mut someone = Someone::new(stage, None)?;
    let finished = someone.sign_in(|issuer, url| {
        issuer.allow_but_alter(url, "state", "of-somebody-else")?;
        issuer.allow(url)
    })?;
    succeeded(&finished)?;
    let requests = someone.issuer.news()?;
    let codes = requests.iter().filter(|it| is_for_token(it)).count();
    same("codes that were redeemed", &codes, &1)?;
    Ok("passed over, the right one taken".to_owned())
}

/// Without this the server would not have looked at the challenge of any other sign-in.
fn no_challenge(stage: &mut Stage) -> Result<String, Failure> {
    failed(stage, "auth_error", |issuer, url| {
        let mut url = loopback::address(url)?;
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let kept = pairs.iter().filter(|(name, _)| !name.contains("challenge"));
        url.query_pairs_mut().clear().extend_pairs(kept);
        issuer.allow(url.as_str())
    })
}

/// A sign-in that ends with that error, and without any token request.
fn failed(
    stage: &Stage,
    code: &str,
    decide: impl FnOnce(&mut Issuer, &str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let mut someone = Someone::new(stage, None)?;
    let finished = someone.sign_in(decide)?;
    ensure(
        finished.code != 0 && finished.talk.contains(&format!("error[{code}]")),
        || {
            format!(
                "the sign-in ended with {}: {}",
                finished.code, finished.talk
            )
        },
    )?;
    let requests = someone.issuer.news()?;
    ensure(!requests.iter().any(is_for_token), || {
        format!("a token request in {requests:?}")
    })?;
    ensure(someone.home.is_untouched(), || {
        "something was stored".to_owned()
    })?;
    Ok(code.to_owned())
}

fn succeeded(finished: &Finished) -> Result<(), Failure> {
    ensure(finished.code == 0, || {
        format!(
            "`lakekey auth login` ended with {}: {}",
            finished.code, finished.talk
        )
    })
}

fn is_for_token(request: &Request) -> bool {
    request.line.starts_with("POST ") && request.line.ends_with("/v1/token")
}

const ACCOUNT_ID: &str = "ac000000-0000-4000-8000-000000000001";
