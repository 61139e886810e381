//! A person with logins in the token cache, made by the command, and what the command does then.

use std::path::Path;

use lakekey::Code;
use lakekey_mock::Setup;
use serde_json::Value;

use super::support::{attempt_login, failed_as, login};
use crate::case::{Finding, holds, same, there};
use crate::doors;
use crate::probe::{Calls, Lakekey, Outcome, Probe, Server, TOKEN_CACHE};

/// A mock behind a socket and logins at it, which only set the scene.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) server: Server,
}

impl Desk {
    /// A desk with a login for each of these profiles, whose tokens are what commands print.
    pub(super) fn with(probe: &mut Probe, profiles: &[&str]) -> Finding<Self> {
        probe.token_is_output();
        Self::quiet(probe, profiles)
    }

    /// The same where no command prints a token.
    pub(super) fn quiet(probe: &mut Probe, profiles: &[&str]) -> Finding<Self> {
        let server = probe.listening(Setup::workspace())?;
        for profile in profiles {
            login(probe, &["--host", server.url(), "--profile", profile])?;
        }
        probe.count_from_here();
        Ok(Self { server })
    }

    /// The words of a sign-in for a profile.
    pub(super) fn login_words<'a>(&'a self, profile: &'a str) -> [&'a str; 8] {
        let (host, no_browser) = (self.server.url(), "--no-browser");
        [
            "auth",
            "login",
            no_browser,
            "--output=json",
            "--host",
            host,
            "--profile",
            profile,
        ]
    }

    /// Signs in again, and says how that went.
    pub(super) fn login(&self, probe: &mut Probe, profile: &str) -> Finding<Outcome> {
        let lakekey = probe.lakekey(&self.login_words(profile))?;
        attempt_login(probe, lakekey)
    }
}

/// Asks the command for the token of a profile.
pub(super) fn token(probe: &mut Probe, profile: &str) -> Finding<Outcome> {
    probe.lakekey(&token_words(profile))?.run()
}

/// The same, with a new token from the server.
pub(super) fn new_token(probe: &mut Probe, profile: &str) -> Finding<Outcome> {
    let words = [&token_words(profile)[..], &["--force-refresh"]].concat();
    probe.lakekey(&words)?.run()
}

/// The words with which the token of a profile is asked for.
pub(super) fn token_words(profile: &str) -> [&str; 5] {
    ["auth", "token", "--output=json", "--profile", profile]
}

/// The command, with its calls watched on Linux, where that is possible.
pub(super) fn watched(lakekey: Lakekey, probe: &mut Probe, log: &str) -> Finding<Lakekey> {
    if cfg!(target_os = "linux") {
        lakekey.calls(probe.home()?.path(), &Calls::watched(), log)
    } else {
        Ok(lakekey)
    }
}

/// Fails unless the command went well; gives what it printed.
pub(super) fn fine(probe: &mut Probe, outcome: &Outcome) -> Finding<Value> {
    outcome.went_well()?;
    probe.saw("ok");
    if outcome.stdout.trim().is_empty() {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_str(&outcome.stdout)?)
}

/// Fails unless the command failed with that code; gives its words for people, or for programs.
pub(super) fn refused(probe: &mut Probe, outcome: &Outcome, code: Code) -> Finding<String> {
    failed_as(outcome, code)?;
    probe.saw(code);
    Ok(format!("{}{}", outcome.stdout, outcome.stderr))
}

/// The bytes of the token cache.
pub(super) fn cache(probe: &mut Probe) -> Finding<Vec<u8>> {
    let path = probe.home()?.file(TOKEN_CACHE);
    there("the token cache", doors::read(&path)?)
}

/// The token cache as JSON.
pub(super) fn document(probe: &mut Probe) -> Finding<Value> {
    Ok(serde_json::from_slice(&cache(probe)?)?)
}

/// Changes the token cache, as another program would.
pub(super) fn change(probe: &mut Probe, change: impl FnOnce(&mut Value)) -> Finding {
    let mut document = document(probe)?;
    change(&mut document);
    let bytes = serde_json::to_vec(&document)?;
    probe.home()?.write_private(TOKEN_CACHE, bytes)
}

/// Makes every token in the cache long expired.
pub(super) fn expire(probe: &mut Probe) -> Finding {
    change(probe, |document| {
        let tokens = document["tokens"].as_object_mut().into_iter().flatten();
        for (_, token) in tokens {
            token["expiry"] = "2020-01-01T00:00:00Z".into();
        }
    })
}

/// Fails unless the token cache has these bytes.
pub(super) fn is_still(probe: &mut Probe, before: &[u8]) -> Finding {
    let now = cache(probe)?;
    holds(now == before, "the token cache has changed")
}

/// The files of the locks: of the cache, and of the login.
pub(super) fn locks(probe: &mut Probe) -> Finding<Vec<String>> {
    let names = probe.home()?.names(".databricks/lakekey")?;
    let locks: Vec<_> = names.iter().filter(|name| is_lock(name)).collect();
    same("the locks", locks.len(), 2)?;
    let path = |name: &String| format!(".databricks/lakekey/{name}");
    Ok(locks.into_iter().map(path).collect())
}

/// Whether a file of this name is a lock.
pub(super) fn is_lock(name: &str) -> bool {
    has_extension(name, "lease") || has_extension(name, "lock")
}

/// Whether a name ends in this extension.
pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|it| it == extension)
}
