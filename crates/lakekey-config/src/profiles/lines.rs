//! On which line something stands, counted from 1.

use std::borrow::Cow;

use super::document::{Profile, ProfileFile, SETTINGS};

impl ProfileFile {
    /// The line of a key in `[__settings__]`; see [`setting`](Self::setting).
    pub fn setting_line(&self, key: &str) -> Option<usize> {
        self.line(SETTINGS, key)
    }

    /// The line on which an item begins.
    pub(super) fn line_of(&self, item: usize) -> usize {
        1 + breaks(&self.text[..self.items[item].span.start])
    }

    fn line(&self, section: &str, key: &str) -> Option<usize> {
        let mut entries = self.entries(section);
        let last = entries.by_ref().filter(|entry| entry.key == key).last()?;
        Some(self.line_of(last.item))
    }
}

impl<'a> Profile<'a> {
    /// The line of a key, and of the last one where it stands more than once: the one that counts.
    ///
    /// ```
    /// let file = lakekey_config::ProfileFile::parse("[dev]\nhost = a\n\ntoken = b\n")?;
    /// assert_eq!(file.profile("dev").unwrap().line("token"), Some(4));
    /// # Ok::<_, lakekey_config::ParseError>(())
    /// ```
    pub fn line(&self, key: &str) -> Option<usize> {
        self.file.line(self.name, key)
    }

    /// As [`iter`](Self::iter), with the line of each key. The text is walked once.
    pub(crate) fn numbered(
        &self,
    ) -> impl Iterator<Item = (usize, &'a str, Cow<'a, str>)> + use<'a> {
        let file = self.file;
        let mut at = (1, 0);
        file.entries(self.name).filter_map(move |entry| {
            let start = file.items[entry.item].span.start;
            at = (at.0 + breaks(&file.text[at.1..start]), start);
            Some((at.0, entry.key, file.read(&entry)?))
        })
    }
}

fn breaks(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}
