//! Authorities that somebody names: trusted in that run, and never passed over where they cannot be used.

use std::path::Path;

use lakekey::Code;

use super::super::support::failed_as;
use super::secure::{PROFILE, Secure};
use crate::case::{Case, Finding, holds, there};
use crate::probe::{PROFILES, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-TLS-02",
    &[
        ("flag", by_flag),
        ("env", by_variable),
        ("config", by_profile),
        ("none", unnamed),
        ("empty", |probe| {
            unusable(probe, Some(b""), "holds no certificate")
        }),
        ("garbage", garbage),
        ("unreadable", unreadable),
        ("directory", directory),
        ("leaf", leaf),
    ],
)];

/// The next run does not know of it.
fn by_flag(probe: &mut Probe) -> Finding {
    let secure = named(probe)?;
    let login = secure.trusting_login(probe, secure.server.url())?;
    secure.signed_in(probe, login)?;
    let token = ["auth", "token", "--force-refresh", "--profile", PROFILE];
    let token = [&token[..], &["--output=json"]].concat();
    let outcome = probe.lakekey(&token)?.run()?;
    failed_as(&outcome, Code::Tls)?;
    probe.token_is_output();
    let trusting = [&token[..], &["--ca-file", &secure.ca_file]].concat();
    let outcome = probe.lakekey(&trusting)?.run()?;
    went_well(probe, outcome.exit, &outcome.stderr)
}

fn by_variable(probe: &mut Probe) -> Finding {
    let secure = named(probe)?;
    for variable in VARIABLES {
        let login = Secure::login(probe, secure.server.url(), &[])?;
        secure.signed_in(probe, login.env(variable, &secure.ca_file))?;
    }
    probe.saw("ok");
    Ok(())
}

/// The authority of the profile stands beside those of the environment.
fn by_profile(probe: &mut Probe) -> Finding {
    let (secure, other) = (named(probe)?, Secure::new(probe)?);
    let (host, file) = (secure.server.url(), Path::new(&secure.ca_file).file_name());
    let file = there("the name of the file", file)?.display();
    let profile = format!("[{PROFILE}]\nhost = {host}\nca_file = ~/{file}\n");
    probe.home()?.write(PROFILES, profile)?;
    let login = Secure::login(probe, host, &[])?;
    secure.signed_in(probe, login.env("SSL_CERT_FILE", &other.ca_file))?;
    let check = ["auth", "profiles", "--check", "--output=json"];
    let outcome = probe.lakekey(&check)?.run()?;
    holds(
        outcome.stdout.contains("\"valid\": true"),
        format!("the profile is not valid:\n{}", outcome.stdout),
    )?;
    went_well(probe, outcome.exit, &outcome.stderr)
}

fn unnamed(probe: &mut Probe) -> Finding {
    let secure = named(probe)?;
    let login = Secure::login(probe, secure.server.url(), &[])?;
    let outcome = secure.kept_out(login)?;
    probe.saw(Code::Tls);
    failed_as(&outcome, Code::Tls)?;
    holds(
        outcome.stderr.contains("ca_file"),
        format!("it does not say what to do:\n{}", outcome.stderr),
    )
}

fn garbage(probe: &mut Probe) -> Finding {
    unusable(
        probe,
        Some(b"\x00\xff nothing of the kind"),
        "holds no certificate",
    )?;
    let torn = b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    unusable(probe, Some(torn), "is no PEM file")?;
    let hollow = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    unusable(probe, Some(hollow), "")
}

/// A file that is not there, and one that may not be read, which root may.
fn unreadable(probe: &mut Probe) -> Finding {
    unusable(probe, None, "cannot be read")?;
    let home = probe.home()?;
    home.write(FILE, "")?;
    home.set_mode(FILE, 0o000)?;
    if home.read(FILE).is_err() {
        refuses(probe, "cannot be read")?;
    }
    Ok(())
}

fn directory(probe: &mut Probe) -> Finding {
    probe.home()?.make_folder(FILE)?;
    refuses(probe, "cannot be read")
}

/// A certificate of a server is no authority, not even for that server.
fn leaf(probe: &mut Probe) -> Finding {
    let secure = named(probe)?;
    let certificate = secure.server.certificate_pem()?.to_owned();
    let home = probe.home()?;
    home.write(FILE, certificate)?;
    let file = home.file(FILE).display().to_string();
    let login = Secure::login(probe, secure.server.url(), &["--ca-file", &file])?;
    let outcome = secure.kept_out(login)?;
    probe.saw(Code::Tls);
    failed_as(&outcome, Code::Tls)
}

/// A file with these bytes, or none, is an error that names it.
fn unusable(probe: &mut Probe, bytes: Option<&[u8]>, problem: &str) -> Finding {
    if let Some(bytes) = bytes {
        probe.home()?.write(FILE, bytes)?;
    }
    refuses(probe, problem)
}

/// The file is refused whoever names it, and the server is not asked.
fn refuses(probe: &mut Probe, problem: &str) -> Finding {
    let secure = named(probe)?;
    let file = probe.home()?.file(FILE).display().to_string();
    let flag = Secure::login(probe, secure.server.url(), &["--ca-file", &file])?;
    let mut logins = vec![flag];
    for variable in VARIABLES {
        logins.push(Secure::login(probe, secure.server.url(), &[])?.env(variable, &file));
    }
    for login in logins {
        let outcome = secure.kept_out(login)?;
        failed_as(&outcome, Code::Config)?;
        holds(
            outcome.stderr.contains(problem) && outcome.stderr.contains("certificate authorit"),
            format!("it does not say `{problem}`:\n{}", outcome.stderr),
        )?;
    }
    probe.saw(Code::Config);
    Ok(())
}

/// A mock whose authority is unknown unless somebody names it, which is the fault.
fn named(probe: &mut Probe) -> Finding<Secure> {
    probe.fault_happened("tls.bad");
    Secure::new(probe)
}

fn went_well(probe: &mut Probe, exit: Option<i32>, stderr: &str) -> Finding {
    probe.saw("ok");
    holds(exit == Some(0), format!("it failed:\n{stderr}"))
}

const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];
/// The file of authorities in the cases where it cannot be used.
const FILE: &str = "authorities.pem";
