use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::parse::{self, Item, Kind, ParseError};
use super::value;
use crate::nearest::nearest;

/// A profile file (`.databrickscfg`) that remembers every byte it does not change.
///
/// Printing it gives the text it was parsed from: comments, blank lines, alignment, quotes,
/// unknown keys, line endings, a byte order mark and a missing last newline all stay.
///
/// The dialect: `#` and `;` start a comment line; ` #` and ` ;`, with their blank, an inline
/// comment; `=` or `:` ends a key; one pair of matching quotes around a value is dropped; a
/// backslash at the end of a line continues the value; a value in backticks or in three double
/// quotes is taken as it stands; a key may stand in quotes or backticks too. Keys before the first section belong to `DEFAULT`. A section
/// that occurs twice is one section, and the last of two equal keys counts. Names and keys are
/// case-sensitive. No section inherits from another.
///
/// ```
/// use lakekey_config::ProfileFile;
///
/// let mut file: ProfileFile = "[dev]\nhost = https://w.example # mine\n".parse()?;
/// assert_eq!(file.profile("dev").and_then(|dev| dev.get("host")).as_deref(), Some("https://w.example"));
///
/// file.set("dev", "host", "https://v.example")?;
/// assert_eq!(file.to_string(), "[dev]\nhost = https://v.example # mine\n");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProfileFile {
    pub(super) text: String,
    pub(super) items: Vec<Item>,
    /// Where the sections stand, by name: a file of a thousand profiles is walked once.
    places: HashMap<String, Vec<Range<usize>>>,
}

impl ProfileFile {
    /// Parses the text of a profile file.
    ///
    /// # Errors
    ///
    /// A line that is neither comment, section nor key and value; a section without name or
    /// closing bracket; a key that is empty; a quote over several lines that never ends.
    pub fn parse(text: impl Into<String>) -> Result<Self, ParseError> {
        let text = text.into();
        let items = parse::parse(&text)?;
        let mut file = Self {
            text,
            items,
            places: HashMap::new(),
        };
        file.places = file.found_places();
        Ok(file)
    }

    /// The profiles in the order of the file, each once, without `[__settings__]`.
    pub fn profiles(&self) -> impl Iterator<Item = Profile<'_>> {
        let mut seen = HashSet::from([SETTINGS]);
        self.sections()
            .filter(move |section| seen.insert(section.name))
            .map(|section| Profile {
                file: self,
                name: section.name,
            })
    }

    /// The profile of this name; `None` when there is no such section, and for `__settings__`.
    pub fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let (name, _) = self.places.get_key_value(name)?;
        Some(Profile { file: self, name }).filter(|_| name != SETTINGS)
    }

    /// The profiles whose name `name` may be a misspelling of, nearest first, at most three.
    ///
    /// ```
    /// let file = lakekey_config::ProfileFile::parse("[prod]\n[dev]\n")?;
    /// assert_eq!(file.nearest("prd"), ["prod"]);
    /// # Ok::<_, lakekey_config::ParseError>(())
    /// ```
    pub fn nearest(&self, name: &str) -> Vec<&str> {
        nearest(name, self.profiles().map(|profile| profile.name))
    }

    /// The value of a key in `[__settings__]`, such as `auth_storage`.
    pub fn setting(&self, key: &str) -> Option<Cow<'_, str>> {
        self.value(SETTINGS, key)
    }

    /// The sections as they stand: one that occurs twice is listed twice.
    ///
    /// The lines before the first header are a section `DEFAULT` when they hold a key.
    pub(super) fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let first = self.items.get(from)?;
            let rest = &self.items[from + 1..];
            let length = rest
                .iter()
                .position(|item| matches!(item.kind, Kind::Header { .. }));
            let items = from..length.map_or(self.items.len(), |length| from + 1 + length);
            from = items.end;
            let name = match &first.kind {
                Kind::Header { name } => Some(&self.text[name.clone()]),
                _ => None,
            };
            Some((name, items))
        })
        .filter_map(|(name, items)| {
            let holds_a_key = || self.items[items.clone()].iter().any(Item::is_entry);
            let has_header = name.is_some();
            let name = name.or_else(|| holds_a_key().then_some(DEFAULT))?;
            Some(Section {
                name,
                items,
                has_header,
            })
        })
    }

    /// The entries of a section, in all places where it occurs: index of the item, key, value.
    pub(super) fn entries(&self, section: &str) -> impl Iterator<Item = Entry<'_>> {
        let places = self.places.get(section).into_iter().flatten();
        places
            .flat_map(Clone::clone)
            .filter_map(|item| match &self.items[item].kind {
                Kind::Entry { key, value } => Some(Entry {
                    item,
                    name: key.clone(),
                    key: &self.text[key.clone()],
                    value: value.clone(),
                }),
                _ => None,
            })
    }

    pub(super) fn value(&self, section: &str, key: &str) -> Option<Cow<'_, str>> {
        let last = self
            .entries(section)
            .filter(|entry| entry.key == key)
            .last()?;
        self.read(&last)
    }

    fn found_places(&self) -> HashMap<String, Vec<Range<usize>>> {
        let mut places: HashMap<String, Vec<Range<usize>>> = HashMap::new();
        for section in self.sections() {
            match places.get_mut(section.name) {
                Some(found) => found.push(section.items),
                None => drop(places.insert(section.name.to_owned(), vec![section.items])),
            }
        }
        places
    }

    pub(super) fn read(&self, entry: &Entry<'_>) -> Option<Cow<'_, str>> {
        value::read(&self.text[entry.value.clone()]).map(|value| value.text)
    }
}

/// One profile of a [`ProfileFile`]: the keys of one section.
#[derive(Clone, Copy)]
pub struct Profile<'a> {
    pub(super) file: &'a ProfileFile,
    pub(super) name: &'a str,
}

impl<'a> Profile<'a> {
    /// The name of the section.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The value of a key; an empty value is a value.
    pub fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        self.file.value(self.name, key)
    }

    /// Keys and values in the order of the file; a key that stands twice is listed twice, and
    /// the later one counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let file = self.file;
        file.entries(self.name)
            .filter_map(|entry| Some((entry.key, file.read(&entry)?)))
    }

    /// Whether the section has no key at all.
    pub fn is_empty(&self) -> bool {
        self.file.entries(self.name).next().is_none()
    }
}

/// One occurrence of a section.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    pub(super) items: Range<usize>,
    pub(super) has_header: bool,
}

/// One key and its value.
pub(super) struct Entry<'a> {
    pub(super) item: usize,
    pub(super) key: &'a str,
    /// Where the key stands.
    pub(super) name: Range<usize>,
    /// All that follows the delimiter, to the end of the item.
    pub(super) value: Range<usize>,
}

impl Item {
    pub(super) fn is_entry(&self) -> bool {
        matches!(self.kind, Kind::Entry { .. })
    }
}

impl FromStr for ProfileFile {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for ProfileFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for ProfileFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.profiles()).finish()
    }
}

impl fmt::Debug for Profile<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Profile({:?})", self.name)
    }
}

/// The section of settings that belong to no profile.
pub(crate) const SETTINGS: &str = "__settings__";
/// The key in it that names the default profile.
pub(crate) const DEFAULT_PROFILE: &str = "default_profile";
/// The profile that is used when nothing names one.
pub(crate) const DEFAULT: &str = "DEFAULT";
