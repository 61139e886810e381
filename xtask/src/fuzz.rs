//! `cargo xtask fuzz`: libFuzzer looks for inputs that break what `lakekey-fuzz` says must hold.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::shell;
use crate::stopwatch::timed;
use crate::terminal::{Failure, say};
use crate::workspace::{self, Metadata};
use crate::{files, stage};

/// What to fuzz, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The targets, programs of `lakekey-fuzz`; all of them unless named.
    targets: Vec<String>,
    /// How long each target runs.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u32,
    /// Where chance begins; 0 for another place each time. The same place makes the same inputs, so
    /// that a check of a change tells of the change.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u32,
    /// How many targets run at once; as many as there are cores unless named.
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
}

/// Builds the targets for libFuzzer and runs them side by side.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let metadata = Metadata::read()?;
    let targets = args.chosen(&metadata)?;
    let output = Output {
        folder: metadata.output_folder("fuzz"),
    };
    output.build()?;
    Failure::unless_empty(&side_by_side(&targets, args.jobs(), |target| {
        let run = Run::of(&output, target, args)?;
        let (status, time) = timed(|| shell::status(&mut run.command()?));
        run.judge(status?.success(), time)
    }))
}

/// Does this for each target, so many at a time, and gives the complaints.
fn side_by_side(
    targets: &[String],
    jobs: usize,
    run: impl Fn(&str) -> Result<(), Failure> + Sync,
) -> Vec<String> {
    let queue = Mutex::new(targets.iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let runs = std::iter::from_fn(next).map(|target| run(target));
        let complaints = runs.filter_map(|run| Some(run.err()?.to_string()));
        complaints.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().map(|worker| {
            let broken = |_| vec!["a worker broke".to_owned()];
            worker.join().unwrap_or_else(broken)
        });
        ends.flatten().collect()
    })
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

    fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or_else(cores).max(1)
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

/// One run of a target.
struct Run<'a> {
    target: &'a str,
    program: PathBuf,
    folder: PathBuf,
    args: &'a Args,
}

impl<'a> Run<'a> {
    fn of(output: &Output, target: &'a str, args: &'a Args) -> Result<Self, Failure> {
        Ok(Self {
            target,
            program: output.program(target)?,
            folder: output.folder.join(target),
            args,
        })
    }

    /// Inputs that reach something new are kept beside the build, those that break something too.
    fn command(&self) -> Result<Command, Failure> {
        let Self { target, args, .. } = self;
        let found = self.folder.join("corpus");
        files::create_folder(&found)?;
        let fixtures = workspace::root().join("fixtures").join("fuzz");
        let mut command = shell::command(&self.program.to_string_lossy());
        command.arg(format!(
            "-artifact_prefix={}{}",
            self.folder.display(),
            std::path::MAIN_SEPARATOR
        ));
        command.arg(format!("-max_total_time={}", args.seconds));
        command.arg(format!("-seed={}", args.seed));
        let words = fixtures.join(format!("{target}.dict"));
        if words.exists() {
            command.arg(format!("-dict={}", words.display()));
        }
        command
            .args(LIBFUZZER)
            .arg(&found)
            .arg(fixtures.join(target));
        // Finding leaks needs ptrace, which containers do not allow, and is of little use here.
        command.env("ASAN_OPTIONS", "detect_leaks=0");
        command
            .stdout(Stdio::null())
            .stderr(files::log(&self.log())?);
        Ok(command)
    }

    /// Prints the figures of a run that found nothing, and complains about one that did.
    fn judge(&self, success: bool, time: Duration) -> Result<(), Failure> {
        let log = files::text(&self.log())?;
        let target = self.target;
        if success {
            let seconds = time.as_secs();
            say(format_args!("{target:<16} {}, {seconds} s", summary(&log)));
            return Ok(());
        }
        Err(Failure::new(format!(
            "{target}: {}\nthe whole log is {}",
            complaint(target, &log),
            self.log().display()
        )))
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

/// The figures of a run that found nothing.
fn summary(log: &str) -> String {
    let figure = |name: &str| {
        let found = log.lines().find_map(|line| line.strip_prefix(name));
        found.map_or("?", str::trim).to_owned()
    };
    let last = log.lines().rfind(|line| line.contains(" ft: "));
    let features = last.and_then(|line| line.split(" ft: ").nth(1)?.split(' ').next());
    format!(
        "{:>9} inputs, {:>6} a second, {:>5} of them new, {:>6} features",
        figure("stat::number_of_executed_units:"),
        figure("stat::average_exec_per_sec:"),
        figure("stat::new_units_added:"),
        features.unwrap_or("?")
    )
}

/// What broke, and how to see it again.
fn complaint(target: &str, log: &str) -> String {
    let is_cause = |line: &&str| line.contains("panicked at") || line.contains("ERROR: ");
    let panic = log.lines().skip_while(|line| !is_cause(line));
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
/// An input is at most 2 KiB long and takes at most 5 s, fifty times what it should, since a machine
/// can be busy with something else; none of what it allocates is larger than 8 MiB.
const LIBFUZZER: [&str; 6] = [
    "-max_len=2048",
    "-timeout=5",
    "-malloc_limit_mb=8",
    "-rss_limit_mb=1024",
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
            "   123456 inputs,   2057 a second,    78 of them new,    700 features"
        );
    }

    #[test]
    fn every_target_runs_once_and_all_complaints_are_told() {
        let targets = ["a", "b", "c", "d", "e"].map(str::to_owned);
        for jobs in [1, 2, 9] {
            let mut complaints = side_by_side(&targets, jobs, |target| match target {
                "b" | "d" => Err(Failure::new(target.to_owned())),
                _ => Ok(()),
            });
            complaints.sort();
            assert_eq!(complaints, ["b", "d"]);
        }
    }

    #[test]
    fn an_input_that_takes_too_long_is_told_without_a_panic() {
        let log = "#9\tNEW    cov: 345\n==1== ERROR: libFuzzer: timeout after 1 seconds\n\
            artifact_prefix='x/'; Test unit written to x/timeout-0\n";
        assert!(complaint("host", log).contains("timeout after 1 seconds"));
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
