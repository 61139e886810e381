//! Programs of others that run in Node.js, and our scripts around them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stage::Home;
use crate::terminal::{Failure, say};
use crate::workspace::{self, Metadata};
use crate::{files, shell};

/// The packages of `xtask/node`, installed below `target`, with the scripts beside them.
#[derive(Debug)]
pub(crate) struct Node {
    folder: PathBuf,
}

impl Node {
    /// Installs the packages if others are there, or none.
    pub(crate) fn installed() -> Result<Self, Failure> {
        let source = workspace::root().join("xtask/node");
        let folder = Metadata::read()?.output_folder("tools/node");
        let node = Self { folder };
        files::create_folder(&node.folder)?;
        for extension in ["json", "mjs"] {
            for file in files::with_extension(&source, extension)? {
                let name = file.file_name().unwrap_or_default();
                files::copy(&file, &node.folder.join(name))?;
            }
        }
        node.install()?;
        Ok(node)
    }

    /// The version of an installed package.
    pub(crate) fn version(&self, package: &str) -> Result<String, Failure> {
        let path = self.modules().join(package).join("package.json");
        let document: Value = serde_json::from_str(&files::text(&path)?)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(document["version"].as_str().unwrap_or_default().to_owned())
    }

    /// A script of `xtask/node`, to be run in a home.
    pub(crate) fn command(&self, home: &Home, script: &str) -> Command {
        let mut command = home.command(Path::new("node"));
        command.arg(self.folder.join(script));
        command
    }

    /// Looks for a copy of the lock file that is made when everything is there.
    fn install(&self) -> Result<(), Failure> {
        let (lock, proof) = (
            self.folder.join("package-lock.json"),
            self.modules().join("complete.json"),
        );
        let wanted = files::text(&lock)?;
        if files::text(&proof).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        is_new_enough()?;
        say("installing the packages of xtask/node");
        let mut npm = shell::command(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        shell::stdout(npm.current_dir(&self.folder))?;
        files::copy(&lock, &proof)
    }

    fn modules(&self) -> PathBuf {
        self.folder.join("node_modules")
    }
}

fn is_new_enough() -> Result<(), Failure> {
    let version = shell::stdout(shell::command("node").arg("--version"))?;
    let version = version.trim();
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= OLDEST => Ok(()),
        _ => Err(Failure::new(format!(
            "Node.js {version} is too old for the packages of xtask/node\nhint: install Node.js {OLDEST} or a later one"
        ))),
    }
}

/// The oldest Node.js that the packages run in.
const OLDEST: u32 = 20;
