//! The keychain, by way of the program that the official tools use, too: an item made by one
//! program can be read by another without a dialog only if both use it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Output;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lakekey_core::Secret;
use zeroize::Zeroizing;

use super::{KeyringBackend, SERVICE};
use crate::KeyringFault;

#[derive(Debug)]
pub(super) struct Keychain {
    program: PathBuf,
}

impl Keychain {
    #[cfg(target_os = "macos")]
    pub(super) fn of_the_system() -> Self {
        Self {
            program: "/usr/bin/security".into(),
        }
    }
}

impl KeyringBackend for Keychain {
    fn get(&self, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let find = ["find-generic-password", "-s", SERVICE, "-wa", account];
        let mut output = self.run(&find, "")?;
        let printed = Zeroizing::new(std::mem::take(&mut output.stdout));
        if found(&output)? {
            return decode(printed.trim_ascii()).map(Some);
        }
        Ok(None)
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), KeyringFault> {
        let line = add(account, value);
        if line.len() > LONGEST {
            return Err(KeyringFault::TooLarge {
                size: value.expose().len(),
                limit: self.largest(account).unwrap_or_default(),
            });
        }
        if found(&self.run(&["-i"], &line)?)? {
            return Ok(());
        }
        Err(KeyringFault::Unavailable {
            reason: "there is no keychain".to_owned(),
        })
    }

    fn delete(&self, account: &str) -> Result<bool, KeyringFault> {
        let delete = ["delete-generic-password", "-s", SERVICE, "-a", account];
        found(&self.run(&delete, "")?)
    }

    fn largest(&self, account: &str) -> Option<usize> {
        let room = LONGEST.saturating_sub(add(account, &Secret::from("")).len());
        Some(room / 4 * 3)
    }
}

impl Keychain {
    /// Runs the program with arguments that are no secret, and with input that may be.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the door to the program that reads and writes the keychain"
    )]
    fn run(&self, arguments: &[&str], input: &str) -> Result<Output, KeyringFault> {
        use std::process::{Command, Stdio};

        let run = || -> io::Result<Output> {
            let mut child = Command::new(&self.program)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                stdin.write_all(input.as_bytes())?;
            }
            child.wait_with_output()
        };
        run().map_err(|error| KeyringFault::Unavailable {
            reason: format!("{}: {error}", self.program.display()),
        })
    }
}

/// The command that adds or replaces an item, as a line for the program's standard input.
fn add(account: &str, value: &Secret) -> Zeroizing<String> {
    let value = Zeroizing::new(BASE64_STANDARD.encode(value.expose()));
    let account = quoted(account);
    let parts = [
        "add-generic-password -U -s ",
        SERVICE,
        " -a ",
        &account,
        " -w ",
        BASE64,
        &value,
        "\n",
    ];
    let mut line = Zeroizing::new(String::with_capacity(
        parts.iter().map(|part| part.len()).sum(),
    ));
    line.extend(parts);
    line
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "_@%+=:,./-".contains(it);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

/// The value in what the program printed, of all forms that versions of the official tools wrote.
fn decode(printed: &[u8]) -> Result<Secret, KeyringFault> {
    let damaged = |reason: &str| KeyringFault::Damaged {
        reason: reason.to_owned(),
    };
    let text = str::from_utf8(printed).map_err(|_| damaged("is no UTF-8"))?;
    let bytes = if let Some(encoded) = text.strip_prefix(BASE64) {
        BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| damaged("is no base64"))?
    } else if let Some(encoded) = text.strip_prefix(HEXADECIMAL) {
        hexadecimal(encoded).ok_or_else(|| damaged("is no hexadecimal number"))?
    } else {
        return Ok(Secret::from(text));
    };
    let bytes = Zeroizing::new(bytes);
    match str::from_utf8(&bytes) {
        Ok(text) => Ok(Secret::from(text)),
        Err(_) => Err(damaged("is no UTF-8")),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(&text[start..start + 2], 16).ok())
        .collect()
}

/// Whether the program found what it was to work with, and could.
fn found(output: &Output) -> Result<bool, KeyringFault> {
    if output.status.success() {
        return Ok(true);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    match output.status.code() {
        Some(NOT_FOUND) => Ok(false),
        _ if said.contains("could not be found") => Ok(false),
        Some(NOT_ALLOWED | WRONG_PASSWORD | CANCELLED) => Err(KeyringFault::Locked),
        Some(NO_SUCH_KEYCHAIN | NO_DEFAULT_KEYCHAIN) => Err(KeyringFault::Unavailable {
            reason: said.to_owned(),
        }),
        _ => Err(KeyringFault::Refused {
            reason: format!("{} ({said})", output.status),
        }),
    }
}

/// What the values of the official tools begin with, now and formerly.
const BASE64: &str = "go-keyring-base64:";
const HEXADECIMAL: &str = "go-keyring-encoded:";

/// The longest line the program reads, in bytes.
const LONGEST: usize = 4096;

// The exit status is the last byte of the error of the keychain.
const NO_SUCH_KEYCHAIN: i32 = 50;
const NO_DEFAULT_KEYCHAIN: i32 = 37;
const NOT_FOUND: i32 = 44;
const NOT_ALLOWED: i32 = 36;
const WRONG_PASSWORD: i32 = 51;
const CANCELLED: i32 = 128;

#[cfg(all(test, unix))]
mod tests;
