//! Against a program that reads its commands as the one of macOS does.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the tests write the program that stands in for the one of macOS"
)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
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

fn keychain(script: &str) -> (TempDir, Keychain) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(items(folder.path())).unwrap();
    let program = folder.path().join("security");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
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
