//! What a text means, and that printing it gives it back.

use lakekey_config::ProfileFile;

use crate::edits::Edit;
use crate::reading::{Reading, lines};

/// Holds for every input.
pub(crate) fn property(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else {
        return;
    };
    let (text, rest) = input.split_once("\n%%%\n").unwrap_or((input, ""));
    let Some(file) = parsed(text) else { return };
    let mut words = rest.split('\n').filter(|word| !word.is_empty());
    Edit {
        file: &file,
        text,
        profile: words.next().unwrap_or("dev"),
        key: words.next().unwrap_or("host"),
        value: words.next().unwrap_or("https://new.example.test"),
    }
    .all();
}

/// The file of a text that is one, after it was compared with the second reader.
pub(crate) fn parsed(text: &str) -> Option<ProfileFile> {
    let reading = Reading::of(text);
    match ProfileFile::parse(text) {
        Ok(file) => {
            assert_eq!(file.to_string(), text, "printing is the identity");
            same(&file, &reading.expect("the second reader refuses it"));
            Some(file)
        }
        Err(error) => {
            assert_eq!(reading, None, "the second reader takes it: {error}");
            let last = lines(text).len();
            assert!((1..=last).contains(&error.line()), "there is such a line");
            None
        }
    }
}

/// Every way to ask a file gives what the second reader has read.
fn same(file: &ProfileFile, reading: &Reading) {
    let names: Vec<_> = file.profiles().map(|profile| profile.name()).collect();
    let profiles = reading.sections.iter().filter(|name| *name != SETTINGS);
    assert_eq!(names, profiles.collect::<Vec<_>>());
    for name in names {
        let profile = file.profile(name).expect("it is listed");
        let expected = reading.entries_of(name);
        let expected = expected.map(|entry| (&*entry.key, entry.value.as_str().into()));
        assert!(profile.iter().eq(expected), "{name:?}");
        for (key, _) in profile.iter() {
            assert_eq!(profile.get(key).as_deref(), reading.get(name, key));
        }
        assert_eq!(
            profile.is_empty(),
            reading.entries_of(name).next().is_none()
        );
    }
    for entry in reading.entries_of(SETTINGS) {
        let found = file.setting(&entry.key);
        assert_eq!(found.as_deref(), reading.get(SETTINGS, &entry.key));
    }
    assert!(file.profile(SETTINGS).is_none());
}

/// The section that is no profile.
pub(crate) const SETTINGS: &str = "__settings__";
