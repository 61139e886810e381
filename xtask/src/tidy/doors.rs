//! The doors: every place where product code may read the environment, files, clocks and entropy,
//! start processes or open sockets. A door that opens or closes unseen fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::files::File;

/// How many doors each file has. `cargo xtask tidy --bless` prints these rows.
const DOORS: &[(&str, usize)] = &[
    ("crates/lakekey-cli/src/commands/auth/exec.rs", 1),
    ("crates/lakekey-cli/src/commands/auth/serve.rs", 1),
    ("crates/lakekey-cli/src/files.rs", 2),
    ("crates/lakekey-cloud/src/azure/process.rs", 1),
    ("crates/lakekey-cloud/src/gcp/strategy/file.rs", 1),
    ("crates/lakekey-config/src/environment.rs", 1),
    ("crates/lakekey-config/src/profiles/disk.rs", 3),
    ("crates/lakekey-conformance/src/doors.rs", 14),
    ("crates/lakekey-core/src/sabotage.rs", 1),
    ("crates/lakekey-endpoints/src/sabotage.rs", 1),
    ("crates/lakekey-fuzz/src/seeds.rs", 1),
    ("crates/lakekey-mock/src/clock.rs", 1),
    ("crates/lakekey-mock/src/listen.rs", 1),
    ("crates/lakekey-mock/src/program.rs", 1),
    ("crates/lakekey-mock/src/sabotage.rs", 1),
    ("crates/lakekey-store-redis/src/machine.rs", 1),
    ("crates/lakekey-store/src/disk.rs", 1),
    ("crates/lakekey-store/src/keyring/macos.rs", 1),
    ("crates/lakekey/src/clock.rs", 2),
    ("crates/lakekey/src/files.rs", 1),
    ("crates/lakekey/src/sign_in/browser.rs", 1),
    ("crates/lakekey/src/sign_in/listener.rs", 1),
    ("xtask/src/files.rs", 6),
    ("xtask/src/loopback.rs", 1),
    ("xtask/src/shell.rs", 1),
    ("xtask/src/stage/home.rs", 1),
    ("xtask/src/stopwatch.rs", 1),
];

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    compare(&count(files), &DOORS.iter().copied().collect())
}

/// The rows for `DOORS`, as the sources have them.
pub(super) fn table(files: &[File]) -> String {
    let mut rows = String::new();
    for (path, doors) in count(files) {
        // Writing to a string cannot fail.
        let _ = writeln!(rows, "    (\"{path}\", {doors}),");
    }
    rows
}

fn compare(found: &BTreeMap<&str, usize>, listed: &BTreeMap<&str, usize>) -> Vec<String> {
    let paths: BTreeSet<&str> = found.keys().chain(listed.keys()).copied().collect();
    let mut complaints = Vec::new();
    for path in paths {
        let [found, listed] = [found, listed].map(|doors| doors.get(path).copied().unwrap_or(0));
        if found != listed {
            complaints.push(format!(
                "{path}: {found} doors, {listed} in the table ({HINT})"
            ));
        }
    }
    complaints
}

fn count(files: &[File]) -> BTreeMap<&str, usize> {
    let product = files
        .iter()
        .filter(|file| file.is_rust() && !file.is_for_tests());
    let counted = product.map(|file| {
        let doors = file
            .product()
            .lines()
            .filter(|line| is_door(line.trim_start()))
            .count();
        (file.path.as_str(), doors)
    });
    counted.filter(|(_, doors)| *doors > 0).collect()
}

/// Whether a line is (part of) the attribute that opens a door; rustfmt may break the attribute.
fn is_door(line: &str) -> bool {
    (line.starts_with('#') || line.starts_with("clippy::"))
        && line.contains("clippy::disallowed_methods")
}

const HINT: &str = "`cargo xtask tidy --bless` prints it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_counted_on_one_line_and_on_many() {
        let text = "#[expect(clippy::disallowed_methods, reason = \"r\")]\nfn a() {}\n    #[expect(\n        \
            clippy::disallowed_methods,\n    )]\n// #[expect(clippy::disallowed_methods)]\n#[cfg(test)]\nmod tests {\n\
            #[expect(clippy::disallowed_methods)]\n}\n";
        let files = [
            File {
                path: "crates/a/src/b.rs".into(),
                text: text.into(),
            },
            File {
                path: "crates/a/tests/b.rs".into(),
                text: text.into(),
            },
        ];
        assert_eq!(count(&files), BTreeMap::from([("crates/a/src/b.rs", 2)]));
        assert_eq!(table(&files), "    (\"crates/a/src/b.rs\", 2),\n");
    }

    #[test]
    fn a_door_that_appears_or_vanishes_is_reported() {
        let none = BTreeMap::new();
        let one = BTreeMap::from([("a.rs", 1)]);
        assert_eq!(compare(&one, &one), Vec::<String>::new());
        assert!(compare(&one, &none)[0].starts_with("a.rs: 1 doors, 0 in the table"));
        assert!(compare(&none, &one)[0].starts_with("a.rs: 0 doors, 1 in the table"));
    }
}
