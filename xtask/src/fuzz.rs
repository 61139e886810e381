//! `cargo xtask fuzz`: libFuzzer looks for inputs that break what `lakekey-fuzz` says must hold.

use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::shell;
use crate::terminal::{Failure, say};
use crate::workspace::{self, Metadata};
use crate::{files, stage};

/// What to fuzz, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The targets, programs of `lakekey-fuzz`; all of them unless named.
    targets: Vec<String>,
    /// How long each target runs; as many run at once as there are cores.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u32,
    /// Where chance begins; 0 for another place each time. The same place makes the same inputs, so
    /// that a check of a change tells of the change.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u32,
}

/// Builds the targets for libFuzzer and runs them side by side.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let metadata = Metadata::read()?;
    let targets = args.chosen(&metadata)?;
    let output = Output {
        folder: metadata.output_folder("fuzz"),
    };
    output.build()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut complaints = Vec::new();
    for together in targets.chunks(cores) {
        let start = |target: &String| Run::start(&output, target, args);
        let runs: Vec<_> = together.iter().map(start).collect();
        let ended = runs.into_iter().map(|run| run.and_then(Run::wait));
        complaints.extend(ended.filter_map(|end| Some(end.err()?.to_string())));
    }
    Failure::unless_empty(&complaints)
}

impl Args {
    /// The targets that are meant, each of which there is.
    fn chosen(&self, metadata: &Metadata) -> Result<Vec<String>, Failure> {
        let all = metadata.programs_of(PACKAGE);
        for target in &self.targets {
            stage::ensure(all.contains(target), || {
                format!(
                    "there is no target `{target}`; there are {}",
                    all.join(", ")
                )
            })?;
        }
        if self.targets.is_empty() {
            return Ok(all);
        }
        Ok(self.targets.clone())
    }
}

/// Where everything goes: `target/fuzz/`.
struct Output {
    folder: PathBuf,
}

impl Output {
    /// Stable compilers know the instrumentation too, but only say so when told to.
    fn build(&self) -> Result<(), Failure> {
        if shell::output(shell::command("cargo-fuzz").arg("--version")).is_err() {
            let hint = "hint: `cargo install --locked cargo-fuzz`";
            return Err(Failure::new(format!(
                "`cargo-fuzz` is not installed\n{hint}"
            )));
        }
        let mut build = shell::command("cargo-fuzz");
        build.args(["build", "--codegen-units", "16", "--fuzz-dir"]);
        build.arg(workspace::root().join("crates").join(PACKAGE));
        build.arg("--target-dir").arg(self.folder.join("build"));
        build.env("RUSTC_BOOTSTRAP", "1");
        for (key, value) in PROFILE {
            build.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        shell::run(&mut build)
    }

    fn program(&self, target: &str) -> Result<PathBuf, Failure> {
        let triple = shell::stdout(shell::command("rustc").arg("-vV"))?;
        let triple = triple.lines().find_map(|line| line.strip_prefix("host: "));
        let build = self.folder.join("build").join(triple.unwrap_or_default());
        Ok(build.join("release").join(target))
    }
}

/// A target that runs.
struct Run {
    target: String,
    log: PathBuf,
    program: Child,
}

impl Run {
    /// Inputs that reach something new are kept beside the build, those that break something too.
    fn start(output: &Output, target: &str, args: &Args) -> Result<Self, Failure> {
        let folder = output.folder.join(target);
        let found = folder.join("corpus");
        files::create_folder(&found)?;
        let log = folder.join("log");
        let seeds = workspace::root().join("fixtures").join("fuzz").join(target);
        let mut command = shell::command(&output.program(target)?.to_string_lossy());
        command.arg(format!(
            "-artifact_prefix={}{}",
            folder.display(),
            std::path::MAIN_SEPARATOR
        ));
        let Args { seconds, seed, .. } = args;
        command.arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-seed={seed}"));
        command.args(LIBFUZZER).arg(&found).arg(&seeds);
        // Finding leaks needs ptrace, which containers do not allow, and is of little use here.
        command.env("ASAN_OPTIONS", "detect_leaks=0");
        command.stdout(Stdio::null()).stderr(files::log(&log)?);
        Ok(Self {
            target: target.to_owned(),
            log,
            program: shell::spawn(&mut command)?,
        })
    }

