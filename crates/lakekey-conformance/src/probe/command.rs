//! The command `lakekey`, as a process.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::transcripts::STDOUT;
use super::{Home, Signal, Transcripts, program};
use crate::case::{Finding, Wrong, same, there};
use crate::{doors, subject};

/// The command with its arguments, not started yet.
#[derive(Debug)]
pub(crate) struct Lakekey {
    command: Command,
    transcripts: Transcripts,
    name: String,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; 128 and its number after a signal, as a shell says it.
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Fails unless the command ended with the exit code 0.
    pub(crate) fn went_well(&self) -> Finding {
        let what = format!("the exit code after\n{}", self.stderr);
        same(&what, self.exit, Some(0))
    }
}

/// A command that runs. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    stderr: String,
    stdout: Option<JoinHandle<String>>,
    spoken: mpsc::Receiver<()>,
    transcripts: Transcripts,
    name: String,
    deadline: Instant,
}

impl Lakekey {
    pub(super) fn new(home: &Home, arguments: &[&str], transcripts: Transcripts) -> Finding<Self> {
        let name = format!("lakekey {}", arguments.join(" "));
        transcripts.add("the command line", name.clone());
        let mut command = match subject::get() {
            Some(subject) => subject.command(),
            None => doors::command(&program::usual()?),
        };
        #[cfg(unix)]
        super::signal::heeded_by_children()?;
        command.args(arguments).env_clear().current_dir(home.path());
        for variable in INHERITED {
            if let Some(value) = doors::variable(variable) {
                command.env(variable, value);
            }
        }
        command
            .env("HOME", home.path())
            .env("USERPROFILE", home.path())
            .env("BROWSER", "none")
            // Whatever it may log, it logs; what it prints is searched for secrets.
            .env("RUST_LOG", "trace");
        Ok(Self {
            command,
            transcripts,
            name,
        })
    }

    /// The same command as a test build, which obeys the variables that make it fail.
    pub(super) fn sabotaged(mut self) -> Finding<Self> {
        let mut command = doors::command(&program::sabotaged()?);
        self.hand_on(&mut command);
        self.command = command;
        Ok(self)
    }

    /// Adds an argument that need not be text. It is not part of the transcript.
    pub(crate) fn argument(mut self, argument: &OsStr) -> Self {
        self.command.arg(argument);
        self
    }

    /// Takes an environment variable away.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Has another program start it: `program`, its arguments, then the command and its own.
    pub(crate) fn through<I>(mut self, program: &Path, arguments: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut command = doors::command(program);
        command.args(arguments).arg(self.command.get_program());
        self.hand_on(&mut command);
        self.command = command;
        self
    }

    /// Arguments, environment and folder.
    fn hand_on(&self, command: &mut Command) {
        command.args(self.command.get_args()).env_clear();
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
    }

    /// Has it begin with this mask for the modes of what it creates, for instance `000`.
    pub(crate) fn umask(self, mask: &str) -> Self {
        let script = "umask \"$0\"; exec \"$@\"";
        self.through(Path::new("sh"), ["-c", script, mask])
    }

    /// Runs it to its end. Fails after 30 seconds.
    pub(crate) fn run(self) -> Finding<Outcome> {
        self.start()?.finish()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Finding<Running> {
        self.command.stdin(Stdio::null());
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn()?;
        let (stdout, spoken) = read_all(there("standard output", child.stdout.take())?);
        let lines = read_lines(there("standard error", child.stderr.take())?);
        Ok(Running {
            child,
            lines,
            stderr: String::new(),
            stdout: Some(stdout),
            spoken,
            transcripts: self.transcripts,
            name: self.name,
            deadline: doors::now() + PATIENCE,
        })
    }
}

impl Running {
    /// Waits for a line on standard error that `wanted` makes something of.
    pub(crate) fn wait_for<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Finding<T> {
        loop {
            let left = self.deadline.saturating_duration_since(doors::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                return Err(Wrong::new(format!(
                    "`{}` said nothing of the kind; it said:\n{}",
                    self.name, self.stderr
                )));
            };
            self.stderr += &line;
            if let Some(found) = wanted(&line) {
                return Ok(found);
            }
        }
    }

