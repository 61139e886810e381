//! The programs the workspace ships, built as they are shipped.

use std::path::PathBuf;
use std::process::Command;

use crate::shell;
use crate::terminal::Failure;
use crate::workspace::Metadata;

/// Builds the release programs, with cargo's own progress on the terminal.
pub(crate) fn build() -> Result<(), Failure> {
    let mut args = vec!["build"];
    args.extend(BUILD_ARGS);
    shell::run(&mut shell::cargo(&args))
}

/// Where the release programs are, once they are built.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) lakekey: PathBuf,
    pub(crate) mock: PathBuf,
}

impl Programs {
    /// Builds them.
    pub(crate) fn built() -> Result<Self, Failure> {
        build()?;
        let metadata = Metadata::read()?;
        let [lakekey, mock] = SHIPPED.map(|(program, _)| metadata.release_program(program));
        Ok(Self { lakekey, mock })
    }
}

/// Tells a child process, by environment variable, where each release program is.
pub(crate) fn announce(command: &mut Command) -> Result<(), Failure> {
    let metadata = Metadata::read()?;
    for (program, variable) in SHIPPED {
        command.env(variable, metadata.release_program(program));
    }
    Ok(())
}

/// Each program that is shipped, and the environment variable that names its file.
pub(crate) const SHIPPED: [(&str, &str); 2] = [
    ("lakekey", "LAKEKEY_BIN"),
    ("lakekey-mock", "LAKEKEY_MOCK_BIN"),
];

/// What `cargo build` is given to build them.
pub(crate) const BUILD_ARGS: [&str; 9] = [
    "--release",
    "--package",
    "lakekey-cli",
    "--package",
    "lakekey-mock",
    "--bin",
    "lakekey",
    "--bin",
    "lakekey-mock",
];
