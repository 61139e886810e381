//! `cargo xtask interop snippets`: the programs of `docs/mock.md`, each with the toolchain of its language.

use std::env;
use std::io::Error;
use std::path::Path;
use std::process::Command;

use crate::programs::Programs;
use crate::stage::{Home, Scenario, play_all, same};
use crate::terminal::Failure;
use crate::workspace::{self, Metadata};
use crate::{files, shell};

/// What to do without a toolchain.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Args {
    /// Fail where a toolchain is missing, instead of leaving its program out.
    #[arg(long)]
    pub(super) all: bool,
}

/// Runs each program, and compares what it prints with what all of them must print.
pub(super) fn run(args: Args) -> Result<(), Failure> {
    let mut stage = Stage {
        programs: Programs::built()?,
        metadata: Metadata::read()?,
        all: args.all,
    };
    play_all(&mut stage, SCENARIOS)
}

struct Stage {
    programs: Programs,
    metadata: Metadata,
    all: bool,
}

const SCENARIOS: &[Scenario<Stage>] = &[
    Scenario {
        name: "Rust",
        play: rust,
    },
    Scenario {
        name: "Python",
        play: python,
    },
    Scenario {
        name: "Go",
        play: go,
    },
    Scenario {
        name: "Java",
        play: java,
    },
];

fn rust(_: &mut Stage) -> Result<String, Failure> {
    let args = ["run", "--quiet", "--package", "lakekey-mock", "--example"];
    let printed = shell::stdout(shell::cargo(&args).arg("in_a_test"))?;
    compared(&printed)
}

fn python(stage: &mut Stage) -> Result<String, Failure> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    stage.play(python, "--version", &["docs/snippets/mock.py"])
}

fn go(stage: &mut Stage) -> Result<String, Failure> {
    stage.play("go", "version", &["run", "docs/snippets/mock.go"])
}

/// Java runs programs of one file since 11, and has `inputReader` since 17.
fn java(stage: &mut Stage) -> Result<String, Failure> {
    stage.play("java", "-version", &["docs/snippets/MockDemo.java"])
}

impl Stage {
    /// Runs a program whose last argument is a file of this repository.
    fn play(&self, program: &str, version: &str, args: &[&str]) -> Result<String, Failure> {
        if shell::output(shell::command(program).arg(version)).is_err() {
            let missing = format!("`{program}` is not installed");
            let skipped = Ok(format!("skipped: {missing}"));
            return if self.all {
                Err(Failure::new(missing))
            } else {
                skipped
            };
        }
        let home = Home::new()?;
        let mut command = home.command(Path::new(program));
        command.args(args).current_dir(workspace::root());
        self.prepare(&mut command)?;
        compared(&shell::stdout(&mut command)?)
    }

    /// Lets a program find the mock, and Go its cache, without which it builds its library anew.
    fn prepare(&self, command: &mut Command) -> Result<(), Failure> {
        let known = command.get_envs().find(|(name, _)| *name == "PATH");
        let known = known.and_then(|(_, value)| value).unwrap_or_default();
        let folders = self.programs.mock.parent().map(Path::to_owned);
        let path = env::join_paths(folders.into_iter().chain(env::split_paths(known)));
        let cache = self.metadata.output_folder("interop/go");
        files::create_folder(&cache)?;
        command.env("PATH", path.map_err(|error| no_path(&error))?);
        command.env("GOCACHE", cache).env("GOTOOLCHAIN", "local");
        Ok(())
    }
}

fn compared(printed: &str) -> Result<String, Failure> {
    let lines: Vec<_> = printed.lines().collect();
    same("what it printed", &lines, &EXPECTED)?;
    Ok(format!("{} lines", lines.len()))
}

fn no_path(error: &env::JoinPathsError) -> Failure {
    Failure::new(format!(
        "no search path for programs: {}",
        Error::other(error.to_string())
    ))
}

const EXPECTED: [&str; 8] = [
    "a token: 200",
    "clusters: 200",
    "when it is busy: 503",
    "an hour later: 401",
    "POST /oidc/v1/token 200 -",
    "GET /api/2.1/clusters/list 200 -",
    "POST /oidc/v1/token 503 -",
    "GET /api/2.1/clusters/list 401 api.bearer.expired",
];
