//! `cargo xtask docs`: the pages that are made from the code, as a whole or in parts.

use std::path::Path;

use crate::terminal::{Failure, say};
use crate::{files, shell, workspace};

/// What to do with the pages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only say whether the pages are up to date.
    #[arg(long)]
    check: bool,
}

/// Makes each page, and writes it or compares it with the one that is there.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut complaints = Vec::new();
    for page in PAGES {
        let path = &workspace::root().join(page.path);
        let made = match page.source {
            Source::Example(package, example) => printed(package, example)?,
            Source::Parts => filled(&files::text(path)?, part)?,
        };
        if args.check && files::text(path)? != made {
            complaints.push(format!(
                "{} is out of date: run `cargo xtask docs`",
                page.path
            ));
        }
        if !args.check {
            files::write(path, &made)?;
            say(format!("{} is up to date", page.path));
        }
    }
    Failure::unless_empty(&complaints)
}

/// A page, and where its text comes from.
struct Page {
    path: &'static str,
    source: Source,
}

enum Source {
    /// An example of a package prints it.
    Example(&'static str, &'static str),
    /// Somebody wrote it, but for the parts between marks.
    Parts,
}

const PAGES: &[Page] = &[
    Page {
        path: "docs/attributes.md",
        source: Source::Example("lakekey", "attributes_page"),
    },
    Page {
        path: "docs/mock.md",
        source: Source::Parts,
    },
];

/// A page with new text after each mark `<!-- from … -->`, up to the next `<!-- end -->`.
fn filled(page: &str, part: impl Fn(&str) -> Result<String, Failure>) -> Result<String, Failure> {
    let mut made = String::new();
    let mut is_old = false;
    for line in page.lines() {
        is_old &= line != END;
        if is_old {
            continue;
        }
        made.push_str(line);
        made.push('\n');
        if let Some(source) = source(line) {
            made.push_str(&part(source)?);
            is_old = true;
        }
    }
    if is_old {
        return Err(Failure::new(format!("a part has no `{END}`")));
    }
    Ok(made)
}

fn source(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- from ")?.strip_suffix(" -->")
}

/// What an example of the mock prints, or a file of the repository as a block of code.
fn part(source: &str) -> Result<String, Failure> {
    if let Some(example) = source.strip_prefix("example ") {
        return printed("lakekey-mock", example);
    }
    let text = files::text(&workspace::root().join(source))?;
    let extension = Path::new(source).extension().unwrap_or_default();
    let language = match extension.to_str().unwrap_or_default() {
        "py" => "python",
        "rs" => "rust",
        other => other,
    };
    Ok(format!("```{language}\n{text}```\n"))
}

fn printed(package: &str, example: &str) -> Result<String, Failure> {
    let args = ["run", "--quiet", "--package", package, "--example", example];
    shell::stdout(&mut shell::cargo(&args))
}

const END: &str = "<!-- end -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_replaced_and_the_rest_stays() {
        let page =
            "a\n<!-- from x -->\nold\nolder\n<!-- end -->\nb\n<!-- from y -->\n<!-- end -->\n";
        let made = filled(page, |source| Ok(format!("new {source}\n"))).expect("the page is whole");
        let expected =
            "a\n<!-- from x -->\nnew x\n<!-- end -->\nb\n<!-- from y -->\nnew y\n<!-- end -->\n";
        assert_eq!(made, expected);
        let again = filled(&made, |source| Ok(format!("new {source}\n")));
        assert_eq!(again.expect("the page is whole"), expected);
    }

    #[test]
    fn a_part_without_an_end_is_reported() {
        assert!(filled("<!-- from x -->\nold\n", |_| Ok(String::new())).is_err());
    }

    #[test]
    fn a_file_is_a_block_of_its_language() {
        let block = part("docs/snippets/mock.py").expect("the file is there");
        assert!(block.starts_with("```python\n\"\"\""), "{block}");
        assert!(block.ends_with("\n```\n"), "{block}");
    }
}
