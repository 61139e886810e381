//! Signals.

#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use crate::case::Finding;
#[cfg(unix)]
use crate::doors;

/// A signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Signal {
    Hangup,
    Interrupt,
    Terminate,
}

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Hangup, Self::Interrupt, Self::Terminate];

    /// The exit code of a program that it ended, as a shell says it.
    pub(crate) fn exit(self) -> i32 {
        match self {
            Self::Hangup => 128 + 1,
            Self::Interrupt => 128 + 2,
            Self::Terminate => 128 + 15,
        }
    }

    #[cfg(unix)]
    pub(super) fn number(self) -> rustix::process::Signal {
        match self {
            Self::Hangup => rustix::process::Signal::HUP,
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Terminate => rustix::process::Signal::TERM,
        }
    }
}

/// Has the programs that are started from here on heed the signals that this one ignores, which is
/// what whatever runs in the background of a shell is told to do, and hands on.
///
/// A signal that is handled is at its default in a program that is started. This one goes on
/// ignoring it, since nobody listens. Does nothing where `/proc` does not tell what is ignored.
#[cfg(unix)]
pub(super) fn heeded_by_children() -> Finding {
    use tokio::signal::unix::{SignalKind, signal};

    let ignored = ignored()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let _inside = runtime.enter();
    for number in Signal::ALL.map(|signal| signal.number().as_raw()) {
        if ignored & (1 << (number - 1)) != 0 {
            drop(signal(SignalKind::from_raw(number))?);
        }
    }
    Ok(())
}

/// The signals that this program ignores, one bit each.
#[cfg(unix)]
fn ignored() -> Finding<u64> {
    let status = doors::read(Path::new("/proc/self/status"))?.unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    Ok(u64::from_str_radix(mask.unwrap_or("0").trim(), 16)?)
}
