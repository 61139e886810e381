//! Lines that fit the terminal.

use std::fmt::Write as _;

use crate::render::{DIM, STRONG};

/// A text in the making: rows of label, content and remark, and lists, broken to a width.
pub(super) struct Lines {
    text: String,
    width: usize,
    /// Where labels begin, and where what follows them does.
    indent: usize,
    column: usize,
}

impl Lines {
    /// Nothing yet, `width` columns wide, with labels as in the decision at its top.
    pub(super) fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            width: width.clamp(NARROWEST, WIDEST),
            indent: 0,
            column: "Strategy".len() + GAP,
        }
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line, or several, taken as they are.
    pub(super) fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{line}");
    }

    /// A heading; what follows is below it.
    pub(super) fn head(&mut self, head: &str) {
        self.indent = 2;
        let _ = writeln!(self.text, "\n{STRONG}{head}{STRONG:#}");
    }

    /// Makes room for labels of this length.
    pub(super) fn align(&mut self, longest: Option<usize>) {
        self.column = self.indent + longest.unwrap_or(0) + GAP;
    }

    /// A label, its content, and in brackets a remark: below the content where it does not fit
    /// beside it.
    pub(super) fn row(&mut self, label: &str, content: &str, remark: &str) {
        let (indent, column) = (self.indent, self.column);
        let label_width = column - indent;
        let _ = write!(self.text, "{:indent$}{label:label_width$}{content}", "");
        if !remark.is_empty() {
            let used = column + columns(content) + 1;
            if used + columns(remark) + 2 <= self.width {
                let _ = write!(self.text, " {DIM}({remark}){DIM:#}");
            } else {
                self.blank();
                let words = format!("({remark})");
                let words = words.split(' ').map(str::to_owned);
                self.flow(column, column, words, " ");
            }
        }
        self.blank();
    }

    /// Whether a text fits a line behind a label.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.column + columns(text) <= self.width
    }

    /// A label and many words, broken between them.
    pub(super) fn list(
        &mut self,
        label: &str,
        words: impl Iterator<Item = String>,
        separator: &str,
    ) {
        let indent = self.indent;
        let _ = write!(self.text, "{:indent$}{DIM}{label}{DIM:#}", "");
        let after = self.column.max(indent + label.len() + 1);
        let hang = if label.len() + indent < self.column {
            self.column
        } else {
            indent + 2
        };
        let words: Vec<_> = words.collect();
        if !words.is_empty() {
            let padding = after - indent - label.len();
            let _ = write!(self.text, "{:padding$}", "");
            self.flow_on(after, hang, words.into_iter(), separator);
        }
        self.blank();
    }

    fn flow(
        &mut self,
        from: usize,
        hang: usize,
        words: impl Iterator<Item = String>,
        separator: &str,
    ) {
        let _ = write!(self.text, "{:from$}", "");
        self.flow_on(from, hang, words, separator);
    }

    /// Words from a column on; further lines begin at `hang`.
    fn flow_on(
        &mut self,
        from: usize,
        hang: usize,
        words: impl Iterator<Item = String>,
        separator: &str,
    ) {
        let (mut at, mut is_first) = (from, true);
        for word in words {
            let length = columns(&word) + separator.trim_end().len();
            let joined = if is_first { 0 } else { separator.len() };
            if !is_first && at + joined + length > self.width {
                let _ = write!(self.text, "{}\n{:hang$}", separator.trim_end(), "");
                at = hang;
            } else if !is_first {
                self.text.push_str(separator);
                at += joined;
            }
            let _ = write!(self.text, "{DIM}{word}{DIM:#}");
            at += columns(&word);
            is_first = false;
        }
    }

    pub(super) fn text(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

/// How many columns a text takes, colours aside.
fn columns(text: &str) -> usize {
    anstream::adapter::strip_str(text)
        .to_string()
        .chars()
        .count()
}

/// What is between a label and its content.
const GAP: usize = 2;
const NARROWEST: usize = 40;
const WIDEST: usize = 100;
