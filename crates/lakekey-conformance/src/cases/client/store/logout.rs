//! Signing out, which leaves nothing behind and nothing else changed.

use std::sync::Arc;

use lakekey_mock::Setup;
use lakekey_store::KeyringStore;

use super::super::desk::{Desk, document, expire, fine, token};
use super::super::keyring::fake::Fake;
use super::super::support::Library;
use crate::case::{Case, Finding, holds, same};
use crate::probe::{PROFILES, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-STO-14",
    &[
        ("file", file),
        ("keyring", keyring),
        ("shared-host", shared_host),
    ],
)];

/// Also what earlier saves and a damaged file left: temporary files, backups.
fn file(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["p1"])?;
    expire(probe)?;
    let outcome = token(probe, "p1")?;
    fine(probe, &outcome)?;
    let secrets = secrets(probe, "p1")?;
    holds(secrets.len() > 1, "the scene is not set")?;
    let keys = document(probe)?["tokens"].clone();
    holds(
        keys.get(desk.server.url()).is_some(),
        "the login is not kept under its host",
    )?;
    for _ in 0..2 {
        sign_out(probe, "p1")?;
        gone(probe, &secrets)?;
    }
    let tokens = document(probe)?["tokens"].clone();
    same("what is left", tokens, serde_json::json!({}))
}

/// The host's own key holds the login that was made last; it goes with that one only.
fn shared_host(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["p1", "p2"])?;
    let (first, second) = (secrets(probe, "p1")?, secrets(probe, "p2")?);
    let before = desk.server.requests().len();
    for _ in 0..2 {
        sign_out(probe, "p1")?;
        gone(probe, &first)?;
    }
    let outcome = token(probe, "p2")?;
    let answer = fine(probe, &outcome)?;
    holds(
        second
            .iter()
            .any(|it| answer["access_token"] == it.as_str()),
        "the other login has another token",
    )?;
    same("requests", desk.server.requests().len(), before)?;
    sign_out(probe, "p2")?;
    gone(probe, &second)
}

/// Through the library, since no command can be told which keyring to use.
fn keyring(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let (fake, home) = (Fake::new(), probe.home()?);
    let profiles = format!("[p1]\nhost = {0}\n[p2]\nhost = {0}\n", server.url());
    home.write(PROFILES, profiles)?;
    let (folder, file) = (home.path().to_owned(), home.file(PROFILES));
    let credentials = |profile: &str| {
        let store = KeyringStore::with_backend(&folder, fake.clone());
        let builder = library.builder().store(Arc::new(store)).profile(profile);
        builder.config_file(file.to_string_lossy()).build()
    };
    let mut tokens = Vec::new();
    for profile in ["p1", "p2"] {
        let credentials = credentials(profile)?;
        library.sign_in(&credentials)??;
        tokens.push(library.wait(credentials.token())?);
    }
    let secret = tokens[0].access().expose();
    holds(fake.holds(secret), "the scene is not set")?;
    for _ in 0..2 {
        library.wait(credentials("p1")?.sign_out())?;
        holds(!fake.holds(secret), "the keyring still has it")?;
        gone(probe, &[secret.to_owned()])?;
    }
    let left = library.wait(credentials("p2")?.token())?;
    holds(left == tokens[1], "the other login has another token")?;
    same("the token requests", server.token_posts().len(), 2)?;
    probe.saw("ok");
    Ok(())
}

fn sign_out(probe: &mut Probe, profile: &str) -> Finding {
    let words = ["auth", "logout", "--profile", profile];
    let outcome = probe.lakekey(&words)?.run()?;
    fine(probe, &outcome).map(drop)
}

/// The tokens of a login.
fn secrets(probe: &mut Probe, profile: &str) -> Finding<Vec<String>> {
    let entry = document(probe)?["tokens"][profile].clone();
    let secrets = ["access_token", "refresh_token"].map(|name| entry[name].as_str());
    let secrets = secrets.into_iter().flatten().map(str::to_owned).collect();
    Ok(secrets)
}

/// Fails if a file of the home, of whatever name, still holds one of them.
fn gone(probe: &mut Probe, secrets: &[String]) -> Finding {
    for secret in secrets {
        let files = probe.home()?.files_with(secret)?;
        same("the files that hold a secret", files, Vec::<String>::new())?;
    }
    Ok(())
}
