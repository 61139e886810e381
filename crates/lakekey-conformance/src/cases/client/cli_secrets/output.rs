//! What stands on standard output.

use std::time::Duration;

use lakekey::{Clock as _, SystemClock};
use lakekey_mock::{Fault, Setup};
use lakekey_store::{FileStore, Key, TokenStore as _};
use serde_json::Value;

use super::super::desk::{Desk, expire, token_words};
use super::super::support::attempt_login;
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Outcome, Probe};

pub(super) const CASES: &[Case] = &[Case::one("C-CLI-01", one_command_prints_tokens)];

fn one_command_prints_tokens(probe: &mut Probe) -> Finding {
    others_print_none(probe)?;
    tokens_are_one_object(probe)?;
    probe.saw("ok");
    Ok(())
}

/// The harness finds a token in whatever they print, since nothing has said yet that one may be there.
fn others_print_none(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    for format in [&[][..], &["--output=json"]] {
        let words = ["auth", "login", "--host", server.url(), "--profile", "dev"];
        let lakekey = probe.lakekey(&[&words, format].concat())?;
        let outcome = attempt_login(probe, lakekey)?;
        printed(&outcome, format)?;
        holds(!outcome.stderr.is_empty(), "it says nothing to the person")?;
        for words in OTHERS {
            let outcome = probe.lakekey(&[words, format].concat())?.run()?;
            printed(&outcome, format).map_err(|wrong| wrong.during(words.join(" ")))?;
        }
    }
    for words in [
        &["--help"][..],
        &["--version"],
        &["auth", "token", "--help"],
        &["help"],
    ] {
        let outcome = probe.lakekey(words)?.run()?;
        outcome.went_well()?;
        same("standard error", outcome.stderr.as_str(), "")?;
        holds(!outcome.stdout.is_empty(), "there is no help")?;
    }
    Ok(())
}

/// One JSON document where that is asked for, else text; in neither case a token, whoseever it may be.
fn printed(outcome: &Outcome, format: &[&str]) -> Finding {
    outcome.went_well()?;
    holds(!outcome.stdout.contains("eyJ"), "a token is printed")?;
    if !format.is_empty() {
        serde_json::from_str::<Value>(&outcome.stdout)?;
    }
    Ok(())
}

/// Fresh, renewed, and where something is odd: the same four members, and never a warning among them.
fn tokens_are_one_object(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let fresh = token(probe, &[])?;
    same("the same token again", token(probe, &[])?, fresh.clone())?;
    expire(probe)?;
    let renewed = token(probe, &[])?;
    holds(renewed != fresh, "the token was not renewed")?;
    let forced = token(probe, &["--force-refresh"])?;
    holds(forced != renewed, "the token was not renewed")?;
    soon_over(probe)?;
    desk.server
        .inject(Fault::new("http.status").param("status", 500))?;
    same("the token that still works", token(probe, &[])?, forced)
}

/// Makes the token one that should be renewed ahead of time, so that there is something to warn of.
fn soon_over(probe: &mut Probe) -> Finding {
    let store = FileStore::in_home(probe.home()?.path());
    let key = Key::profile("dev");
    let token = there("the login", store.load(&key)?)?;
    let minted = SystemClock.now() - Duration::from_secs(50 * 60);
    store.save(&key, &token.lasting(minted, Duration::from_secs(60 * 60)))?;
    Ok(())
}

/// Asks for a token; gives the access token.
fn token(probe: &mut Probe, more: &[&str]) -> Finding<String> {
    let outcome = probe
        .lakekey(&[&token_words("dev")[..], more].concat())?
        .run()?;
    outcome.went_well()?;
    let document: Value = serde_json::from_str(&outcome.stdout)?;
    let members = there("an object", document.as_object())?;
    let mut names: Vec<_> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    let are_right = names == MEMBERS || names == [MEMBERS[0], MEMBERS[2], MEMBERS[3]];
    holds(are_right, format!("the members are {names:?}"))?;
    same("the type", document["token_type"].as_str(), Some("Bearer"))?;
    is_a_moment(there("the end", document["expiry"].as_str())?)?;
    let access = there("the token", document["access_token"].as_str())?.to_owned();
    if more.is_empty() {
        let words = ["auth", "token", "--profile=dev", "--output=text"];
        let outcome = probe.lakekey(&words)?.run()?;
        same("the token as text", outcome.stdout, format!("{access}\n"))?;
    }
    Ok(access)
}

/// RFC 3339, section 5.6: `date-time`, with nine digits of the second.
fn is_a_moment(text: &str) -> Finding {
    let digit = |character: char| character.is_ascii_digit();
    let shape: String = text
        .chars()
        .map(|character| if digit(character) { '0' } else { character })
        .collect();
    let offset = shape.strip_prefix("0000-00-00T00:00:00.000000000");
    holds(
        matches!(offset, Some("Z" | "+00:00" | "-00:00")),
        format!("`{text}` is no moment"),
    )
}

/// What stands there, sorted; only the second may be missing.
const MEMBERS: [&str; 4] = ["access_token", "expires_in", "expiry", "token_type"];
/// Commands that go well with a login for `dev`, and print no token.
const OTHERS: [&[&str]; 8] = [
    &["auth", "describe", "--profile", "dev"],
    &["auth", "explain", "--profile", "dev"],
    &["auth", "profiles"],
    &["auth", "switch", "dev"],
    &["auth", "storage", "show"],
    &["auth", "env", "--profile", "dev"],
    &["version"],
    &["auth", "logout", "--profile", "dev"],
];
