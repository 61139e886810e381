use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

/// Calls the property with the content of each file.
///
/// # Panics
///
/// If a file cannot be read, and where the property does not hold; the file is named.
pub fn replay(files: impl IntoIterator<Item = OsString>, property: impl Fn(&[u8])) {
    for file in files {
        check(Path::new(&file), &property);
    }
}

/// Calls the property with each seed of a target, the files of `fixtures/fuzz/<target>/`.
///
/// # Panics
///
/// If there is no seed, and where the property does not hold; the seed is named.
pub fn replay_seeds(target: &str, property: impl Fn(&[u8])) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "`{target}` has no seeds");
    for seed in seeds {
        check(&seed, &property);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the crate's one door to reading files"
)]
#[expect(
    clippy::print_stderr,
    reason = "a test shows what it printed when it fails"
)]
fn check(file: &Path, property: impl Fn(&[u8])) {
    let input = std::fs::read(file);
    let input = input.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| property(&input))) {
        eprintln!("the input was {}", file.display());
        resume_unwind(panic);
    }
}

fn seeds(target: &str) -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = crates.and_then(Path::parent).unwrap_or(Path::new("."));
    let folder = root.join("fixtures").join("fuzz").join(target);
    let entries = folder.read_dir();
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    seeds.sort();
    seeds
}
