//! The door through which programs are started, always without a shell.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{io, thread};

use lakekey_core::Context;

/// What a program wrote, and whether it succeeded.
pub(super) struct Finished {
    pub(super) success: bool,
    /// At most 1 MiB; it may hold a secret.
    pub(super) stdout: Vec<u8>,
    /// At most 1 MiB.
    pub(super) stderr: Vec<u8>,
}

/// Why there is nothing that a program wrote.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// It cannot be started, or not be waited for.
    Io(io::Error),
    /// It took longer than allowed and was ended.
    Late,
}

impl From<io::Error> for Unfinished {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Runs a program with these arguments to its end, or ends it: after `limit`, or when nobody waits
/// for it any longer. It has nothing to read and inherits the environment, that of Databricks
/// left out.
pub(super) async fn run(
    cx: &Context,
    program: &Path,
    arguments: &[&str],
    limit: Duration,
) -> Result<Finished, Unfinished> {
    let mut running = Running::start(program, arguments)?;
    let end = cx.clock().elapsed() + limit;
    loop {
        if let Some(finished) = running.finished()? {
            return Ok(finished);
        }
        if cx.clock().elapsed() >= end {
            return Err(Unfinished::Late);
        }
        cx.clock().sleep(PAUSE).await;
    }
}

/// A program that is ended when this is dropped.
struct Running {
    child: Child,
    stdout: Pipe,
    stderr: Pipe,
}

impl Running {
    fn start(program: &Path, arguments: &[&str]) -> io::Result<Self> {
        let mut command = command(program);
        let pipes = command.args(arguments).stdin(Stdio::null());
        let mut child = pipes
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Self {
            child,
            stdout: Pipe::read(stdout)?,
            stderr: Pipe::read(stderr)?,
        })
    }

    /// What it wrote, once it has ended and closed its pipes.
    fn finished(&mut self) -> io::Result<Option<Finished>> {
        let is_read = self.stdout.is_read() & self.stderr.is_read();
        let status = self.child.try_wait()?;
        Ok(status.filter(|_| is_read).map(|status| Finished {
            success: status.success(),
            stdout: self.stdout.take(),
            stderr: self.stderr.take(),
        }))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            end(&mut self.child);
            // Reaped at once, since it cannot refuse to end.
            let _ = self.child.wait();
        }
    }
}

/// A pipe that a thread of its own reads to its end.
struct Pipe {
    sent: Receiver<Vec<u8>>,
    bytes: Option<Vec<u8>>,
}

impl Pipe {
    fn read(pipe: Option<impl Read + Send + 'static>) -> io::Result<Self> {
        let (sender, sent) = channel();
        let pipe = pipe.expect("a pipe was asked for");
        thread::Builder::new().spawn(move || {
            let mut bytes = Vec::new();
            // What was read before a pipe broke is all there is.
            let _ = pipe.take(LARGEST).read_to_end(&mut bytes);
            // Nobody waits for it any longer.
            let _ = sender.send(bytes);
        })?;
        Ok(Self { sent, bytes: None })
    }

    fn is_read(&mut self) -> bool {
        if self.bytes.is_none() {
            self.bytes = self.sent.try_recv().ok();
        }
        self.bytes.is_some()
    }

    fn take(&mut self) -> Vec<u8> {
        self.bytes.take().unwrap_or_default()
    }
}

/// In a group of its own, so that it can be ended with all that it started; on Windows without a
/// console window. The variables of Databricks, with what secrets they hold, are not its business.
#[expect(clippy::disallowed_methods, reason = "the door to programs")]
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if is_of_databricks(&name) {
            command.env_remove(name);
        }
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
    command
}

/// Names are the same in any case on Windows.
fn is_of_databricks(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    name.starts_with("DATABRICKS_")
}

#[cfg(unix)]
fn end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It may have ended meanwhile.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn end(child: &mut Child) {
    // It may have ended meanwhile.
    let _ = child.kill();
}

const LARGEST: u64 = 1 << 20;
/// How often to look whether it has ended.
const PAUSE: Duration = Duration::from_millis(10);
#[cfg(windows)]
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
