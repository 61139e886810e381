use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lakekey_core::{Code, Error, shell_word};

use super::document::ProfileFile;
use super::trust;

/// The door to profile files on disk.
impl ProfileFile {
    /// Reads the profile file at `path`; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] for a file that cannot be read, is larger than 10 MiB, is not UTF-8 text
    /// or cannot be parsed. The message names the path and, where there is one, the line.
    /// [`Code::StoreInsecure`] for a file that every user may write.
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        let (found, bytes) = match read(path) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unopened(path, &error)),
        };
        trust::not_for_everybody(path, &found)?;
        Self::from_bytes(bytes, path).map(Some)
    }

    /// Changes the profile file at `path`: the one way to write it.
    ///
    /// Under a lock that every writer of lakekey takes, the file is read anew (an absent one is
    /// empty), changed, and replaced in one step. Two processes that change different profiles
    /// at the same time both succeed. When `change` fails, or changes nothing, nothing is
    /// written.
    ///
    /// The file keeps its mode and its owner; a new one is for its owner alone. A symbolic link is followed,
    /// so that its target is replaced and not the link. The last content that lakekey did not
    /// write itself is kept beside it in `<file>.bak`. The lock is `<file>.lock`, which stays.
    ///
    /// # Errors
    ///
    /// What `change` returns; the errors of [`ProfileFile::open`]; [`Code::StoreLocked`] when
    /// another writer holds the lock for 10 s; [`Code::StoreIo`] when writing fails, as it does
    /// for a file of another user.
    pub fn edit<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let target = follow_links(path).map_err(|error| unwritable(path, error))?;
        let mut lock = Lock::take(&target)?;
        let before = Self::open(&target)?.unwrap_or_default();
        let mut after = before.clone();
        let result = change(&mut after)?;
        if after != before {
            let found = std::fs::metadata(&target).ok();
            let bytes = before.text.as_bytes();
            if !bytes.is_empty() && !lock.wrote(bytes) {
                let backup = beside(&target, ".bak");
                replace(&backup, bytes, found.as_ref(), None)
                    .map_err(|error| unwritable(&backup, error))?;
            }
            let bytes = after.text.as_bytes();
            replace(&target, bytes, found.as_ref(), found.as_ref())
                .map_err(|error| unwritable(&target, error))?;
            lock.remember(bytes);
        }
        Ok(result)
    }

    fn from_bytes(bytes: Vec<u8>, path: &Path) -> Result<Self, Error> {
        if bytes.len() > LARGEST {
            return Err(unreadable(path, "it is larger than 10 MiB", ANOTHER));
        }
        let not_text = |before: &[u8]| {
            let line = before.split(|byte| *byte == b'\n').count();
            let why = format!("line {line}: it is not UTF-8 text");
            unreadable(path, &why, "save it as UTF-8 text")
        };
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(not_text(&bytes[..at]));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            not_text(&error.as_bytes()[..valid])
        })?;
        Self::parse(text).map_err(|error| unreadable(path, &error.to_string(), CORRECT))
    }
}

/// The lock against a second writer, and its memory of what was written last.
struct Lock(File);

impl Lock {
    #[expect(clippy::disallowed_methods, reason = "the door to profile files")]
    fn take(target: &Path) -> Result<Self, Error> {
        let path = beside(target, ".lock");
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .map_err(|error| unwritable(&path, error))?;
        if let Ok(found) = std::fs::metadata(target) {
            trust::keep_owner(&file, &found).map_err(|error| unwritable(target, error))?;
        }
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
                Err(std::fs::TryLockError::Error(error)) => return Err(unwritable(&path, error)),
            }
        }
        let message = format!("another process is changing {}", target.display());
        Err(Error::new(Code::StoreLocked, message).with_hint("try again when it is done"))
    }

    /// Whether `bytes` are what lakekey wrote last. A wrong answer only moves the backup.
    fn wrote(&mut self, bytes: &[u8]) -> bool {
        let mut noted = String::new();
        self.0.read_to_string(&mut noted).is_ok() && noted == fingerprint(bytes)
    }

    /// Notes what was written. Failing to costs no more than a newer backup.
    fn remember(&mut self, bytes: &[u8]) {
        let noted = self
            .0
            .rewind()
            .and_then(|()| self.0.write_all(fingerprint(bytes).as_bytes()));
        drop(noted);
    }
}

fn fingerprint(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}\n", hasher.finish())
}

#[expect(clippy::disallowed_methods, reason = "the door to profile files")]
fn read(path: &Path) -> io::Result<(Metadata, Vec<u8>)> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    let found = file.metadata()?;
    file.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok((found, bytes))
}

/// Replaces a file in one step: whoever reads it sees the old bytes or the new ones.
fn replace(
    path: &Path,
    bytes: &[u8],
    owner: Option<&Metadata>,
    mode: Option<&Metadata>,
) -> io::Result<()> {
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(".lakekey-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(owner) = owner {
        trust::keep_owner(file.as_file(), owner)?;
    }
    if let Some(mode) = mode {
        file.as_file().set_permissions(mode.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(folder);
    Ok(())
}

/// Makes the new name durable where the file system can; the change itself is in place already.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the door to profile files")]
fn sync_folder(folder: &Path) {
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) {}

/// The file that `path` means once links are followed; it need not exist.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The error of a file that the system does not give, in words that are the same on all systems.
fn unopened(path: &Path, error: &io::Error) -> Error {
    if follow_links(path).is_err() {
        return unreadable(path, "its symbolic links go in a circle", ANOTHER);
    }
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let hint = format!("chmod u+r {}", shell_word(&path.display().to_string()));
            unreadable(path, "permission denied", &hint)
        }
        kind => unreadable(path, &kind.to_string(), ANOTHER),
    }
}

fn unreadable(path: &Path, why: &str, hint: &str) -> Error {
    let message = format!("cannot read the profile file {}: {why}", path.display());
    Error::new(Code::Config, message).with_hint(hint)
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let message = format!("cannot write {}: {}", path.display(), error.kind());
    Error::new(Code::StoreIo, message)
        .with_hint("check the permissions of the file and its folder")
        .caused_by(error)
}

/// What to do about a file that is wrong in one line, and about one that is wrong altogether.
const CORRECT: &str = "correct the line, then try again";
const ANOTHER: &str = "put a text file in its place, or name another in DATABRICKS_CONFIG_FILE";
/// The largest profile file that is read, in bytes.
const LARGEST: usize = 10 << 20;
const LOCK_TRIES: u32 = 500;
const LOCK_PAUSE: Duration = Duration::from_millis(20);
const MOST_LINKS: u32 = 40;
