//! The programs under test, and how much of everything there is to be.

use std::path::PathBuf;

use crate::programs::Programs;
use crate::terminal::Failure;
use crate::workspace::Metadata;
use crate::{files, shell};

/// What every experiment plays with.
#[derive(Debug)]
pub(super) struct Rig {
    /// What is shipped; the experiments proper are about these.
    pub(super) programs: Programs,
    /// `lakekey` as a test build that obeys variables which switch protections off.
    pub(super) sabotaged: PathBuf,
    /// Where the results go.
    pub(super) folder: PathBuf,
    quick: bool,
}

impl Rig {
    /// Builds the programs.
    pub(super) fn built(quick: bool) -> Result<Self, Failure> {
        let programs = Programs::built()?;
        let metadata = Metadata::read()?;
        shell::run(&mut shell::cargo(&SABOTAGED))?;
        let folder = metadata.output_folder("reliability");
        files::create_folder(&folder)?;
        let built = metadata.debug_program("lakekey");
        let sabotaged = folder.join(format!("lakekey-sabotaged{}", std::env::consts::EXE_SUFFIX));
        // Any other build would put another program in its place.
        files::copy(&built, &sabotaged)?;
        Ok(Self {
            programs,
            sabotaged,
            folder,
            quick,
        })
    }

    /// How often to do what is done `full` times in a whole run.
    pub(super) fn count(&self, full: usize) -> usize {
        if self.quick {
            full.div_ceil(10).max(2)
        } else {
            full
        }
    }
}

const SABOTAGED: [&str; 7] = [
    "build",
    "--package",
    "lakekey-cli",
    "--features",
    "sabotage",
    "--bin",
    "lakekey",
];
