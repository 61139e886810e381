//! A second reader of the dialect, line by line and as plain as can be: it judges the first one
//! and shares nothing with it.

use std::ops::Range;

/// What a profile file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The sections, each once, in the order of the file.
    pub(crate) sections: Vec<String>,
    pub(crate) entries: Vec<Entry>,
}

/// A key with its value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) section: String,
    pub(crate) key: String,
    pub(crate) value: String,
    /// The lines it takes, counted from 0.
    pub(crate) lines: Range<usize>,
}

/// Sections in the order of the file, keys and values in the order of the section.
pub(crate) type Meaning = Vec<(String, Vec<(String, String)>)>;

impl Reading {
    /// Reads a text; `None` for a text that is no profile file.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let lines = lines(text);
        let mut reading = Self::default();
        let mut section = "DEFAULT".to_owned();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let body = line.trim();
            if let Some(rest) = body.strip_prefix('[') {
                let (name, _) = rest.rsplit_once(']').filter(|(name, _)| !name.is_empty())?;
                name.clone_into(&mut section);
                reading.see(&section);
                at += 1;
            } else if body.is_empty() || body.starts_with(['#', ';']) {
                at += 1;
            } else {
                let (key, rest) = key(line.trim_start())?;
                let (value, taken) = value(rest, &lines[at + 1..])?;
                reading.see(&section);
                reading.entries.push(Entry {
                    section: section.clone(),
                    key,
                    value,
                    lines: at..at + 1 + taken,
                });
                at += 1 + taken;
            }
        }
        Some(reading)
    }

    /// The last value of a key.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        let found = self.entries_of(section).rfind(|entry| entry.key == key);
        found.map(|entry| entry.value.as_str())
    }

    pub(crate) fn entries_of(&self, section: &str) -> impl DoubleEndedIterator<Item = &Entry> {
        let of_section = move |entry: &&Entry| entry.section == section;
        self.entries.iter().filter(of_section)
    }

    pub(crate) fn has(&self, section: &str) -> bool {
        self.sections.iter().any(|found| found == section)
    }

    /// What it says, without the places: each section with its keys and values.
    pub(crate) fn meaning(&self) -> Meaning {
        let pairs = |name: &String| {
            let entries = self.entries_of(name);
            let pairs = entries.map(|entry| (entry.key.clone(), entry.value.clone()));
            (name.clone(), pairs.collect())
        };
        self.sections.iter().map(pairs).collect()
    }

    fn see(&mut self, section: &str) {
        if !self.has(section) {
            self.sections.push(section.to_owned());
        }
    }
}

/// The lines of a text with their endings, without a byte order mark.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split_inclusive('\n').collect()
}

/// A key, and what follows its delimiter.
fn key(body: &str) -> Option<(String, &str)> {
    let quotes = ["\"\"\"", "\"", "`"];
    let quote = quotes.into_iter().find(|quote| body.starts_with(quote));
    let (key, rest) = match quote {
        Some(quote) => {
            let (key, rest) = body[quote.len()..].split_once(quote)?;
            (key, rest.split_once(['=', ':'])?.1)
        }
        None => body.split_once(['=', ':'])?,
    };
    let key = key.trim();
    (!key.is_empty()).then(|| (key.to_owned(), rest))
}

/// The value at the beginning of `rest`, and how many of the lines `below` it takes.
fn value(rest: &str, below: &[&str]) -> Option<(String, usize)> {
    let rest = rest.trim_start();
    let triple = rest
        .strip_prefix("\"\"\"")
        .filter(|inside| !inside.is_empty());
    if let Some((quote, inside)) = triple
        .map(|inside| ("\"\"\"", inside))
        .or_else(|| Some(("`", rest.strip_prefix('`')?)))
    {
        return verbatim(inside, quote, below);
    }
    let bare = rest.trim_end();
    if let Some(open) = bare.strip_suffix('\\') {
        return Some(continued(open, below));
    }
    let (bare, _) = bare
        .split_once(" #")
        .or_else(|| bare.split_once(" ;"))
        .unwrap_or((bare, ""));
    Some((unquoted(bare.trim_end()).to_owned(), 0))
}

fn verbatim(inside: &str, quote: &str, below: &[&str]) -> Option<(String, usize)> {
    let mut value = String::new();
    for (taken, line) in std::iter::once(&inside).chain(below).enumerate() {
        if let Some((last, _)) = line.rsplit_once(quote) {
            return Some((value + last, taken));
        }
        value += line;
    }
    None
}

fn continued(open: &str, below: &[&str]) -> (String, usize) {
    let mut value = open.to_owned();
    for (taken, line) in below.iter().enumerate() {
        let line = line.trim();
        match line.strip_suffix('\\') {
            Some(more) => value += more,
            None => return (value + line, taken + 1),
        }
    }
    (value, below.len())
}

fn unquoted(bare: &str) -> &str {
    let inside = |quote| bare.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'']
        .into_iter()
        .find_map(|quote| inside(quote).filter(|inside| !inside.contains(quote)))
        .unwrap_or(bare)
}