    /// Waits for the address that a person is asked to open.
    pub(crate) fn authorization_url(&mut self) -> Finding<String> {
        self.wait_for(|line| {
            let word = |word: &&str| word.starts_with("http") && word.contains("code_challenge=");
            line.split_whitespace().find(word).map(str::to_owned)
        })
    }

    /// Waits for the first byte on standard output.
    pub(crate) fn wait_for_output(&mut self) -> Finding {
        let left = self.deadline.saturating_duration_since(doors::now());
        self.spoken
            .recv_timeout(left)
            .map_err(|_| Wrong::new(format!("`{}` printed nothing", self.name)))
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: Signal) -> Finding {
        let process = rustix::process::Pid::from_child(&self.child);
        Ok(rustix::process::kill_process(process, signal.number())?)
    }

    /// There are no signals here.
    #[cfg(not(unix))]
    pub(crate) fn signal(&self, _: Signal) -> Finding {
        Err(Wrong::new("there are no signals here"))
    }

    /// Ends it with force, now.
    pub(crate) fn kill(mut self) -> Finding<Outcome> {
        self.child.kill()?;
        self.finish()
    }

    /// Waits for its end. Fails 30 seconds after the start.
    pub(crate) fn finish(mut self) -> Finding<Outcome> {
        let exit = self.exit()?;
        self.stderr.extend(self.lines.iter());
        let stdout = self
            .stdout
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        let stderr = std::mem::take(&mut self.stderr);
        self.transcripts
            .add(&format!("{STDOUT} of `{}`", self.name), stdout.clone());
        self.transcripts
            .add(&format!("stderr of `{}`", self.name), stderr.clone());
        Ok(Outcome {
            exit,
            stdout,
            stderr,
        })
    }

    fn exit(&mut self) -> Finding<Option<i32>> {
        while doors::now() < self.deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(code(status));
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        Err(Wrong::new(format!(
            "`{}` did not end in {} s",
            self.name,
            PATIENCE.as_secs()
        )))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn code(status: ExitStatus) -> Option<i32> {
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    status.code().or(signal.map(|number| 128 + number))
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> Option<i32> {
    status.code()
}

/// Reads to the end, and says when the first byte is there.
fn read_all(mut source: impl Read + Send + 'static) -> (JoinHandle<String>, mpsc::Receiver<()>) {
    let (sender, spoken) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut bytes = vec![0];
        if source.read_exact(&mut bytes).is_err() {
            return String::new();
        }
        // Nobody listens where nobody waits for it.
        let _ = sender.send(());
        // What was read until an error is what there is to judge.
        let _ = source.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    (reader, spoken)
}

fn read_lines(source: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while source
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).into_owned();
            if sender.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    lines
}

/// What a process needs to start at all, where temporary files go, and what a test build does without.
const INHERITED: [&str; 6] = [
    "PATH",
    "SystemRoot",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LAKEKEY_SABOTAGE",
];
/// How long a command may run.
const PATIENCE: Duration = Duration::from_secs(30);
/// The only way to wait for a process with a deadline is to look again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use lakekey_mock::Setup;

    use super::super::Probe;
    use crate::case::{Finding, same};
    use crate::catalogue::Catalogue;

    #[test]
    fn a_person_signs_in_through_the_command() {
        let entry = Catalogue::get().find("C-REQ-01").unwrap();
        let mut probe = Probe::new(entry, "");
        sign_in(&mut probe).unwrap();
        let (evidence, complaint) = probe.finish();
        assert_eq!(evidence.token_posts, 1);
        assert_eq!(complaint, None);
    }

    fn sign_in(probe: &mut Probe) -> Finding {
        let server = probe.listening(Setup::workspace())?;
        let arguments = ["auth", "login", "--host", server.url(), "--profile", "dev"];
        let mut login = probe.lakekey(&arguments)?.start()?;
        let page = probe.browser().open(&login.authorization_url()?)?;
        same("the status of the last page", page.status().as_u16(), 200)?;
        let outcome = login.finish()?;
        outcome.went_well()?;
        probe.saw("ok");
        Ok(())
    }
}
