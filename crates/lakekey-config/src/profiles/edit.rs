use std::ops::Range;

use lakekey_core::{Code, Error};

use super::document::{DEFAULT_PROFILE, ProfileFile, SETTINGS, Section};
use super::names::{checked_key, checked_name, checked_value, shown};
use super::parse::{BYTE_ORDER_MARK, Kind, ParseError};
use super::style::Style;
use super::value;

/// Edits. Each changes only the lines it is about, and either succeeds or changes nothing.
impl ProfileFile {
    /// Sets the value of a key, and adds the profile when there is none of this name.
    ///
    /// A key that is there keeps its line, alignment and inline comment; where it stands more
    /// than once, the last one, which counts, is changed. A new key follows the last one of the
    /// profile; a new profile follows the last section. A value is quoted if it needs to be.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] for a name or key that is empty, reserved or could be taken for another
    /// line, and for a value that is empty or holds control characters.
    pub fn set(&mut self, profile: &str, key: &str, value: &str) -> Result<(), Error> {
        if self.profile(profile).is_none() {
            checked_name(profile)?;
        }
        self.set_in(profile, key, value)
    }

    /// Removes a key from a profile, in all places where it stands; says whether it stood there.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] for the reserved name `__settings__`.
    pub fn unset(&mut self, profile: &str, key: &str) -> Result<bool, Error> {
        if profile == SETTINGS {
            checked_name(profile)?;
        }
        self.unset_in(profile, key)
    }

    /// Removes a profile with the comment lines directly above it; says whether it was there.
    ///
    /// If it was the default profile, `[__settings__] default_profile` goes too.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] for the reserved name `__settings__`.
    pub fn remove_profile(&mut self, name: &str) -> Result<bool, Error> {
        if self.profile(name).is_none() {
            return if name == SETTINGS {
                checked_name(name).map(|_| false)
            } else {
                Ok(false)
            };
        }
        let gone = self.sections().filter(|section| section.name == name);
        let gone: Vec<_> = gone.flat_map(|section| self.lines_of(&section)).collect();
        let mut next = self.without(&gone)?;
        if self.default_profile().as_deref() == Some(name) {
            next.unset_in(SETTINGS, DEFAULT_PROFILE)?;
        }
        *self = next;
        Ok(true)
    }

    /// Makes a profile the default one.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when there is no such profile, and for a name that would be read as another
    /// one there, such as one with a `%(key)s`.
    pub fn set_default_profile(&mut self, name: &str) -> Result<(), Error> {
        if self.profile(name).is_none() {
            let message = format!("there is no profile `{}` to make the default", shown(name));
            return Err(Error::new(Code::Usage, message).with_hint("lakekey auth profiles"));
        }
        self.name_default(name)
    }

