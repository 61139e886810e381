//! What errors say of texts that are wrong, and may be secrets in the wrong place.

use std::time::SystemTime;

use http::Response;
use lakekey::{AccountId, Host, WorkspaceId};
use lakekey_config::ProfileFile;
use lakekey_oauth::{Grant, State, token_response};
use lakekey_pkce::{Challenge, Verifier};
use lakekey_store::{FileStore, Key, TokenStore as _};

use super::Shown;
use super::samples::{ACCESS, CODE, REFRESH, STATE, begun, endpoints};
use crate::case::{Finding, Wrong};
use crate::probe::{Probe, TOKEN_CACHE};

pub(super) fn all(probe: &mut Probe, shown: &mut Shown) -> Finding {
    parsers(shown)?;
    callbacks(shown)?;
    responses(shown)?;
    damaged_store(probe, shown)
}

fn parsers(shown: &mut Shown) -> Finding {
    let damaged = format!("[dev]\n{ACCESS}\n");
    shown.error(&failed(ProfileFile::parse(damaged))?);
    shown.error(&failed(REFRESH.parse::<Verifier>())?);
    shown.error(&failed(ACCESS.parse::<Challenge>())?);
    shown.error(&failed(format!("{CODE}\n").parse::<State>())?);
    shown.error(&failed(
        format!("https://me:{ACCESS}@w.example.test").parse::<Host>(),
    )?);
    // Ids are no secrets, and what is wrong with one is easier seen than said.
    shown.error(&failed("an id".parse::<AccountId>())?);
    shown.error(&failed("an id".parse::<WorkspaceId>())?);
    Ok(())
}

fn callbacks(shown: &mut Shown) -> Finding {
    let endpoints = endpoints()?;
    for query in [
        "",
        "&code=a",
        "&error=access_denied",
        "&error=other",
        "&iss=https%3A%2F%2Felsewhere",
    ] {
        let pending = begun(&endpoints);
        let state = pending.state().as_str().to_owned();
        let callback = format!("/?code={CODE}&state={state}{query}");
        if let Err(error) = pending.finish(&callback) {
            shown.error(&error);
        }
    }
    let foreign = format!("/?code={CODE}&state={STATE}");
    shown.error(&failed(begun(&endpoints).finish(&foreign))?);
    Ok(())
}

/// A server that repeats what it was sent, wherever it can.
fn responses(shown: &mut Shown) -> Finding {
    let grant = Grant::Refresh(REFRESH.into());
    for (status, body) in [
        (
            200,
            format!("{{\"access_token\": 7, \"note\": \"{ACCESS}\"}}"),
        ),
        (
            200,
            format!("{{\"access_token\": \"{ACCESS}\", \"token_type\": \"{REFRESH}\"}}"),
        ),
        (200, format!("{{\"access_token\": \"{ACCESS}\"")),
        (200, format!("{ACCESS}&refresh_token={REFRESH}")),
        (
            400,
            format!("{{\"error\": \"invalid_grant\", \"error_description\": \"no {REFRESH}\"}}"),
        ),
        (400, format!("{{\"error\": \"{REFRESH}\"}}")),
        (500, format!("<p>{REFRESH}</p>")),
    ] {
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(body.into_bytes())?;
        let error = failed(token_response(&response, SystemTime::UNIX_EPOCH, &grant))?;
        shown.error(&error);
        shown.error(&lakekey::Error::from(error));
    }
    Ok(())
}

fn damaged_store(probe: &mut Probe, shown: &mut Shown) -> Finding {
    let store = FileStore::in_home(probe.home()?.path());
    for text in [
        format!("{{\"version\": 1, \"tokens\": {{\"a\": {{\"access_token\": \"{ACCESS}\""),
        format!("{{\"version\": 1, \"tokens\": {{\"a\": \"{ACCESS}\"}}}}"),
        format!("{{\"version\": \"{ACCESS}\", \"tokens\": {{}}}}"),
    ] {
        probe.home()?.write_private(TOKEN_CACHE, text)?;
        let error = failed(store.load(&Key::new("a")))?;
        shown.error(&error);
        shown.error(&lakekey::Error::from(error));
    }
    probe.home()?.remove(TOKEN_CACHE)
}

fn failed<T, E>(outcome: Result<T, E>) -> Finding<E> {
    match outcome {
        Ok(_) => Err(Wrong::new(format!(
            "a wrong `{}` was taken",
            super::name::<T>()
        ))),
        Err(error) => Ok(error),
    }
}
