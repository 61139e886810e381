//! What the command costs the machine while it waits.

use std::path::PathBuf;

use super::waiting::Waiting;
use crate::case::{Finding, holds, there};
use crate::doors;

/// What a process holds. Linux says so in files; elsewhere nothing is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    /// The most memory it ever had, in KiB.
    peak_kib: usize,
    pub(super) threads: usize,
    /// Open descriptors, sockets included.
    pub(super) files: usize,
}

impl Weight {
    /// What the waiting command holds now.
    pub(super) fn of(waiting: &Waiting) -> Finding<Option<Self>> {
        if !cfg!(target_os = "linux") {
            return Ok(None);
        }
        let folder = PathBuf::from(format!("/proc/{}", waiting.running.id()));
        let status = there("the process", doors::read(&folder.join("status"))?)?;
        let status = String::from_utf8_lossy(&status).into_owned();
        Ok(Some(Self {
            peak_kib: number(&status, "VmHWM:")?,
            threads: number(&status, "Threads:")?,
            files: folder.join("fd").read_dir()?.count(),
        }))
    }

    /// Fails if the most memory there ever was has grown by so many KiB.
    pub(super) fn within(self, before: Self, most_kib: usize) -> Finding {
        let grown = self.peak_kib.saturating_sub(before.peak_kib);
        holds(grown < most_kib, format!("{grown} KiB were taken"))
    }
}

fn number(status: &str, name: &str) -> Finding<usize> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(there(name, number)?.parse()?)
}
