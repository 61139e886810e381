//! The programs that are judged, built if need be.

use std::fs::hard_link;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::case::{Finding, Wrong, there};
use crate::doors;

/// The command: what `LAKEKEY_BIN` names, or else the one of this build.
pub(super) fn usual() -> Finding<PathBuf> {
    static PROGRAM: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| match doors::variable("LAKEKEY_BIN") {
            Some(path) => Ok(PathBuf::from(path)),
            None => build("conformance-lakekey", &[]).map_err(|wrong| wrong.0),
        });
    PROGRAM.clone().map_err(Wrong)
}

/// The command as a test build, with hooks that make it fail.
pub(super) fn sabotaged() -> Finding<PathBuf> {
    static PROGRAM: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let features = ["--features", "sabotage"];
        let built = build("conformance-lakekey-sabotaged", &features);
        built.map_err(|wrong| wrong.0)
    });
    PROGRAM.clone().map_err(Wrong)
}

/// The folder of this program, and of others of its build.
pub(crate) fn folder() -> Finding<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here
        .parent()
        .filter(|folder| !folder.ends_with("deps"))
        .or(here.parent().and_then(|deps| deps.parent()));
    there("the folder of this program", folder).map(Path::to_owned)
}

/// Builds the command in the profile of this program, and gives it a name of its own: each build puts
/// the same file in the place of the one before. Builds nothing if it is up to date.
fn build(name: &str, options: &[&str]) -> Finding<PathBuf> {
    let folder = folder()?;
    let file = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let (built, kept) = (file("lakekey"), file(name));
    let lock = doors::create(&folder.join("conformance.lock"))?;
    lock.lock()?;
    cargo_build(&folder, options)?;
    // Two runs at a time do not get into each other's way.
    let new = kept.with_extension(std::process::id().to_string());
    hard_link(&built, &new)?;
    doors::rename(&new, &kept)?;
    if !options.is_empty() {
        cargo_build(&folder, &[])?;
    }
    // Two names of one file stay two names.
    match doors::remove(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(kept),
    }
}

fn cargo_build(folder: &Path, options: &[&str]) -> Finding {
    let cargo = doors::variable("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = doors::command(cargo.as_ref());
    let package = ["--package", "lakekey-cli", "--bin", "lakekey"];
    command.args(["build", "--quiet"]).args(package);
    command.args(options);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let output = command.current_dir(doors::root()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(Wrong::new(format!(
        "`lakekey` could not be built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    )))
}
