//! Whole processes: from being started to having ended.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::sample::Sample;
use super::{markdown, mebibytes};
use crate::files;
use crate::programs::Programs;
use crate::shell;
use crate::stage::{Home, Mock, SignIn, ensure};
use crate::stopwatch::timed;
use crate::terminal::Failure;

/// A program to be started again and again.
struct Subject<'a> {
    name: &'static str,
    home: &'a Home,
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
    let crowded = crowded()?;
    let subjects = subjects(programs, &home, &crowded);
    let mut samples: Vec<_> = subjects.iter().map(|_| Sample::default()).collect();
    for run in 0..WARM_UP + RUNS {
        for (subject, sample) in subjects.iter().zip(&mut samples) {
            let mut command = subject.command();
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
        .map(|(subject, sample)| subject.row(sample));
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

impl Subject<'_> {
    fn command(&self) -> Command {
        let mut command = self.home.command(&self.program);
        command.args(self.args);
        command
    }

    fn row(&self, sample: Sample) -> Vec<String> {
        let cells = std::iter::once(format!("`{}`", self.name)).chain(sample.cells());
        cells.chain([peak(self), self.budget.to_owned()]).collect()
    }
}

fn subjects<'a>(programs: &Programs, home: &'a Home, crowded: &'a Home) -> Vec<Subject<'a>> {
    let lakekey = |name, home, args, budget| Subject {
        name,
        home,
        program: programs.lakekey.clone(),
        args,
        budget,
    };
    let python = shell::command("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .stderr(Stdio::null())
        .output();
    let mut subjects = vec![
        lakekey("lakekey version", home, &["version"], "≤ 3 ms"),
        lakekey(
            "lakekey auth token, cached",
            home,
            &["auth", "token", "--profile", "dev"],
            "≤ 5 ms, ≤ 12 MiB",
        ),
        lakekey(
            "lakekey auth profiles, 200 of them",
            crowded,
            &["auth", "profiles"],
            "≤ 20 ms",
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
        home,
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

/// A home with a profile file of 200 profiles, half of them with a token of their own.
fn crowded() -> Result<Home, Failure> {
    let home = Home::new()?;
    let profile = |number: usize| {
        let login = ["auth_type = databricks-cli", "token     = dapi0123456789"][number % 2];
        format!(
            "; profile {number}\n[profile-{number}]\n\
             host      = https://w{number}.cloud.databricks.com\n{login}\n\n"
        )
    };
    let text: String = (0..PROFILES).map(profile).collect();
    files::write(&home.path().join(".databrickscfg"), &text)?;
    Ok(home)
}

/// The most memory the process had at once, as GNU time tells it.
fn peak(subject: &Subject<'_>) -> String {
    let mut command = subject.home.command(Path::new("/usr/bin/time"));
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
const PROFILES: usize = 200;
