//! Files stay short: 400 lines at most, tables of tests 600, `main.rs` 40, and `lib.rs` is a table of contents.

use crate::files::File;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.is_rust() && !file.path.starts_with("fixtures/"))
        .flat_map(of_file)
        .collect()
}

fn of_file(file: &File) -> Vec<String> {
    let path = &file.path;
    let mut complaints = Vec::new();
    let lines = file.text.lines().count();
    let bound = match file.name() {
        "main.rs" => MAIN_LINES,
        _ if path.contains("/tests/") => TEST_LINES,
        _ => FILE_LINES,
    };
    if lines > bound {
        complaints.push(format!("{path}: {lines} lines, at most {bound}"));
    }
    if path.ends_with("src/lib.rs") {
        complaints.extend(of_contents(file));
    }
    complaints
}

fn of_contents(file: &File) -> Vec<String> {
    let path = &file.path;
    let code: Vec<_> = file
        .product()
        .lines()
        .map(str::trim)
        .filter(|line| is_code(line))
        .collect();
    let mut complaints = Vec::new();
    if code.len() > CONTENTS_LINES {
        complaints.push(format!(
            "{path}: {} lines without docs, at most {CONTENTS_LINES}",
            code.len()
        ));
    }
    let functions = code
        .iter()
        .filter(|line| line.split_whitespace().any(|word| word == "fn"));
    complaints.extend(
        functions.map(|line| format!("{path}: a function in a table of contents: `{line}`")),
    );
    complaints
}

fn is_code(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("//")
}

const FILE_LINES: usize = 400;
/// Rows of a table in a test are read one at a time.
const TEST_LINES: usize = 600;
const MAIN_LINES: usize = 40;
const CONTENTS_LINES: usize = 60;

#[cfg(test)]
mod tests {
    use super::super::tests::about;
    use super::*;

    #[test]
    fn a_long_file_is_reported() {
        assert_eq!(
            about(complaints, "crates/a/src/b.rs", &"//\n".repeat(400)),
            Vec::<String>::new()
        );
        let found = about(complaints, "crates/a/src/b.rs", &"//\n".repeat(401));
        assert_eq!(found, ["crates/a/src/b.rs: 401 lines, at most 400"]);
        assert_eq!(
            about(complaints, "crates/a/src/main.rs", &"//\n".repeat(41)).len(),
            1
        );
    }

    #[test]
    fn a_function_in_lib_is_reported() {
        let text = "//! Docs with an fn.\npub mod a;\npub(crate) const fn b() {}\n";
        let found = about(complaints, "crates/a/src/lib.rs", text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("const fn b"), "{found:?}");
    }

    #[test]
    fn a_long_table_of_contents_is_reported() {
        let text = ["//! Docs.\n".repeat(90), "mod a;\n".repeat(61)].concat();
        assert_eq!(about(complaints, "crates/a/src/lib.rs", &text).len(), 1);
    }
}
