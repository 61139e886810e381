//! Every edit, tried on the same file: what it must change, and that it changes nothing else.

use lakekey_config::ProfileFile;
use lakekey_core::{Code, Error};

use crate::document::{SETTINGS, parsed};
use crate::reading::{Meaning, Reading, lines};

/// A file, and the words the edits are about.
pub(crate) struct Edit<'a> {
    pub(crate) file: &'a ProfileFile,
    pub(crate) text: &'a str,
    pub(crate) profile: &'a str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

/// What an edit gave, and the file after it.
struct Done<T> {
    said: T,
    file: ProfileFile,
    text: String,
    meaning: Meaning,
}

impl Edit<'_> {
    pub(crate) fn all(&self) {
        let before = Reading::of(self.text).expect("it was read before");
        self.set(&before);
        self.unset(&before);
        self.remove(&before);
        self.rename(&before);
        self.make_default(&before);
        self.log_in(&before);
    }

    fn set(&self, before: &Reading) {
        let &Self {
            profile,
            key,
            value,
            ..
        } = self;
        let Some(done) = self.attempt(|file| file.set(profile, key, value)) else {
            let plain = is_plain(profile) && is_plain(key) && is_plain(value);
            assert!(!(plain && self.has_an_end()), "plain words can be written");
            return;
        };
        let mut expected = before.meaning();
        if !before.has(profile) {
            expected.push((profile.to_owned(), Vec::new()));
        }
        let pairs = &mut section(&mut expected, profile).1;
        match pairs.iter_mut().rfind(|(found, _)| found == key) {
            Some((_, old)) => value.clone_into(old),
            None => pairs.push((key.to_owned(), value.to_owned())),
        }
        assert_eq!(done.meaning, expected);
        let own = before.entries_of(profile).rfind(|entry| entry.key == key);
        match own {
            Some(own) => {
                let (old, new) = (lines(self.text), lines(&done.text));
                assert!(new.starts_with(&old[..own.lines.start]), "the lines above");
                assert!(new.ends_with(&old[own.lines.end..]), "the lines below");
            }
            None if before.has(profile) => assert!(is_insertion(self.text, &done.text)),
            None => assert!(done.text.starts_with(self.text), "a new profile comes last"),
        }
    }

    fn unset(&self, before: &Reading) {
        let &Self { profile, key, .. } = self;
        let Some(done) = self.attempt(|file| file.unset(profile, key)) else {
            assert!(self.may_keep(profile), "a key can be removed");
            return;
        };
        let own = before.entries_of(profile).filter(|entry| entry.key == key);
        let own: Vec<_> = own.flat_map(|entry| entry.lines.clone()).collect();
        assert_eq!(done.said, !own.is_empty());
        let rest = lines(self.text).into_iter().enumerate();
        let rest = rest.filter(|(at, _)| !own.contains(at));
        let rest: Vec<_> = rest.map(|(_, line)| line).collect();
        assert_eq!(lines(&done.text), rest);
        let mut expected = keyed(before.meaning());
        expected.retain(|(name, found, _)| !(name == profile && found == key));
        assert_eq!(keyed(done.meaning), expected);
    }

    fn remove(&self, before: &Reading) {
        let profile = self.profile;
        let Some(done) = self.attempt(|file| file.remove_profile(profile)) else {
            assert!(self.may_keep(profile), "a profile can be removed");
            return;
        };
        assert_eq!(done.said, before.has(profile));
        let mut rest = lines(self.text).into_iter();
        let is_left = |line: &&str| rest.any(|old| old == *line);
        assert!(lines(&done.text).iter().all(is_left), "lines only go");
        let mut expected = before.meaning();
        if done.said {
            expected.retain(|(name, _)| name != profile);
            if self.file.default_profile().as_deref() == Some(profile) {
                section(&mut expected, SETTINGS)
                    .1
                    .retain(|(key, _)| key != DEFAULT_PROFILE);
            }
        }
        assert_eq!(done.meaning, expected);
    }

    /// The value is the new name, unless it plays a secret. The own name changes nothing, not even how
    /// the default profile is written.
    fn rename(&self, before: &Reading) {
        let (profile, name) = (self.profile, self.value);
        if name.starts_with(SECRET) {
            return;
        }
        let Some(done) = self.attempt(|file| file.rename_profile(profile, name)) else {
            let is_there = before.has(profile) && profile != SETTINGS && profile != "DEFAULT";
            let is_free = !before.has(name);
            assert!(
                !(is_there && is_free && is_plain(name) && self.has_an_end()),
                "it can be renamed"
            );
            return;
        };
        let follows = name != profile && self.file.default_profile().as_deref() == Some(profile);
        let mut expected = before.meaning();
        name.clone_into(&mut section(&mut expected, profile).0);
        if follows {
            assert_eq!(done.file.default_profile().as_deref(), Some(name));
            expect_default(&mut expected, name);
        } else {
            let (from, to) = (format!("[{profile}]"), format!("[{name}]"));
            let (old, new) = (lines(self.text), lines(&done.text));
            assert_eq!(old.len(), new.len());
            let changed = old.iter().zip(&new).filter(|(old, new)| old != new);
            for (old, new) in changed {
                assert!(old.trim_start().starts_with(&from), "it is a header");
                assert_eq!(old.replacen(&from, &to, 1), **new);
            }
        }
        assert_eq!(done.meaning, expected);
    }

    fn make_default(&self, before: &Reading) {
        let profile = self.profile;
        let Some(done) = self.attempt(|file| file.set_default_profile(profile)) else {
            let can_be_written = is_plain(profile) && self.has_an_end();
            assert!(!before.has(profile) || !can_be_written);
            return;
        };
        assert_eq!(done.file.default_profile().as_deref(), Some(profile));
        let mut expected = before.meaning();
        expect_default(&mut expected, profile);
        assert_eq!(done.meaning, expected);
    }

    fn log_in(&self, before: &Reading) {
        let &Self {
            profile,
            key,
            value,
            ..
        } = self;
        let values = [(key, value), ("auth_type", "pat")];
        let Some(done) = self.attempt(|file| file.save_login(profile, &values)) else {
            return;
        };
        let of_profile = done.file.profile(profile).expect("it was written");
        assert_eq!(of_profile.get("auth_type").as_deref(), Some("pat"));
        assert!(key == "auth_type" || of_profile.get(key).as_deref() == Some(value));
        let others = |meaning: Meaning| {
            let is_other = |name: &str| name != profile && name != SETTINGS;
            let others = meaning.into_iter().filter(move |(name, _)| is_other(name));
            others.collect::<Vec<_>>()
        };
        assert_eq!(others(done.meaning), others(before.meaning()));
    }

    /// Whether a removal may be refused: a second byte order mark must not come to the front.
    fn may_keep(&self, profile: &str) -> bool {
        profile == SETTINGS || self.text.contains("\n\u{feff}")
    }

    /// Whether what is written below the last line is not taken for a part of its value.
    fn has_an_end(&self) -> bool {
        let more = format!("{}\n[below]\nkey = value\n", self.text);
        parsed(&more).is_some_and(|file| file.profile("below").is_some())
    }

    /// Edits a copy of the file; `None` for an edit that was refused, and then changed nothing.
    fn attempt<T>(
        &self,
        edit: impl FnOnce(&mut ProfileFile) -> Result<T, Error>,
    ) -> Option<Done<T>> {
        let mut file = self.file.clone();
        match edit(&mut file) {
            Ok(said) => {
                let text = file.to_string();
                let again = parsed(&text);
                assert_eq!(again.as_ref(), Some(&file), "it is what its text says");
                let mark = |text: &str| text.starts_with('\u{feff}');
                assert_eq!(mark(&text), mark(self.text), "the byte order mark");
                let meaning = Reading::of(&text).expect("it was parsed").meaning();
                Some(Done {
                    said,
                    file,
                    text,
                    meaning,
                })
            }
            Err(error) => {
                assert_eq!(&file, self.file, "a refused edit changes nothing");
                assert_eq!(error.code(), Code::Usage);
                let is_value = self.value.starts_with(SECRET)
                    && !self.profile.contains(SECRET)
                    && !self.key.contains(SECRET);
                let leaks = is_value && format!("{error} {error:?}").contains(SECRET);
                assert!(!leaks, "{error}");
                None
            }
        }
    }
}

