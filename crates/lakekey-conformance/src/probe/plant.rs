//! What a check finds and plants in a home folder: modes, owners, links, pipes.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Home;
use crate::case::{Finding, holds};
use crate::doors;

impl Home {
    /// The mode of a file or folder, of a link and not of what it leads to.
    pub(crate) fn mode(&self, name: &str) -> Finding<u32> {
        Ok(unix::mode(&self.file(name))?)
    }

    /// Changes the mode of a file or folder.
    pub(crate) fn set_mode(&self, name: &str, mode: u32) -> Finding {
        Ok(unix::set_mode(&self.file(name), mode)?)
    }

    /// Makes a folder for this user alone.
    pub(crate) fn make_folder(&self, name: &str) -> Finding {
        doors::make_folder(&self.file(name))?;
        self.set_mode(name, 0o700)
    }

    /// Writes a file for this user alone.
    pub(crate) fn write_private(&self, name: &str, bytes: impl AsRef<[u8]>) -> Finding {
        self.write(name, bytes)?;
        self.set_mode(name, 0o600)
    }

    /// Makes a file another user's. Whether that was possible: only root can.
    pub(crate) fn give_away(&self, name: &str) -> bool {
        unix::give_away(&self.file(name)).is_ok()
    }

    /// Puts a link to another file of the home in the place of what is there.
    pub(crate) fn link(&self, name: &str, target: &str) -> Finding {
        self.remove(name)?;
        Ok(unix::link(&self.file(target), &self.file(name))?)
    }

    /// Gives a file of the home a second name, in the place of what is there.
    pub(crate) fn name_again(&self, name: &str, target: &str) -> Finding {
        self.remove(name)?;
        Ok(std::fs::hard_link(self.file(target), self.file(name))?)
    }

    /// Puts a pipe that nobody writes to in the place of what is there.
    pub(crate) fn pipe(&self, name: &str) -> Finding {
        self.remove(name)?;
        let mut command = doors::command(Path::new("mkfifo"));
        let made = command.arg(self.file(name)).status()?;
        holds(made.success(), "mkfifo made no pipe")
    }

    /// Removes a file, if there is one.
    pub(crate) fn remove(&self, name: &str) -> Finding {
        match doors::remove(&self.file(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Says when a file was last written.
    pub(crate) fn set_modified(&self, name: &str, when: SystemTime) -> Finding {
        Ok(doors::set_modified(&self.file(name), when)?)
    }

    /// The names in a folder, sorted, also of those below it; none if there is no such folder.
    pub(crate) fn names(&self, folder: &str) -> Finding<Vec<String>> {
        let mut names = Vec::new();
        let root = self.file(folder);
        list(&root, &root, &mut names)?;
        names.sort_unstable();
        Ok(names)
    }
}

fn list(root: &Path, folder: &Path, names: &mut Vec<String>) -> Finding {
    let entries = match folder.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path: PathBuf = entry?.path();
        let name = path.strip_prefix(root)?.display().to_string();
        names.push(name);
        if path.symlink_metadata()?.is_dir() {
            list(root, &path, names)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::path::Path;

    pub(super) fn mode(path: &Path) -> io::Result<u32> {
        Ok(path.symlink_metadata()?.mode() & 0o7777)
    }

    pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
        fs::set_permissions(path, Permissions::from_mode(mode))
    }

    pub(super) fn give_away(path: &Path) -> io::Result<()> {
        chown(path, Some(ANOTHER), None)
    }

    pub(super) fn link(target: &Path, name: &Path) -> io::Result<()> {
        symlink(target, name)
    }

    /// A user that nobody is, on Linux and on macOS.
    const ANOTHER: u32 = 54_321;
}

/// Elsewhere there are no modes, and cases that need links are for Linux and macOS.
#[cfg(not(unix))]
mod unix {
    use std::io;
    use std::path::Path;

    pub(super) fn mode(path: &Path) -> io::Result<u32> {
        path.symlink_metadata().map(|_| 0)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
    pub(super) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn give_away(_: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn link(_: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
