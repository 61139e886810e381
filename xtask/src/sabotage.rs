//! `cargo xtask sabotage`: protections are switched off, and the cases must notice.

use std::path::PathBuf;

use crate::terminal::Failure;
use crate::workspace::Metadata;
use crate::{files, shell};

/// Which switches to try.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Names of switches; all if none is given.
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
}

/// Builds the programs that obey the switches and hands over to the runner among them.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let runner = build()?;
    let mut command = shell::command(&runner.to_string_lossy());
    command.arg("--sabotage").args(&args.switches);
    shell::run(&mut command)
}

/// Builds the runner and the command with everything that can be switched off, side by side in a folder of
/// their own, where no other build replaces them, and gives the path of the runner.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    shell::run(&mut shell::cargo(&BUILD))?;
    let metadata = Metadata::read()?;
    let folder = metadata.output_folder("sabotage");
    files::create_folder(&folder)?;
    let [runner, lakekey] = PROGRAMS.map(|program| {
        let built = metadata.debug_program(program);
        let kept = folder.join(built.file_name().unwrap_or_default());
        files::copy(&built, &kept).map(|()| kept)
    });
    lakekey.and(runner)
}

/// The runner, and the command it is to judge.
const PROGRAMS: [&str; 2] = ["lakekey-conformance", "lakekey"];

const BUILD: [&str; 12] = [
    "build",
    "--quiet",
    "--package",
    "lakekey-conformance",
    "--package",
    "lakekey-cli",
    "--features",
    "lakekey-conformance/sabotage,lakekey-cli/sabotage",
    "--bin",
    "lakekey-conformance",
    "--bin",
    "lakekey",
];
