//! Servers whose certificate is not in order: nothing is sent to them, and nothing turns that off.

use std::sync::Arc;

use lakekey::{Code, Http};
use lakekey_mock::Fault;

use super::super::machine::{Machine, posts, untouched};
use super::super::steered::Steered;
use super::super::support::{failed_as, refused};
use super::secure::{PROFILE, Secure};
use crate::case::{Case, Finding, holds, same};
use crate::probe::{PROFILES, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-TLS-01",
    &[
        ("expired", |probe| {
            rejected(probe, "expired", "127.0.0.1", "has expired")
        }),
        ("not-yet", |probe| {
            rejected(probe, "not_yet", "127.0.0.1", "is not valid yet")
        }),
        ("wrong-host", |probe| {
            rejected(probe, "wrong_host", "127.0.0.1", "is for another name")
        }),
        ("self-signed", |probe| {
            rejected(probe, "self_signed", "127.0.0.1", "no authority")
        }),
        ("unknown-ca", |probe| {
            rejected(probe, "unknown_ca", "127.0.0.1", "no authority")
        }),
        ("tls11", |probe| {
            rejected(probe, "tls11", "127.0.0.1", "TLS 1.2")
        }),
        ("cn-only", |probe| {
            rejected(probe, "cn_only", "localhost", "is for another name")
        }),
        ("broad-wildcard", |probe| {
            rejected(probe, "wildcard", "dev.localhost", "is for another name")
        }),
    ],
)];

/// The metadata are not asked for, and the code is not sent.
fn rejected(probe: &mut Probe, defect: &str, name: &str, reason: &str) -> Finding {
    let secure = Secure::new(probe)?;
    let bad = Fault::new("tls.bad").param("kind", defect);
    secure.server.inject(bad)?;
    metadata(probe, &secure, name, reason)?;
    token(probe, &secure, name, reason)
}

/// By the command, with all that other programs take for leave not to look.
fn metadata(probe: &mut Probe, secure: &Secure, name: &str, reason: &str) -> Finding {
    let host = secure.server.url_of(name);
    let profile = format!("[{PROFILE}]\nhost = {host}\nskip_verify = true\ninsecure = true\n");
    probe.home()?.write(PROFILES, profile)?;
    let login = secure.trusting_login(probe, &host)?;
    let login = NO_LEAVE
        .iter()
        .fold(login, |login, (variable, value)| login.env(variable, value));
    let outcome = secure.kept_out(login)?;
    failed_as(&outcome, Code::Tls)?;
    let wanted = if TELLS_WHY {
        &[name, reason][..]
    } else {
        &[name]
    };
    for words in wanted {
        holds(
            outcome.stderr.contains(words),
            format!("it does not say `{words}`:\n{}", outcome.stderr),
        )?;
    }
    let faults = secure.server.faults();
    let connections = faults.iter().map(|fault| fault.hits).sum::<u64>();
    holds(
        (1..=MOST_CONNECTIONS).contains(&connections),
        format!("{connections} connections were made"),
    )
}

/// By the library, which knows the metadata and sends the code to the bad server.
fn token(probe: &mut Probe, secure: &Secure, name: &str, reason: &str) -> Finding {
    let http = Http::default().trusting(secure.server.ca_pem()?);
    let bad = secure.server.url_of(name);
    let machine = Machine::wired(probe)?.through(|_| Steered::new(Arc::new(http)).past(&bad));
    let error = refused(probe, machine.sign_in()?, Code::Tls)?;
    let words = format!(
        "{error} {:?}",
        std::error::Error::source(&error).map(ToString::to_string)
    );
    holds(
        words.contains(reason) || !TELLS_WHY,
        format!("it says `{words}`"),
    )?;
    posts(&machine, 0)?;
    untouched(&machine, None)?;
    same("requests on no TLS", secure.server.requests().len(), 0)
}

/// Variables by which other programs are told not to verify certificates.
const NO_LEAVE: &[(&str, &str)] = &[
    ("DATABRICKS_SKIP_VERIFY", "true"),
    ("DATABRICKS_INSECURE", "true"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
    ("PYTHONHTTPSVERIFY", "0"),
    ("GIT_SSL_NO_VERIFY", "true"),
    ("CURL_INSECURE", "1"),
];
/// Elsewhere the system verifies certificates, and gives reasons of its own.
const TELLS_WHY: bool = cfg!(target_os = "linux");
/// What the host says of itself and the OAuth metadata, each asked for twice at most.
const MOST_CONNECTIONS: u64 = 4;
