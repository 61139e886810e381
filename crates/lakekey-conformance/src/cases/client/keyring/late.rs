//! A keyring that never answers.

use std::time::Duration;

use lakekey::{Code, Error};

use super::super::support::refused;
use super::fake::{Call, Mood, Ring};
use crate::case::{Case, Finding, holds, same};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::each(
    "C-KEY-02",
    &[
        ("get", get),
        ("set", set),
        ("delete", delete),
        ("probe", ready),
    ],
)];

fn get(probe: &mut Probe) -> Finding {
    let ring = Ring::signed_in(probe)?;
    hangs(probe, &ring, Call::Get, || {
        Ok(ring.library.wait(ring.credentials()?.token()).map(drop))
    })?;
    ends(
        probe,
        &["auth", "token", "--output=json", "--profile", "dev"],
    )
}

/// The sign-in has its token by then; there is no other place for it.
fn set(probe: &mut Probe) -> Finding {
    let ring = Ring::new(probe)?;
    let credentials = ring.credentials()?;
    let attempt = ring.library.start(&credentials)?;
    let mut attempt = Some(attempt);
    hangs(probe, &ring, Call::Set, || match attempt.take() {
        Some(attempt) => Ok(ring.library.finish(attempt)?.map(drop)),
        None => Ok(Ok(())),
    })?;
    same(
        "the token requests",
        ring.library.server.token_posts().len(),
        1,
    )?;
    same("the items", ring.fake.items().len(), 0)
}

fn delete(probe: &mut Probe) -> Finding {
    let ring = Ring::signed_in(probe)?;
    hangs(probe, &ring, Call::Delete, || {
        Ok(ring.library.wait(ring.credentials()?.sign_out()).map(drop))
    })?;
    ends(
        probe,
        &["auth", "logout", "--output=json", "--profile", "dev"],
    )
}

/// No browser is opened for a login that could not be kept.
fn ready(probe: &mut Probe) -> Finding {
    let ring = Ring::new(probe)?;
    hangs(probe, &ring, Call::Set, || {
        Ok(ring.library.start(&ring.credentials()?).map(drop))
    })?;
    same("requests", ring.library.server.requests().len(), 0)?;
    ends(
        probe,
        &[
            "auth",
            "login",
            "--no-browser",
            "--output=json",
            "--profile",
            "dev",
            "--host",
            HOST,
        ],
    )
}

/// Fails unless this ends after 3 s, though the keyring does not, and leaves no token in a file.
fn hangs(
    probe: &mut Probe,
    ring: &Ring,
    call: Call,
    work: impl FnOnce() -> Finding<Result<(), Error>>,
) -> Finding {
    ring.fake.does(call, Mood::Hangs);
    let started = doors::now();
    let outcome = work()?;
    let took = started.elapsed();
    refused(probe, outcome, Code::KeyringTimeout)?;
    holds(
        took >= TIMEOUT && took < 2 * TIMEOUT,
        format!("it took {took:?}"),
    )?;
    if ring.fake.hits() > 0 {
        probe.fault_happened("client.keyring_backend");
    }
    same(
        "the files with a token",
        probe.home()?.files_with("access_token")?,
        Vec::<String>::new(),
    )
}

/// Fails unless the process ends, too, though a thread of it never does.
fn ends(probe: &mut Probe, words: &[&str]) -> Finding {
    #[cfg(target_os = "linux")]
    super::bus::ends(probe, words)?;
    let _ = (probe, words);
    Ok(())
}

/// How long a keyring is waited for, once. The machine may be busy.
const TIMEOUT: Duration = Duration::from_secs(3);
const HOST: &str = "https://w.example.test";
