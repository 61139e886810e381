use super::document::{Entry, ProfileFile};

/// How the lines of a section are laid out, so that a new one looks like the others.
pub(super) struct Style<'a> {
    indent: &'a str,
    /// The blanks between key and delimiter where nothing is aligned.
    before: &'a str,
    delimiter: &'a str,
    after: &'a str,
    /// The column of the delimiter, where all lines share one.
    column: Option<usize>,
}

impl<'a> Style<'a> {
    /// The style of the last entry of a section; ` = ` where there is none.
    pub(super) fn of(file: &'a ProfileFile, section: &str) -> Self {
        let mut styles: Vec<_> = file
            .entries(section)
            .map(|entry| Self::of_entry(file, &entry))
            .collect();
        let Some((last, column)) = styles.pop() else {
            return Self {
                indent: "",
                before: " ",
                delimiter: "=",
                after: " ",
                column: None,
            };
        };
        let alone = styles.is_empty();
        let shared = styles.iter().all(|(_, other)| *other == column);
        let aligned = shared && !last.before.is_empty() && (!alone || last.before.len() > 1);
        Self {
            column: aligned.then_some(column),
            ..last
        }
    }

    /// A line without its ending.
    pub(super) fn line(&self, key: &str, value: &str) -> String {
        let Self {
            indent,
            before,
            delimiter,
            after,
            column,
        } = self;
        match column {
            Some(column) => {
                let width = (*column).max(key.len() + 1);
                format!("{indent}{key:width$}{delimiter}{after}{value}")
            }
            None => format!("{indent}{key}{before}{delimiter}{after}{value}"),
        }
    }

    /// The style of one entry, and the column of its delimiter.
    fn of_entry(file: &'a ProfileFile, entry: &Entry<'_>) -> (Self, usize) {
        let between = &file.text[entry.name.end..entry.value.start];
        let (before, delimiter) = between.split_at(between.len() - 1);
        let before = blanks_at_end(before);
        let raw = &file.text[entry.value.clone()];
        let blanks = raw.len() - raw.trim_start_matches([' ', '\t']).len();
        let after = if raw.trim().is_empty() {
            " "
        } else {
            &raw[..blanks]
        };
        let indent = &file.text[file.items[entry.item].span.start..entry.name.start];
        let indent = &indent[..indent.len() - indent.trim_start().len()];
        let column = entry.key.chars().count() + before.chars().count();
        (
            Self {
                indent,
                before,
                delimiter,
                after,
                column: None,
            },
            column,
        )
    }
}

/// The blanks before a delimiter, without the closing quote of a key.
fn blanks_at_end(text: &str) -> &str {
    &text[text.trim_end().len()..]
}
