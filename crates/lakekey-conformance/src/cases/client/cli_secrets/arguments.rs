//! Command lines that cannot be followed.

use std::ffi::OsString;

use lakekey::Code;
use lakekey_mock::Setup;
use serde_json::Value;

use crate::case::{Case, Finding, holds, same};
use crate::probe::{Lakekey, Outcome, Probe, Server};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-CLI-05",
    &[
        ("secret-flags", secret_flags),
        ("unknown", |probe| usage(probe, UNKNOWN)),
        ("non-utf8", not_text),
        ("empty", |probe| usage(probe, EMPTY)),
        ("huge", huge),
        ("timeouts", timeouts),
        ("ports", ports),
    ],
)];

/// There are no such flags, and the value is not repeated.
fn secret_flags(probe: &mut Probe) -> Finding {
    let commands = [
        &["auth", "token"][..],
        &["auth", "login"],
        &["api", "get", "/"],
        &["oauth", "refresh"],
    ];
    let mut lines = Vec::new();
    for command in commands {
        for flag in SECRET_FLAGS {
            lines.push([command, &[flag, CANARY]].concat().join(" "));
            lines.push([command, &[&format!("{flag}={CANARY}")]].concat().join(" "));
        }
    }
    let lines: Vec<Vec<_>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let lines: Vec<_> = lines.iter().map(Vec::as_slice).collect();
    usage(probe, &lines)
}

fn timeouts(probe: &mut Probe) -> Finding {
    for value in ["0", "-1", "1e99", "abc", "", "0s", "25h"] {
        let flag = format!("--timeout={value}");
        let lines = [
            &["auth", "login", &flag][..],
            &["auth", "token", &flag],
            &["auth", "login", "--timeout", value],
        ];
        usage(probe, &lines)?;
    }
    Ok(())
}

fn ports(probe: &mut Probe) -> Finding {
    for value in ["0", "65536", "-1", "abc", ""] {
        let lines = [
            &["auth", "login", "--callback-port", value][..],
            &["auth", "serve", "--port", value],
        ];
        usage(probe, &lines)?;
    }
    Ok(())
}

/// As long as one argument may be on Linux, or all together elsewhere.
fn huge(probe: &mut Probe) -> Finding {
    let length = if cfg!(target_os = "linux") {
        130_000
    } else {
        15_000
    };
    let long = "x".repeat(length);
    let flag = format!("--{long}");
    usage(probe, &[&["auth", "token", &flag], &[&long]])?;
    let shell = Shell::new(probe)?;
    for words in [&["--profile", &long][..], &["--host", &long], &[&long]] {
        let words = [&["auth", "token"], words].concat();
        shell.refuses(probe, &words, &[Code::Config, Code::InvalidHost])?;
    }
    probe.saw(Code::Usage);
    Ok(())
}

/// Bytes that no text has, on Unix; half of a pair elsewhere.
fn not_text(probe: &mut Probe) -> Finding {
    let shell = Shell::new(probe)?;
    for words in [
        &["auth", "token"][..],
        &["auth", "login", "--host"],
        &["api", "get"],
        &[],
    ] {
        let outcome = shell.lakekey(probe, words)?.argument(&odd()).run()?;
        shell.judge(&outcome)?;
        same("standard output", outcome.stdout.as_str(), "")?;
    }
    probe.saw(Code::Usage);
    Ok(())
}

/// Fails unless each of these is a usage error that causes no request.
fn usage(probe: &mut Probe, lines: &[&[&str]]) -> Finding {
    let shell = Shell::new(probe)?;
    for words in lines {
        shell.refuses(probe, words, &[Code::Usage])?;
    }
    probe.saw(Code::Usage);
    Ok(())
}

/// An environment that leads to a server, which nobody may ask.
#[derive(Debug)]
struct Shell(Server);

impl Shell {
    fn new(probe: &mut Probe) -> Finding<Self> {
        Ok(Self(probe.listening(Setup::workspace())?))
    }

    fn lakekey(&self, probe: &mut Probe, words: &[&str]) -> Finding<Lakekey> {
        Ok(probe.lakekey(words)?.env("DATABRICKS_HOST", self.0.url()))
    }

    /// The same for people and for programs.
    fn refuses(&self, probe: &mut Probe, words: &[&str], codes: &[Code]) -> Finding {
        let shown: String = words.join(" ").chars().take(60).collect();
        let judged = self.is_refused(probe, words, codes);
        judged.map_err(|wrong| wrong.during(shown))
    }

    fn is_refused(&self, probe: &mut Probe, words: &[&str], codes: &[Code]) -> Finding {
        let outcome = self.lakekey(probe, words)?.run()?;
        self.judge(&outcome)?;
        same("standard output", outcome.stdout.as_str(), "")?;
        let words = [&["--output=json"], words].concat();
        let outcome = self.lakekey(probe, &words)?.run()?;
        self.judge(&outcome)?;
        let document: Value = serde_json::from_str(&outcome.stdout)?;
        let kind = document["kind"].as_str().unwrap_or_default();
        let is_right = codes.iter().any(|code| code.as_str() == kind);
        holds(is_right, format!("the kind is `{kind}`"))
    }

    fn judge(&self, outcome: &Outcome) -> Finding {
        let Outcome {
            exit,
            stdout,
            stderr,
        } = outcome;
        same("the exit code", *exit, Some(2))?;
        for text in [stdout, stderr] {
            holds(!text.contains("panicked"), "it panics")?;
            holds(!text.contains(CANARY), "it repeats the secret")?;
            holds(
                text.len() < LONGEST,
                format!("it says {} bytes", text.len()),
            )?;
        }
        same("the requests", self.0.requests().len(), 0)
    }
}

#[cfg(unix)]
fn odd() -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"a\xff\xfe".to_vec())
}

#[cfg(windows)]
fn odd() -> OsString {
    std::os::windows::ffi::OsStringExt::from_wide(&[0x61, 0xd800])
}

const CANARY: &str = "canary-on-the-command-line";
const SECRET_FLAGS: [&str; 7] = [
    "--token",
    "--access-token",
    "--refresh-token",
    "--code",
    "--client-secret",
    "--password",
    "--verifier",
];
const UNKNOWN: &[&[&str]] = &[
    &["nonsense"],
    &["auth"],
    &["auth", "nonsense"],
    &["auth", "token", "--nonsense"],
    &["auth", "token", "-z"],
    &["api", "trace", "/"],
    &["auth", "token", "--output", "yaml"],
    &["auth", "token", "--", "--profile", "dev"],
    &["auth", "exec", "--"],
];
const EMPTY: &[&[&str]] = &[
    &["auth", "token", "--profile", ""],
    &["auth", "token", "--profile=   "],
    &["auth", "token", "--host", ""],
    &["auth", "token", ""],
    &["auth", "login", "--account-id", ""],
    &["auth", "login", "--scopes", ""],
    &["oauth", "authorize-url", "--host", ""],
];
/// What is said of a wrong word is short, however long the word is.
const LONGEST: usize = 2_000;
