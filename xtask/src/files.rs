//! The file door: the repository's text files, each read once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::terminal::Failure;
use crate::workspace;

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct File {
    /// The path from the root, with `/` on every platform.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The path of the folder, empty for the root.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    pub(crate) fn has_extension(&self, extension: &str) -> bool {
        let found = Path::new(&self.path).extension();
        found.is_some_and(|found| found == extension)
    }

    /// Whether the whole file belongs to tests, benchmarks or their data.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.path
            .split('/')
            .any(|part| TEST_FOLDERS.contains(&part))
    }

    /// The text without the unit tests at its bottom.
    pub(crate) fn product(&self) -> &str {
        self.text
            .split("\n#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default()
    }
}

/// Every text file of the repository, sorted by path; build output, hidden folders of tools and
/// the mark of a linked work tree aside.
pub(crate) fn all() -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    walk(workspace::root(), "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Every file of that name below a folder, sorted; none if the folder is not there.
pub(crate) fn named(folder: &Path, name: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.is_dir() {
            found.extend(named(&path, name)?);
        } else if path.ends_with(name) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Every file of a folder whose name ends so.
pub(crate) fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Result<Vec<_>, _> = paths.collect();
    let mut paths = paths.map_err(|error| unreadable(folder, &error))?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    Ok(paths)
}

/// The text of one file, wherever it is.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let text = read(path)?;
    text.ok_or_else(|| Failure::new(format!("{} is not text", path.display())))
}

/// The bytes of a file.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to file contents"
)]
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The size of a file in bytes.
pub(crate) fn size(path: &Path) -> Result<u64, Failure> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Makes a folder of build output and those above it, unless they are there.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to new folders, below `target`"
)]
pub(crate) fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path)
        .map_err(|error| Failure::new(format!("{} cannot be made: {error}", path.display())))
}

/// Writes a page that is made from the code.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to the files it makes"
)]
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

/// An empty file of build output, for a program to write to.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to the logs of programs, below `target`"
)]
pub(crate) fn log(path: &Path) -> Result<fs::File, Failure> {
    fs::File::create(path)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

/// Copies a file, with its mode.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to copies, of build output"
)]
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let copied = fs::copy(from, to).map(drop);
    copied.map_err(|error| {
        let (from, to) = (from.display(), to.display());
        Failure::new(format!("{from} cannot be copied to {to}: {error}"))
    })
}

/// Removes a file.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to removals, in folders it made"
)]
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path)
        .map_err(|error| Failure::new(format!("{} cannot be removed: {error}", path.display())))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(folder, &error))?;
        if kind.is_dir() && is_ours(prefix, &name) {
            walk(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file()
            && name != ".git"
            && let Some(text) = read(&entry.path())?
        {
            files.push(File { path, text });
        }
    }
    Ok(())
}

/// The text of a file, or `None` if it is not text.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    Ok(String::from_utf8(bytes(path)?)
        .ok()
        .map(|text| text.replace("\r\n", "\n")))
}

fn is_ours(prefix: &str, name: &str) -> bool {
    let inside = !prefix.is_empty();
    match name {
        "target" => inside,
        _ if name.starts_with('.') => inside || OUR_HIDDEN_FOLDERS.contains(&name),
        _ => true,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}", path.display()))
}

const OUR_HIDDEN_FOLDERS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];
const TEST_FOLDERS: [&str; 4] = ["benches", "fixtures", "snapshots", "tests"];
