//! The workspace as cargo describes it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::shell;
use crate::terminal::Failure;

/// The folder that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("xtask is a folder of the workspace")
}

/// What `cargo metadata --no-deps` says, as far as tasks need it.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    target_directory: PathBuf,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
}

/// What cargo can build of a member: a library, a program, a test.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    name: String,
    kind: Vec<String>,
}

/// A line of a member's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: Kind,
}

/// The table a dependency stands in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Build,
    Dev,
    /// Cargo writes `null` for it.
    #[default]
    #[serde(untagged)]
    Normal,
}

impl Metadata {
    pub(crate) fn read() -> Result<Self, Failure> {
        let args = ["metadata", "--no-deps", "--format-version", "1"];
        let json = shell::stdout(&mut shell::cargo(&args))?;
        serde_json::from_str(&json)
            .map_err(|error| Failure::new(format!("`cargo metadata` is not understood: {error}")))
    }

    /// The names of the programs of a member, sorted.
    pub(crate) fn programs_of(&self, package: &str) -> Vec<String> {
        let members = self.packages.iter();
        let targets = members
            .filter(|member| member.name == package)
            .flat_map(|member| &member.targets);
        let programs = targets.filter(|target| target.kind.iter().any(|kind| kind == "bin"));
        let mut names: Vec<_> = programs.map(|target| target.name.clone()).collect();
        names.sort();
        names
    }

    /// A folder of build output, `target/<name>`.
    pub(crate) fn output_folder(&self, name: &str) -> PathBuf {
        self.target_directory.join(name)
    }

    /// The path of a program built by `cargo build --release`.
    pub(crate) fn release_program(&self, name: &str) -> PathBuf {
        self.program("release", name)
    }

    /// The path of a program built by `cargo build`.
    pub(crate) fn debug_program(&self, name: &str) -> PathBuf {
        self.program("debug", name)
    }

    fn program(&self, profile: &str, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.target_directory.join(profile).join(file)
    }
}
