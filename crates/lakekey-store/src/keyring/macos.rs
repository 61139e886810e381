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
        let mut output = self.run(&["-i"], &line)?;
        for _ in 1..ATTEMPTS {
            if output.status.code() != Some(DUPLICATE) {
                break;
            }
            output = self.run(&["-i"], &line)?;
        }
        if found(&output)? {
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

/// How often a write is tried that meets one of another program.
const ATTEMPTS: usize = 5;

// The exit status is the last byte of the error of the keychain.
const NO_SUCH_KEYCHAIN: i32 = 50;
const NO_DEFAULT_KEYCHAIN: i32 = 37;
const NOT_FOUND: i32 = 44;
const DUPLICATE: i32 = 45;
const NOT_ALLOWED: i32 = 36;
const WRONG_PASSWORD: i32 = 51;
const CANCELLED: i32 = 128;

#[cfg(test)]
mod tests {
    //! Against a program that reads its commands as the one of macOS does.
    #![expect(
        clippy::disallowed_methods,
        reason = "the tests write the program that stands in for the one of macOS"
    )]

    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::Arc;

    use lakekey_core::Secret;
    use tempfile::TempDir;

    use super::{Keychain, decode};
    use crate::keyring::{KeyringBackend, KeyringStore};
    use crate::{KeyringFault, contract};

    #[test]
    fn the_contract_is_kept() {
        let (folder, keychain) = keychain(SECURITY);
        let keychain: Arc<dyn KeyringBackend> = Arc::new(keychain);
        contract(|| {
            let store = KeyringStore::with_backend(folder.path(), Arc::clone(&keychain));
            // The stand-in is a shell, and slower than what it stands in for.
            Box::new(store.with_timeout(std::time::Duration::from_secs(60)))
        });
        let left: Vec<_> = items(folder.path()).read_dir().unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn a_value_is_written_in_the_form_of_the_official_tools_and_never_an_argument() {
        let (folder, keychain) = keychain(SECURITY);
        keychain.set("it's mine", &Secret::from("{\"é\"}")).unwrap();
        assert_eq!(
            std::fs::read_to_string(items(folder.path()).join("it's mine")).unwrap(),
            "go-keyring-base64:eyLDqSJ9"
        );
        let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
        assert_eq!(arguments, "-i\n");
    }

    #[test]
    fn the_largest_value_fits_into_a_line() {
        let (_folder, keychain) = keychain(SECURITY);
        let largest = keychain.largest("dev").unwrap();
        assert!((2_900..3_072).contains(&largest), "{largest}");
        keychain
            .set("dev", &Secret::from("x".repeat(largest)))
            .unwrap();
        let fault = keychain
            .set("dev", &Secret::from("x".repeat(largest + 3)))
            .unwrap_err();
        assert_eq!(
            fault,
            KeyringFault::TooLarge {
                size: largest + 3,
                limit: largest
            }
        );
    }

    #[test]
    fn values_of_all_versions_are_read() {
        for (printed, value) in [
            ("go-keyring-base64:eyLDqSJ9", Some("{\"é\"}")),
            ("go-keyring-encoded:7b22c3a9227d", Some("{\"é\"}")),
            ("{}", Some("{}")),
            ("go-keyring-base64:?", None),
            ("go-keyring-base64:/w==", None),
            ("go-keyring-encoded:7b2", None),
            ("go-keyring-encoded:+b", None),
        ] {
            let decoded = decode(printed.as_bytes()).ok();
            assert_eq!(decoded.as_ref().map(Secret::expose), value, "{printed}");
        }
    }

    #[test]
    fn each_way_to_fail_is_told_from_the_others() {
        for (status, expected) in [
            (36, Some(KeyringFault::Locked)),
            (51, Some(KeyringFault::Locked)),
            (128, Some(KeyringFault::Locked)),
            (
                37,
                Some(KeyringFault::Unavailable {
                    reason: "said".into(),
                }),
            ),
            (44, None),
            (
                45,
                Some(KeyringFault::Refused {
                    reason: "exit status: 45 (said)".into(),
                }),
            ),
        ] {
            let script = format!("#!/bin/sh\ncat >/dev/null\necho said >&2\nexit {status}\n");
            let (_folder, keychain) = keychain(&script);
            assert_eq!(keychain.get("dev").err(), expected, "{status}");
        }
    }

    #[test]
    fn a_write_that_meets_another_is_tried_again() {
        let script = "#!/bin/sh\ncat >/dev/null\nhere=$(dirname \"$0\")\necho >>\"$here/tries\"\n\
                      [ \"$(wc -l <\"$here/tries\")\" -ge 3 ] || exit 45\n";
        let (folder, keychain) = keychain(script);
        keychain.set("dev", &Secret::from("{}")).unwrap();
        let tries = std::fs::read_to_string(folder.path().join("tries")).unwrap();
        assert_eq!(tries.lines().count(), 3);
    }

    fn keychain(script: &str) -> (TempDir, Keychain) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(items(folder.path())).unwrap();
        let program = folder.path().join("security");
        // Were it open here, no test that starts a program at this moment could run it.
        let mut shell = Command::new("sh")
            .args(["-ec", "cat >\"$0\"; chmod 700 \"$0\""])
            .arg(&program)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = shell.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        assert!(shell.wait().unwrap().success());
        (folder, Keychain { program })
    }

    fn items(folder: &Path) -> std::path::PathBuf {
        folder.join("items")
    }

    /// Keeps each item in a file; `/` cannot be part of the name of one.
    const SECURITY: &str = r#"#!/bin/sh
here=$(dirname "$0")
printf '%s\n' "$@" >>"$here/arguments"
file() { printf '%s' "$here/items/$(printf '%s' "$1" | tr / '|')"; }
case "$1" in
-i) read -r line; eval "set -- $line"; printf '%s' "$8" >"$(file "$6")"; exit ;;
find-generic-password) item=$(file "$5"); [ -f "$item" ] && { cat "$item"; echo; exit; } ;;
delete-generic-password) item=$(file "$5"); rm "$item" 2>/dev/null && exit ;;
esac
echo "security: the item could not be found in the keychain." >&2
exit 44
"#;
}
