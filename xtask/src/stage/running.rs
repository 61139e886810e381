//! A program in the background.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::shell;
use crate::stopwatch::Stopwatch;
use crate::terminal::Failure;

/// A program that runs beside the task; dropping the value stops it and waits for its end.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
}

/// The end of a program.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; -1 if a signal ended it.
    pub(crate) code: i32,
}

impl Running {
    /// Starts a program; what its streams are is the command's choice.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = shell::spawn(command)?;
        Ok(Self { name, child })
    }

    /// Starts a program and reads its standard output until `found` makes something of a line.
    pub(crate) fn until<T>(
        command: &mut Command,
        found: impl Fn(&str) -> Option<T>,
    ) -> Result<(Self, T), Failure> {
        let mut running = Self::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let mut lines = BufReader::new(running.stdout()?);
        let answer = first(&mut lines, found);
        // Whatever it prints later is thrown away, so that it never blocks on a full pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        match answer {
            Ok(answer) => Ok((running, answer)),
            Err(printed) => Err(Failure::new(format!(
                "`{}` ended before it was ready: {printed}",
                running.name
            ))),
        }
    }

    /// The id the system knows it by.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdin(&mut self) -> Result<ChildStdin, Failure> {
        self.child.stdin.take().ok_or_else(|| self.no_stream())
    }

    pub(crate) fn stdout(&mut self) -> Result<ChildStdout, Failure> {
        self.child.stdout.take().ok_or_else(|| self.no_stream())
    }

    pub(crate) fn stderr(&mut self) -> Result<ChildStderr, Failure> {
        self.child.stderr.take().ok_or_else(|| self.no_stream())
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> Result<Ended, Failure> {
        let status = self.child.wait();
        let status = status.map_err(|error| Failure::new(format!("`{}`: {error}", self.name)))?;
        Ok(Ended {
            code: status.code().unwrap_or(-1),
        })
    }

    /// Waits until it ends by itself, at most this long; `None` if it had to be stopped.
    pub(crate) fn within(mut self, limit: Duration) -> Result<Option<Ended>, Failure> {
        let watch = Stopwatch::start();
        loop {
            let status = self.child.try_wait();
            match status.map_err(|error| Failure::new(format!("`{}`: {error}", self.name)))? {
                Some(status) => {
                    return Ok(Some(Ended {
                        code: status.code().unwrap_or(-1),
                    }));
                }
                None if watch.elapsed() >= limit => return Ok(None),
                None => std::thread::sleep(LOOK),
            }
        }
    }

    /// Kills it, without waiting for its end.
    pub(crate) fn kill(&mut self) {
        // It fails only if it has ended already.
        let _ = self.child.kill();
    }

    /// Stops it, if it still runs, and waits for its end.
    pub(crate) fn stop(&mut self) {
        self.kill();
        // It fails only if it was waited for already.
        let _ = self.child.wait();
    }

    fn no_stream(&self) -> Failure {
        Failure::new(format!("`{}` was started without that stream", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What `found` makes of the first line it knows, or everything that was read.
pub(super) fn first<T>(
    lines: &mut impl BufRead,
    found: impl Fn(&str) -> Option<T>,
) -> Result<T, String> {
    let mut printed = String::new();
    loop {
        let start = printed.len();
        match lines.read_line(&mut printed) {
            Ok(0) | Err(_) => return Err(printed),
            Ok(_) => {}
        }
        if let Some(answer) = found(&printed[start..]) {
            return Ok(answer);
        }
    }
}

/// The rest of a stream as text.
pub(crate) fn rest(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    // A stream that breaks off has told what it could.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How often to look whether a program has ended.
const LOOK: Duration = Duration::from_millis(1);
