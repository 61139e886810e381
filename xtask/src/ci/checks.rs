//! The checks of `cargo xtask ci` that are no other program's job.

use std::collections::BTreeSet;

use super::step::Outcome;
use crate::terminal::Failure;
use crate::workspace::Metadata;
use crate::{files, programs, shell};

/// The most crates each small crate may pull in, itself aside: a reviewer can name a use for each.
const TREE_BOUNDS: [(&str, usize); 2] = [("lakekey-pkce", 16), ("lakekey-endpoints", 42)];

/// The crates that depend on none of ours.
const ALONE: [&str; 2] = ["lakekey-mock", "xtask"];

/// Counts what the small crates pull in, and looks for ours below those that stand alone.
pub(super) fn tree() -> Outcome {
    let mut complaints = Vec::new();
    let mut notes = Vec::new();
    for (package, bound) in TREE_BOUNDS {
        let count = dependencies(package, "normal")?.len();
        notes.push(format!("{package} {count}"));
        if count > bound {
            complaints.push(format!(
                "{package} pulls in {count} crates, more than {bound}"
            ));
        }
    }
    for package in ALONE {
        let below = dependencies(package, "normal,build,dev")?;
        let ours = below.iter().filter(|line| line.starts_with("lakekey"));
        complaints.extend(ours.map(|line| format!("{package} depends on {line}")));
    }
    Failure::unless_empty(&complaints).map(|()| notes.join(", "))
}

/// Builds the release programs; cargo's progress is shown only if it fails.
pub(super) fn build() -> Outcome {
    let mut args = vec!["build", "--quiet"];
    args.extend(programs::BUILD_ARGS);
    let output = shell::output(&mut shell::cargo(&args))?;
    if output.status.success() {
        return Ok(String::new());
    }
    Err(Failure::new(
        String::from_utf8_lossy(&output.stderr).trim_end(),
    ))
}

/// Weighs each release program. SDKs take a file below 1 MiB for a wrapper script and refuse it.
pub(super) fn size() -> Outcome {
    let metadata = Metadata::read()?;
    let mut complaints = Vec::new();
    let mut notes = Vec::new();
    for (program, _) in programs::SHIPPED {
        let bytes = files::size(&metadata.release_program(program))?;
        let size = format!("{program} {}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB);
        if !(MIB..=8 * MIB).contains(&bytes) {
            complaints.push(format!("{size} ({bytes} bytes) is not between 1 and 8 MiB"));
        }
        notes.push(size);
    }
    Failure::unless_empty(&complaints).map(|()| notes.join(", "))
}

/// Looks in the release programs for the variables that only test builds obey.
pub(super) fn switches() -> Outcome {
    let metadata = Metadata::read()?;
    let mut complaints = Vec::new();
    for (program, _) in programs::SHIPPED {
        let bytes = files::bytes(&metadata.release_program(program))?;
        let holds = |variable: &&&str| {
            let mut places = bytes.windows(variable.len());
            places.any(|place| place == variable.as_bytes())
        };
        let found = TEST_VARIABLES.iter().filter(holds);
        complaints.extend(found.map(|variable| format!("{program} obeys {variable}")));
    }
    Failure::unless_empty(&complaints).map(|()| String::new())
}

/// The packages below one of ours, each once, as `name vN.N.N …`.
fn dependencies(package: &str, edges: &str) -> Result<BTreeSet<String>, Failure> {
    let args = [
        "tree",
        "--package",
        package,
        "--edges",
        edges,
        "--prefix",
        "none",
    ];
    let tree = shell::stdout(&mut shell::cargo(&args))?;
    // A package met before is marked with `(*)`.
    let lines = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned());
    let itself = format!("{package} v");
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with(&itself))
        .collect())
}

/// What `lakekey_core::sabotage` and `lakekey_mock` read with the feature `sabotage`.
const TEST_VARIABLES: [&str; 3] = ["LAKEKEY_SABOTAGE", "LAKEKEY_KILL", "LAKEKEY_CLOCK"];
const MIB: u64 = 1024 * 1024;
