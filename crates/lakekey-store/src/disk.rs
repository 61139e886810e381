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