fn section<'a>(meaning: &'a mut Meaning, name: &str) -> &'a mut (String, Vec<(String, String)>) {
    let found = meaning.iter_mut().find(|(found, _)| found == name);
    found.expect("there is such a section")
}

/// `[__settings__] default_profile` as it is expected to be.
fn expect_default(meaning: &mut Meaning, profile: &str) {
    if !meaning.iter().any(|(name, _)| name == SETTINGS) {
        meaning.push((SETTINGS.to_owned(), Vec::new()));
    }
    let pairs = &mut section(meaning, SETTINGS).1;
    match pairs.iter_mut().rfind(|(key, _)| key == DEFAULT_PROFILE) {
        Some((_, old)) => profile.clone_into(old),
        None => pairs.push((DEFAULT_PROFILE.to_owned(), profile.to_owned())),
    }
}

/// Every key with its section and value. The sections are sorted: `DEFAULT` moves when the keys
/// above the first header go.
fn keyed(meaning: Meaning) -> Vec<(String, String, String)> {
    let triples = meaning.into_iter().flat_map(|(name, pairs)| {
        let pairs = pairs.into_iter();
        pairs.map(move |(key, value)| (name.clone(), key, value))
    });
    let mut triples: Vec<_> = triples.collect();
    triples.sort_by(|one, other| one.0.cmp(&other.0));
    triples
}

/// Whether `after` is `before` with one piece put in.
fn is_insertion(before: &str, after: &str) -> bool {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let same = |(one, other): &(&u8, &u8)| one == other;
    let front = before.iter().zip(after).take_while(same).count();
    let back = before.iter().rev().zip(after.iter().rev());
    front + back.take_while(same).count() >= before.len() && after.len() > before.len()
}

/// Letters, digits and a few more: words that need no quotes and mean nothing else.
fn is_plain(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    word != SETTINGS && !word.is_empty() && word.bytes().all(fits)
}

const DEFAULT_PROFILE: &str = "default_profile";
/// A value that begins with it must not be seen in an error.
const SECRET: &str = "s3cr3t";
