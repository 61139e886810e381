//! Whole processes: from being started to having ended.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::sample::Sample;
use super::{markdown, mebibytes};
use crate::programs::Programs;
use crate::shell;
use crate::stage::{Home, Mock, SignIn, ensure};
use crate::stopwatch::timed;
use crate::terminal::Failure;

/// A program to be started again and again.
struct Subject {
    name: &'static str,
    program: PathBuf,
    args: &'static [&'static str],
    budget: &'static str,
}

/// Starts each program in turn, so that what else the machine does hits all alike.
pub(super) fn table(programs: &Programs) -> Result<String, Failure> {
    let mock = Mock::start(&programs.mock, &["--consent", "approve"])?;
    let home = signed_in(programs, &mock)?;
    // From here on the answers are on the disk.
    drop(mock);
    let subjects = subjects(programs);
    let mut samples: Vec<_> = subjects.iter().map(|_| Sample::default()).collect();
    for run in 0..WARM_UP + RUNS {
        for (subject, sample) in subjects.iter().zip(&mut samples) {
            let mut command = subject.command(&home);
            let (ended, took) = timed(|| shell::quiet(&mut command));
            ensure(ended?.success(), || format!("`{}` failed", subject.name))?;
            if run >= WARM_UP {
                sample.add(took);
            }
        }
    }
    let rows = subjects
        .iter()
        .zip(samples)
        .map(|(subject, sample)| subject.row(&home, sample));
    let heads = [
        "process",
        "min ms",
        "median ms",
        "p95 ms",
        "peak MiB",
        "budget",
    ];
    Ok(markdown(&heads, rows))
}

impl Subject {
    fn command(&self, home: &Home) -> Command {
        let mut command = home.command(&self.program);
        command.args(self.args);
        command
    }

    fn row(&self, home: &Home, sample: Sample) -> Vec<String> {
        let cells = std::iter::once(format!("`{}`", self.name)).chain(sample.cells());
        cells
            .chain([peak(home, self), self.budget.to_owned()])
            .collect()
    }
}

fn subjects(programs: &Programs) -> Vec<Subject> {
    let lakekey = |name, args, budget| Subject {
        name,
        program: programs.lakekey.clone(),
        args,
        budget,
    };
    let python = shell::command("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .stderr(Stdio::null())
        .output();
    let mut subjects = vec![
        lakekey("lakekey version", &["version"], "≤ 3 ms"),
        lakekey(
            "lakekey auth token, cached",
            &["auth", "token", "--profile", "dev"],
            "≤ 5 ms, ≤ 12 MiB",
        ),
    ];
    let for_comparison = [("/bin/true", PathBuf::from("/bin/true"), [].as_slice())];
    let python = python
        .ok()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let python = python.map(|path| {
        (
            "python3 -c pass",
            PathBuf::from(path),
            ["-c", "pass"].as_slice(),
        )
    });
    let present = for_comparison
        .into_iter()
        .chain(python)
        .filter(|(_, program, _)| program.is_file());
    subjects.extend(present.map(|(name, program, args)| Subject {
        name,
        program,
        args,
        budget: "",
    }));
    subjects
}

/// A home with a profile `dev` that has just signed in.
pub(super) fn signed_in(programs: &Programs, mock: &Mock) -> Result<Home, Failure> {
    let home = Home::new()?;
    SignIn::approved(&home, &programs.lakekey, mock.url(), "dev")?;
    Ok(home)
}

/// The most memory the process had at once, as GNU time tells it.
fn peak(home: &Home, subject: &Subject) -> String {
    let mut command = home.command(Path::new("/usr/bin/time"));
    command
        .args(["-f", "%M"])
        .arg(&subject.program)
        .args(subject.args);
    let Ok(output) = shell::output(&mut command) else {
        return "–".to_owned();
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let kibibytes = said
        .lines()
        .last()
        .and_then(|line| line.trim().parse::<u64>().ok());
    kibibytes.map_or_else(|| "–".to_owned(), |kibibytes| mebibytes(kibibytes * 1024))
}

const WARM_UP: usize = 10;
const RUNS: usize = 300;
