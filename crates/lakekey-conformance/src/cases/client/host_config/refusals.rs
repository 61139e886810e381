//! Texts that mean no host: `fixtures/hosts.toml`.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use lakekey::{Code, Credentials, Host};
use lakekey_mock::Setup;

use super::super::support::{Library, failed_as, refused};
use super::hosts::{Refusal, TABLE, checked_each};
use crate::case::{Case, Finding, Wrong, same};
use crate::doors;
use crate::probe::Probe;

pub(super) const CASE: Case = Case::each(
    "C-HOST-02",
    &[
        ("empty", empty),
        ("blank", refusal),
        ("no-authority", refusal),
        ("http", refusal),
        ("ftp", refusal),
        ("userinfo", refusal),
        ("port-range", refusal),
        ("port-0", refusal),
        ("control", refusal),
        ("long-label", refusal),
        ("bad-v6", refusal),
        ("scheme-relative", refusal),
        ("account-missing", account_missing),
    ],
);

fn refusal(probe: &mut Probe) -> Finding {
    let rows = TABLE
        .refusal
        .iter()
        .filter(|row| row.variant == probe.variant());
    for Refusal { variant: _, text } in checked_each(rows)? {
        let here = |wrong: Wrong| wrong.during(format_args!("{text:?}"));
        by_the_library(probe, text).map_err(here)?;
        // No argument of a process can hold the character NUL. A blank one is a mistake of another kind.
        if !text.contains('\0') {
            let code = if text.trim().is_empty() {
                Code::Usage
            } else {
                Code::InvalidHost
            };
            by_the_command(probe, &[&format!("--host={text}")], code).map_err(here)?;
        }
    }
    Ok(())
}

/// To the library an empty text is no host at all; to the command it is a mistake.
fn empty(probe: &mut Probe) -> Finding {
    same(
        "whether it is a host",
        "".parse::<Host>().map_err(|error| error.code()),
        Err("invalid_host"),
    )?;
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let credentials = library.builder().host("").build()?;
    refused(probe, library.start(&credentials), Code::NotConfigured)?;
    same("requests of the library", server.requests().len(), 0)?;
    by_the_command(probe, &["--host="], Code::Usage)?;
    the_silence_would_be_broken(probe)?;
    probe.saw("invalid_host");
    Ok(())
}

/// The host is right, and what is missing is said before anything is sent.
fn account_missing(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let credentials = library
        .builder()
        .host("https://accounts.example.com")
        .build()?;
    refused(probe, library.start(&credentials), Code::Usage)?;
    same("requests of the library", server.requests().len(), 0)?;
    by_the_command(probe, &["--host=https://accounts.example.com"], Code::Usage)
}

fn by_the_library(probe: &mut Probe, text: &str) -> Finding {
    let code = text.parse::<Host>().map_err(|error| error.code());
    same("whether it is a host", code, Err("invalid_host"))?;
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let outcome = library.builder().host(text).build();
    let outcome: Result<Credentials, _> =
        outcome.and_then(|credentials| library.start(&credentials).map(|_| credentials));
    refused(probe, outcome, Code::InvalidHost)?;
    same("requests of the library", server.requests().len(), 0)
}

/// The command would have to go through the proxy, and nobody comes there.
fn by_the_command(probe: &mut Probe, arguments: &[&str], code: Code) -> Finding {
    let proxy = doors::listen(("127.0.0.1", 0))?;
    let address = format!("http://{}", proxy.local_addr()?);
    let words = [
        &["auth", "login", "--no-browser", "--output", "json"],
        arguments,
    ]
    .concat();
    let outcome = probe
        .lakekey(&words)?
        .env("HTTPS_PROXY", &address)
        .env("HTTP_PROXY", &address)
        .run()?;
    failed_as(&outcome, code)?;
    same(
        "whether somebody came to the proxy",
        somebody_came(&proxy)?,
        false,
    )
}

/// A host that is one does make the command come to the proxy.
fn the_silence_would_be_broken(probe: &mut Probe) -> Finding {
    let proxy = doors::listen(("127.0.0.1", 0))?;
    let address = format!("http://{}", proxy.local_addr()?);
    let words = [
        "auth",
        "login",
        "--no-browser",
        "--host=https://workspace.example.com",
    ];
    let running = probe
        .lakekey(&words)?
        .env("HTTPS_PROXY", &address)
        .start()?;
    for _ in 0..LOOKS {
        if somebody_came(&proxy)? {
            return running.kill().map(drop);
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    Err(Wrong::new(
        "nobody came to the proxy for a host that is one",
    ))
}

fn somebody_came(proxy: &TcpListener) -> Finding<bool> {
    proxy.set_nonblocking(true)?;
    match proxy.accept() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// There is no other way to wait for a connection with a deadline, here of ten seconds.
const LOOKS: u32 = 2_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