    /// Sets the value of a key in `[__settings__]`, such as `auth_storage`.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] as for [`ProfileFile::set`].
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), Error> {
        self.set_in(SETTINGS, key, value)
    }

    /// Appends a section, one blank line after what is there, its values aligned.
    pub(super) fn append_section(
        &mut self,
        name: &str,
        values: &[(&str, &str)],
    ) -> Result<(), Error> {
        let newline = self.newline();
        let width = values
            .iter()
            .map(|(key, _)| key.len())
            .max()
            .unwrap_or_default();
        let mut lines = vec![format!("[{name}]")];
        for (key, value) in values {
            let value = spelled(checked_key(key)?, value, newline)?;
            lines.push(format!("{key:width$} = {value}"));
        }
        lines.push(String::new());
        let gap = self.gap_at_end(newline);
        let end = self.text.len();
        self.replace(end..end, &format!("{gap}{}", lines.join(newline)))
    }

    pub(super) fn set_in(&mut self, section: &str, key: &str, value: &str) -> Result<(), Error> {
        checked_key(key)?;
        checked_value(key, value)?;
        let mut next = self.clone();
        if let Some(at) = self
            .entries(section)
            .filter(|entry| entry.key == key)
            .last()
        {
            next.change_value(key, &at.value, value)?;
        } else if let Some(section) = self.sections().filter(|found| found.name == section).last() {
            next.insert(&section, key, value)?;
        } else {
            next.append_section(section, &[(key, value)])?;
        }
        if next.value(section, key).as_deref() != Some(value) {
            return Err(unwritable(key));
        }
        *self = next;
        Ok(())
    }

    fn change_value(&mut self, key: &str, raw: &Range<usize>, value: &str) -> Result<(), Error> {
        let raw_text = &self.text[raw.clone()];
        let old = value::read(raw_text).ok_or_else(|| unwritable(key))?;
        if old.text == value {
            return Ok(());
        }
        let blank = if raw_text[old.part.clone()].trim().is_empty() {
            " "
        } else {
            ""
        };
        let spelled = spelled(key, value, &raw_text[old.part.end..])?;
        let part = raw.start + old.part.start..raw.start + old.part.end;
        self.replace(part, &format!("{blank}{spelled}"))
    }

    fn insert(&mut self, section: &Section<'_>, key: &str, value: &str) -> Result<(), Error> {
        let newline = self.newline();
        let style = Style::of(self, section.name);
        let line = style.line(key, &spelled(key, value, newline)?);
        let last = self
            .entries(section.name)
            .last()
            .map_or(section.items.start, |entry| entry.item);
        let at = self.items[last].span.end;
        let before = &self.text[..at];
        // A backslash at the end of the line above would swallow the new line.
        let guard = if before.trim_end().ends_with('\\') {
            newline
        } else {
            ""
        };
        if before.ends_with('\n') {
            self.replace(at..at, &format!("{guard}{line}{newline}"))
        } else {
            self.replace(at..at, &format!("{newline}{guard}{line}"))
        }
    }

    fn unset_in(&mut self, section: &str, key: &str) -> Result<bool, Error> {
        let gone = self.entries(section).filter(|entry| entry.key == key);
        let gone: Vec<_> = gone
            .map(|entry| self.items[entry.item].span.clone())
            .collect();
        *self = self.without(&gone)?;
        Ok(!gone.is_empty())
    }

    /// What goes when a section goes: its own comment and lines, but not the next one's comment.
    fn lines_of(&self, section: &Section<'_>) -> Vec<Range<usize>> {
        let Range { start, end } = section.items.clone();
        if !section.has_header {
            let entries = self.items[start..end].iter().filter(|item| item.is_entry());
            return entries.map(|item| item.span.clone()).collect();
        }
        let first = self.comment_above(start);
        let end = if end == self.items.len() {
            end
        } else {
            self.comment_above(end)
        };
        self.items[first..end.max(start + 1)]
            .iter()
            .map(|item| item.span.clone())
            .collect()
    }

    /// The first of the comment lines that stand directly above an item.
    fn comment_above(&self, item: usize) -> usize {
        let above = self.items[..item].iter().rev();
        item - above.take_while(|item| item.kind == Kind::Comment).count()
    }

    /// The file without some spans, which are in order and cover whole items.
    fn without(&self, spans: &[Range<usize>]) -> Result<Self, Error> {
        let mut text = self.text.clone();
        for span in spans.iter().rev() {
            text.replace_range(span.clone(), "");
        }
        if text.starts_with(BYTE_ORDER_MARK) && !self.text.starts_with(BYTE_ORDER_MARK) {
            let message = "the change would damage the profile file: a key begins with a mark that \
                           vanishes at its front";
            return Err(Error::new(Code::Usage, message).with_hint("edit the file by hand"));
        }
        Self::parse(text).map_err(damaging)
    }

    pub(super) fn replace(&mut self, range: Range<usize>, with: &str) -> Result<(), Error> {
        let mut text = self.text.clone();
        text.replace_range(range, with);
        *self = Self::parse(text).map_err(damaging)?;
        Ok(())
    }

    /// The line ending of the file: that of its first line.
    fn newline(&self) -> &'static str {
        if value::first_line(&self.text).ends_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// What must stand between the present text and a new section.
    fn gap_at_end(&self, newline: &str) -> String {
        if self.items.is_empty() {
            return String::new();
        }
        let blank_at_end = self
            .items
            .last()
            .is_some_and(|item| item.kind == Kind::Blank);
        let ended = self.text.ends_with('\n');
        newline.repeat(usize::from(!ended) + usize::from(!(blank_at_end && ended)))
    }
}

fn spelled(key: &str, value: &str, tail: &str) -> Result<String, Error> {
    checked_value(key, value)?;
    value::spell(value, tail).ok_or_else(|| unwritable(key))
}

fn unwritable(key: &str) -> Error {
    Error::new(
        Code::Usage,
        format!("the value of `{key}` cannot be written in a profile file"),
    )
}

fn damaging(error: ParseError) -> Error {
    Error::new(Code::Usage, "the change would damage the profile file").caused_by(error)
}