    fn wait(mut self) -> Result<(), Failure> {
        let status = self.program.wait();
        let log = files::text(&self.log)?;
        let target = &self.target;
        if status.is_ok_and(|status| status.success()) {
            say(format_args!("{target:<12} {}", summary(&log)));
            return Ok(());
        }
        Err(Failure::new(format!(
            "{target}: {}\nthe whole log is {}",
            complaint(target, &log),
            self.log.display()
        )))
    }
}

/// The figures of a run that found nothing.
fn summary(log: &str) -> String {
    let figure = |name: &str| {
        let found = log.lines().find_map(|line| line.strip_prefix(name));
        found.map_or("?", str::trim).to_owned()
    };
    let last = log.lines().rfind(|line| line.contains(" cov: "));
    let coverage = last.and_then(|line| line.split(" cov: ").nth(1)?.split(' ').next());
    format!(
        "{} inputs, {} a second, {} of them new, {} edges",
        figure("stat::number_of_executed_units:"),
        figure("stat::average_exec_per_sec:"),
        figure("stat::new_units_added:"),
        coverage.unwrap_or("?")
    )
}

/// What broke, and how to see it again.
fn complaint(target: &str, log: &str) -> String {
    let panic = log.lines().skip_while(|line| !line.contains("panicked at"));
    let panic = panic.take_while(|line| !line.is_empty() && *line != "stack backtrace:");
    let panic: Vec<_> = panic.take(PANIC_LINES).collect();
    let written = log
        .lines()
        .find_map(|line| line.split("Test unit written to ").nth(1));
    let Some(input) = written else {
        return "libFuzzer ended without an input".to_owned();
    };
    format!(
        "{}\nthe input is {input}\nsee it again: cargo run -p {PACKAGE} --bin {target} -- {input}\n\
         keep it: copy it to fixtures/fuzz/{target}/, where `cargo test -p {PACKAGE}` finds it",
        panic.join("\n")
    )
}

/// The crate whose programs are the targets.
const PACKAGE: &str = "lakekey-fuzz";
/// What the release profile is for is of no use here, and takes long.
const PROFILE: [(&str, &str); 2] = [("LTO", "off"), ("STRIP", "none")];
/// An input is at most 2 KiB long and takes at most 5 s.
const LIBFUZZER: [&str; 4] = [
    "-max_len=2048",
    "-timeout=5",
    "-print_final_stats=1",
    "-verbosity=1",
];
/// Where it was, what should have held, and the two values that should have been one.
const PANIC_LINES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_crash_is_told_in_figures() {
        let log = "#2\tINITED cov: 12 ft: 13 corp: 1/1b\n#9\tNEW    cov: 345 ft: 400 corp: 2/9b\n\
            #99\tDONE   cov: 678 ft: 700 corp: 3/9b\n\
            stat::number_of_executed_units: 123456\nstat::average_exec_per_sec:     2057\n\
            stat::new_units_added:          78\n";
        assert_eq!(
            summary(log),
            "123456 inputs, 2057 a second, 78 of them new, 678 edges"
        );
    }

    #[test]
    fn a_crash_names_the_input_and_the_command_that_repeats_it() {
        let log = "#9\tNEW    cov: 345\n\nthread '<unnamed>' panicked at a.rs:1:2:\nit is a header\n\
            ==1== ERROR: libFuzzer: deadly signal\n\
            artifact_prefix='x/'; Test unit written to x/crash-0\n";
        let complaint = complaint("profiles", log);
        assert!(complaint.contains("it is a header"), "{complaint}");
        let repeated = "cargo run -p lakekey-fuzz --bin profiles -- x/crash-0";
        assert!(complaint.contains(repeated), "{complaint}");
    }
}
