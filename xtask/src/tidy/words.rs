//! Words that do not belong: `allow` attributes, and paths of one person's machine.

use crate::files::File;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| allowances(file).into_iter().chain(machine_paths(file)))
        .collect()
}

/// `expect` with a reason says why, and goes away when it is needed no more; `allow` does neither.
fn allowances(file: &File) -> Vec<String> {
    let barred = |line: &str| line.starts_with("#[allow(") || line.starts_with("#![allow(");
    let lines = file
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| file.is_rust() && barred(line.trim_start()));
    lines
        .map(|(at, _)| {
            format!(
                "{}:{}: use `expect` with a reason, not `allow`",
                file.path,
                at + 1
            )
        })
        .collect()
}

fn machine_paths(file: &File) -> Vec<String> {
    if file.is_for_tests() || file.path == THIS_FILE {
        return Vec::new();
    }
    let lines = file.product().lines().enumerate();
    let found =
        lines.flat_map(|(at, line)| MACHINE_PATHS.iter().map(move |path| (at, line, *path)));
    let found = found.filter(|(_, line, path)| begins_a_path(line, path));
    found
        .map(|(at, _, path)| {
            format!(
                "{}:{}: `{path}` is a path of one machine",
                file.path,
                at + 1
            )
        })
        .collect()
}

/// Whether `path` stands in the line where a path begins, not in the middle of a longer one.
fn begins_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric() && !"/.-_~}>$".contains(before))
    })
}

const MACHINE_PATHS: [&str; 4] = ["/work/", "/tmp/", "/root/", "../shared"];
const THIS_FILE: &str = "xtask/src/tidy/words.rs";

#[cfg(test)]
mod tests {
    use super::super::tests::about;
    use super::*;

    #[test]
    fn an_allow_is_reported_and_an_expect_is_not() {
        let text = "#[expect(dead_code, reason = \"r\")]\n    #[allow(dead_code)]\n// #[allow(\n";
        let found = about(complaints, "crates/a/src/b.rs", text);
        assert_eq!(
            found,
            ["crates/a/src/b.rs:2: use `expect` with a reason, not `allow`"]
        );
    }

    #[test]
    fn a_path_of_one_machine_is_reported() {
        for line in [
            "see /tmp/x",
            "`/root/.cargo`",
            "(../shared/a.md)",
            "\"/work/a\"",
        ] {
            assert_eq!(about(complaints, "docs/a.md", line).len(), 1, "{line}");
        }
    }

    #[test]
    fn paths_that_only_look_alike_are_not_reported() {
        for line in [
            "target/tmp/x",
            "https://a.example/work/b",
            "/api/2.0/work",
            "$HOME/tmp/",
            "/tmpfs",
        ] {
            assert_eq!(
                about(complaints, "docs/a.md", line),
                Vec::<String>::new(),
                "{line}"
            );
        }
        assert_eq!(
            about(complaints, "crates/a/tests/b.rs", "/tmp/x"),
            Vec::<String>::new()
        );
    }
}
