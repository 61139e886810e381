//! Renaming profiles, and keys in quotes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use lakekey_config::ProfileFile;
use lakekey_core::Code;
use proptest::prelude::*;

fn parsed(text: &str) -> ProfileFile {
    text.parse().unwrap()
}

#[test]
fn only_the_name_changes_wherever_the_section_stands() {
    let text = "\u{feff}# mine\r\n[ dev ]\r\nhost=d\r\n[dev]\r\nhost : h ; x\r\n[b]\r\nhost=dev\r\n[dev] # again\r\ntoken=t";
    let mut file = parsed(text);
    file.rename_profile("dev", "other name").unwrap();
    let expected = text.replace("[dev]", "[other name]");
    assert_eq!(file.to_string(), expected);
    assert_eq!(
        file.profile("other name").unwrap().get("token").as_deref(),
        Some("t")
    );
    assert!(file.profile("dev").is_none());
    file.rename_profile("other name", "dev").unwrap();
    assert_eq!(file.to_string(), text);
}

#[test]
fn the_default_profile_follows() {
    let mut file = parsed("[dev]\nhost=h\n[__settings__]\ndefault_profile = dev ; mine\n");
    file.rename_profile("dev", "d").unwrap();
    assert_eq!(
        file.to_string(),
        "[d]\nhost=h\n[__settings__]\ndefault_profile = d ; mine\n"
    );
    let mut other = parsed("[a]\nhost=h\n[b]\nhost=h\n[__settings__]\ndefault_profile=a\n");
    other.rename_profile("b", "c").unwrap();
    assert_eq!(other.default_profile().as_deref(), Some("a"));
}

#[test]
fn what_cannot_be_renamed_stays_as_it_is() {
    let text = "host=d\n[dev]\nhost=h\n[taken]\n[__settings__]\ndefault_profile=dev\n";
    let mut file = parsed(text);
    let mut shown = Vec::new();
    for (from, to) in [
        ("dve", "new"),
        ("missing", "new"),
        ("dev", "taken"),
        ("dev", ""),
        ("dev", "a]b"),
        ("dev", "a\n[b"),
        ("dev", "__settings__"),
        ("__settings__", "new"),
        ("DEFAULT", "new"),
    ] {
        let error = file.rename_profile(from, to).unwrap_err();
        assert_eq!(error.code(), Code::Usage);
        shown.push(format!("{error} ({})", error.hint().unwrap()));
        assert_eq!(file.to_string(), text);
    }
    insta::assert_snapshot!(shown.join("\n"), @r"
    there is no profile `dve` to rename (did you mean `dev`?)
    there is no profile `missing` to rename (lakekey auth profiles)
    there is a profile `taken` already (choose another name)
    the profile name `` is empty (choose a name of letters, digits and dashes)
    the profile name `a]b` holds a bracket or a control character (choose a name of letters, digits and dashes)
    the profile name `a\n[b` holds a bracket or a control character (choose a name of letters, digits and dashes)
    the profile name `__settings__` is reserved (choose a name of letters, digits and dashes)
    there is no profile `__settings__` to rename (lakekey auth profiles)
    the keys before the first section have no name to change (write a line [DEFAULT] above them)
    ");
    file.rename_profile("dev", "dev").unwrap();
}

#[test]
fn a_key_may_stand_in_quotes() {
    let text = "[a]\n\"host\" = h\n`account_id`: 1\n\"\"\"token\"\"\"=t\n\" odd=key \" = o\n\"spaced\"x = s\n";
    let mut file = parsed(text);
    let keys: Vec<_> = file
        .profile("a")
        .unwrap()
        .iter()
        .map(|(key, value)| (key.to_owned(), value.into_owned()))
        .collect();
    let expected = [
        ("host", "h"),
        ("account_id", "1"),
        ("token", "t"),
        ("odd=key", "o"),
        ("spaced", "s"),
    ];
    assert_eq!(
        keys,
        expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
    file.set("a", "host", "w").unwrap();
    file.set("a", "new", "n").unwrap();
    assert_eq!(file.to_string(), text.replace("= h", "= w") + "new = n\n");
    assert!(file.unset("a", "account_id").unwrap());
    assert_eq!(file.profile("a").unwrap().get("account_id"), None);
    for (broken, problem) in [
        ("\"host = h", "the quoted key is never closed"),
        (
            "`host` h",
            "neither a section nor a comment, and no `=` or `:` after a key",
        ),
        ("\"\" = h", "no key before the delimiter"),
    ] {
        let error = ProfileFile::parse(broken).unwrap_err();
        assert_eq!(error.to_string(), format!("line 1: {problem}"));
    }
}

/// Files of sections that stand once or more often, with all that may stand between them.
fn any_file() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec![
        "[a]\n",
        "[a] ; again\r\n",
        "[b]\n",
        "[__settings__]\n",
        "default_profile = a\n",
        "host = h ; a\n",
        "\"a\" : [a]\\\n  [a]\n",
        "token = `\n[a]\n`\n",
        "# [a]\n",
        "\n",
        "[a]",
    ]);
    prop::collection::vec(lines, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn renaming_there_and_back_changes_nothing(text in any_file()) {
        let Ok(mut file) = ProfileFile::parse(text.clone()) else { return Ok(()) };
        let default = file.default_profile();
        if file.rename_profile("a", "new").is_err() {
            prop_assert_eq!(file.to_string(), text);
            return Ok(());
        }
        prop_assert!(file.profile("a").is_none());
        let expected = default.as_deref().map(|name| if name == "a" { "new" } else { name });
        let renamed = file.default_profile();
        prop_assert_eq!(renamed.as_deref(), expected);
        file.rename_profile("new", "a").unwrap();
        prop_assert_eq!(file.to_string(), text);
    }
}
