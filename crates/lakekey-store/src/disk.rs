//! The door to the file system and to the clocks: nothing else in this crate opens one.
#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Instant, SystemTime};

/// The wall clock.
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// The clock that never goes back.
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// Opens a file for reading without waiting for the other end of a pipe; the last part of the
/// path may be a link only if `through_link`.
pub(crate) fn open(path: &Path, through_link: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    unix::cautious(&mut options, through_link);
    #[cfg(not(unix))]
    let _ = through_link;
    options.open(path)
}

/// Opens a lock file for reading and writing, created with mode 0600 if missing, never through
/// a link.
pub(crate) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    unix::cautious(&mut options, false);
    options.open(path)
}

/// Creates a folder with mode 0700, and its missing parents likewise. An existing one is left
/// as it is.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the renames in a folder durable, where the system can.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(path)?.sync_all() {
        // Some network file systems cannot, and say so.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Empties a file, or creates it: what only an experiment wants to see.
pub(crate) fn overwrite(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Creates a file that must not be there yet, with mode 0600.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The name of this machine, with that of its present boot where the system has one; `None` where
/// it is not known.
pub(crate) fn machine() -> Option<String> {
    #[cfg(unix)]
    {
        let names = rustix::system::uname();
        let name = names.nodename().to_string_lossy();
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        (!name.is_empty()).then(|| format!("{name} {}", boot.trim()))
    }
    #[cfg(not(unix))]
    None
}

/// When a process of this machine was started, in the words of the system; `None` if it does not
/// run or the system does not say.
pub(crate) fn start_of(process: u32) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program, in parentheses, may hold anything.
    let (_, fields) = status.rsplit_once(')')?;
    fields.split_whitespace().nth(19).map(str::to_owned)
}

/// Whether a process of this machine runs; `true` where nobody can tell.
pub(crate) fn runs(process: u32) -> bool {
    #[cfg(unix)]
    {
        let id = i32::try_from(process)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        id.is_some_and(|id| rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH))
    }
    #[cfg(not(unix))]
    {
        let _ = process;
        true
    }
}

/// Removes a file.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

#[cfg(unix)]
mod unix {
    use std::fs::OpenOptions;
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    pub(super) fn cautious(options: &mut OpenOptions, through_link: bool) {
        let link = if through_link {
            OFlags::empty()
        } else {
            OFlags::NOFOLLOW
        };
        options
            .mode(0o600)
            .custom_flags((OFlags::NONBLOCK | link).bits().cast_signed());
    }
}
