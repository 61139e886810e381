//! Every link from one Markdown file to another file leads somewhere.

use std::path::Path;

use crate::files::File;
use crate::workspace;

pub(super) fn complaints(files: &[File]) -> Vec<String> {
    let pages = files
        .iter()
        .filter(|file| file.has_extension("md") && !file.is_for_tests());
    pages.flat_map(of_page).collect()
}

fn of_page(page: &File) -> Vec<String> {
    let folder = workspace::root().join(page.folder());
    let targets = prose(&page.text).flat_map(targets);
    let broken = targets.filter(|(_, target)| !leads_somewhere(&folder, target));
    broken
        .map(|(text, target)| format!("{}: [{text}]({target}) leads nowhere", page.path))
        .collect()
}

/// The lines of a page that are not in a fenced block.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The text and the target of each inline link of a line.
fn targets(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.match_indices("](").filter_map(|(at, _)| {
        let text = line[..at].rsplit('[').next()?;
        let target = line[at + 2..].split(')').next()?;
        Some((text, target))
    })
}

fn leads_somewhere(folder: &Path, target: &str) -> bool {
    let elsewhere =
        target.contains("://") || target.starts_with("mailto:") || target.starts_with('#');
    let path = target.split('#').next().unwrap_or_default();
    elsewhere || folder.join(path).exists()
}

#[cfg(test)]
mod tests {
    use super::super::tests::about;
    use super::*;

    #[test]
    fn a_link_to_nowhere_is_reported() {
        let found = about(
            complaints,
            "docs/a.md",
            "See [it](no-such-page.md#part) and [this](architecture.md).",
        );
        assert_eq!(
            found,
            ["docs/a.md: [it](no-such-page.md#part) leads nowhere"]
        );
    }

    #[test]
    fn code_and_the_web_are_left_alone() {
        let text = "[web](https://a.example/b)\n[part](#part)\n```\n[x](y)\n```\n";
        assert_eq!(about(complaints, "docs/a.md", text), Vec::<String>::new());
    }
}
