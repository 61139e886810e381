//! No address of a registry or mirror: each package client uses the place it is set up with.

use crate::files::File;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    files.iter().flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<String> {
    let barred: &[&str] = match file.name() {
        "Cargo.lock" => return of_lockfile(file),
        "Cargo.toml" | "config.toml" => &["registry", "[source", "replace-with", "git ="],
        "package.json" | "package-lock.json" | ".npmrc" => &["registry", "resolved"],
        "pip.conf" | "pyproject.toml" | "requirements.txt" => &["index-url", "find-links", "http"],
        "run" if file.folder() == ".ci" => &["registry", "index-url", "http://", "https://"],
        _ => return Vec::new(),
    };
    let lines = file.text.lines().enumerate();
    let found =
        lines.filter(|(_, line)| barred.iter().any(|word| line.contains(word)) && !is_prose(line));
    found
        .map(|(at, line)| {
            format!(
                "{}:{}: an address of a registry: `{line}`",
                file.path,
                at + 1
            )
        })
        .collect()
}

fn of_lockfile(file: &File) -> Vec<String> {
    let sources = file
        .text
        .lines()
        .filter(|line| line.starts_with("source = ") && *line != CRATES_IO);
    sources
        .map(|line| format!("{}: a crate from elsewhere: `{line}`", file.path))
        .collect()
}

fn is_prose(line: &str) -> bool {
    ["#", "repository", "homepage", "documentation"]
        .iter()
        .any(|start| line.trim_start().starts_with(start))
}

/// How every lock file names crates.io, whatever mirror is set up.
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

#[cfg(test)]
mod tests {
    use super::super::tests::about;
    use super::*;

    #[test]
    fn an_address_of_a_registry_is_reported() {
        assert_eq!(
            about(complaints, ".cargo/config.toml", "[source.crates-io]").len(),
            1
        );
        assert_eq!(
            about(
                complaints,
                "crates/a/Cargo.toml",
                "b = { git = \"https://c.example\" }"
            )
            .len(),
            1
        );
        assert_eq!(
            about(complaints, "tools/.npmrc", "registry=https://a.example").len(),
            1
        );
        assert_eq!(
            about(complaints, ".ci/run", "pip install --index-url x").len(),
            1
        );
    }

    #[test]
    fn the_lock_file_knows_crates_io_only() {
        assert_eq!(
            about(complaints, "Cargo.lock", CRATES_IO),
            Vec::<String>::new()
        );
        assert_eq!(
            about(
                complaints,
                "Cargo.lock",
                "source = \"git+https://a.example/b\""
            )
            .len(),
            1
        );
    }

    #[test]
    fn the_address_of_the_project_is_its_own() {
        let text = "repository = \"https://a.example/registry\"\nrepository.workspace = true";
        assert_eq!(about(complaints, "Cargo.toml", text), Vec::<String>::new());
    }
}
