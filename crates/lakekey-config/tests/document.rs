//! The profile file as a document: what it means, and what an edit leaves alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use lakekey_config::ProfileFile;
use lakekey_core::Code;
use proptest::prelude::*;

fn parsed(text: &str) -> ProfileFile {
    ProfileFile::parse(text).unwrap()
}

fn names(file: &ProfileFile) -> Vec<&str> {
    file.profiles().map(|profile| profile.name()).collect()
}

fn get(file: &ProfileFile, profile: &str, key: &str) -> Option<String> {
    file.profile(profile)?.get(key).map(String::from)
}

#[test]
fn sections_and_keys_mean_what_the_official_tools_read() {
    let file = parsed(
        "\u{feff}host = leading\n[a.b]\nHost=upper\nhost : x = y\n[dev]] # a comment\nhost=1\n\
         [a.b]\nhost=later\n[ dev ]\nhost=2\n[__settings__]\ndefault_profile =  dev \n[empty]\n",
    );
    assert_eq!(names(&file), ["DEFAULT", "a.b", "dev]", " dev ", "empty"]);
    assert_eq!(get(&file, "DEFAULT", "host").as_deref(), Some("leading"));
    assert_eq!(get(&file, "a.b", "host").as_deref(), Some("later"));
    assert_eq!(get(&file, "a.b", "Host").as_deref(), Some("upper"));
    assert_eq!(get(&file, "dev]", "host").as_deref(), Some("1"));
    assert_eq!(get(&file, "a", "host"), None);
    assert_eq!(file.default_profile().as_deref(), Some("dev"));
    assert!(file.profile("empty").unwrap().is_empty());
    assert!(file.profile("__settings__").is_none());
    assert!(file.profile("a.b").unwrap().get("token").is_none());
    let keys: Vec<_> = file
        .profile("a.b")
        .unwrap()
        .iter()
        .map(|(key, _)| key)
        .collect();
    assert_eq!(keys, ["Host", "host", "host"]);
}

#[test]
fn comments_alone_make_no_default_profile() {
    assert_eq!(names(&parsed("# hello\n\n[dev]\n")), ["dev"]);
    assert_eq!(names(&parsed("")), [""; 0]);
}

#[test]
fn a_broken_line_is_named_by_number_and_nothing_of_it_is_shown() {
    let texts = [
        "[a]\n\ncanary\n",
        "[canary\n",
        "[]canary",
        "x = `canary\n",
        "[a]\n= canary\n",
    ];
    let shown: Vec<_> = texts
        .iter()
        .map(|text| ProfileFile::parse(*text).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    line 3: neither a section nor a comment, and no `=` or `:` after a key
    line 1: the section name is not closed with `]`
    line 1: the section has no name
    line 1: the quoted value is never closed
    line 2: no key before the delimiter
    ");
}

#[test]
fn a_value_is_changed_in_its_place() {
    for (before, after) in [
        (
            "[a]\nhost   =  old  # kept\n",
            "[a]\nhost   =  new  # kept\n",
        ),
        (
            "[a]\r\n\thost:old\r\n\r\n; end",
            "[a]\r\n\thost:new\r\n\r\n; end",
        ),
        (
            "\u{feff}[a]\nhost = 'old' ; kept",
            "\u{feff}[a]\nhost = new ; kept",
        ),
        (
            "[a]\nhost = o\\\n  ld\ntoken=t\n",
            "[a]\nhost = new\ntoken=t\n",
        ),
        ("[a]\nhost = `o\nld` kept\n", "[a]\nhost = `new` kept\n"),
        ("[a]\nhost =\n", "[a]\nhost = new\n"),
        (
            "[a]\nhost=1\nhost=2\n[b]\n[a]\nx=1\n",
            "[a]\nhost=1\nhost=new\n[b]\n[a]\nx=1\n",
        ),
        ("host=1\n[DEFAULT]\nx=1\n", "host=new\n[DEFAULT]\nx=1\n"),
    ] {
        let mut file = parsed(before);
        let profile = if before.starts_with("host") {
            "DEFAULT"
        } else {
            "a"
        };
        file.set(profile, "host", "new").unwrap();
        assert_eq!(file.to_string(), after);
    }
}

#[test]
fn a_new_key_looks_like_its_neighbours_and_follows_the_last() {
    for (before, after) in [
        (
            "[a]\nhost=1\n\n# b\n[b]\n",
            "[a]\nhost=1\ntoken=t\n\n# b\n[b]\n",
        ),
        ("[a]\nhost = 1\n", "[a]\nhost = 1\ntoken = t\n"),
        (
            "[a]\nhost      = 1\nauth_type = x\n",
            "[a]\nhost      = 1\nauth_type = x\ntoken     = t\n",
        ),
        ("[a]\nh = 1\nho = 2\n", "[a]\nh = 1\nho = 2\ntoken = t\n"),
        ("[a]\nho = 1\nhp = 2\n", "[a]\nho = 1\nhp = 2\ntoken = t\n"),
        ("[a]\n  host:\t1\r\n", "[a]\n  host:\t1\r\n  token:\tt\n"),
        ("[a]\r\nhost: 1", "[a]\r\nhost: 1\r\ntoken: t"),
        ("[a]\n# about a\n\n[b]", "[a]\ntoken = t\n# about a\n\n[b]"),
        ("[a]", "[a]\ntoken = t"),
        ("[a]\nhost = 1\\", "[a]\nhost = 1\\\n\ntoken = t"),
        ("[a]\nhost = 1\\\n", "[a]\nhost = 1\\\n\ntoken = t\n"),
        ("", "[a]\ntoken = t\n"),
        ("\u{feff}", "\u{feff}[a]\ntoken = t\n"),
        ("[b]\nx=1", "[b]\nx=1\n\n[a]\ntoken = t\n"),
        (
            "[b]\r\nx=1\r\n\r\n",
            "[b]\r\nx=1\r\n\r\n[a]\r\ntoken = t\r\n",
        ),
    ] {
        let mut file = parsed(before);
        file.set("a", "token", "t").unwrap();
        assert_eq!(file.to_string(), after);
        assert_eq!(get(&file, "a", "token").as_deref(), Some("t"));
    }
}

#[test]
fn a_key_goes_with_all_its_lines() {
    let mut file =
        parsed("# top\n[a]\ntoken = 1\\\n 2\nhost=h\n[b]\ntoken=3\n[a]\ntoken=`x\ny`\n# end");
    assert!(file.unset("a", "token").unwrap());
    assert_eq!(
        file.to_string(),
        "# top\n[a]\nhost=h\n[b]\ntoken=3\n[a]\n# end"
    );
    assert!(!file.unset("a", "token").unwrap());
    assert!(!file.unset("missing", "token").unwrap());
}

#[test]
fn a_mark_inside_a_file_does_not_become_the_mark_of_the_file() {
    let before = "a=1\n\u{feff}b=2\n";
    let mut file = parsed(before);
    assert_eq!(file.unset("DEFAULT", "a").unwrap_err().code(), Code::Usage);
    assert_eq!(file.to_string(), before);
    assert_eq!(get(&file, "DEFAULT", "\u{feff}b").as_deref(), Some("2"));
}

#[test]
fn a_profile_goes_with_its_own_comment_and_nothing_else() {
    let text = "# file\n\n[a]\nhost=1\n\n# about b\n[b]\nhost=2\n# in b\n\n# about c\n[c]\nhost=3\n\n\
                [b]\ntoken=4\n[__settings__]\ndefault_profile=b\nauth_storage=secure\n";
    let mut file = parsed(text);
    assert!(file.remove_profile("b").unwrap());
    assert_eq!(
        file.to_string(),
        "# file\n\n[a]\nhost=1\n\n# about c\n[c]\nhost=3\n\n[__settings__]\nauth_storage=secure\n"
    );
    assert!(!file.remove_profile("b").unwrap());
    assert_eq!(
        file.remove_profile("__settings__").unwrap_err().code(),
        Code::Usage
    );

    let mut file = parsed("# kept\nhost=1\n[DEFAULT]\ntoken=2\n[c]\n");
    assert!(file.remove_profile("DEFAULT").unwrap());
    assert_eq!(file.to_string(), "# kept\n[c]\n");
}

#[test]
fn names_keys_and_values_that_could_break_out_are_refused() {
    let before = "[a]\nhost = 1\n";
    let mut file = parsed(before);
    let mut shown = Vec::new();
    for name in [
        "a]b",
        "x\ny",
        "[DEFAULT]",
        "__settings__",
        "",
        " ",
        " a",
        "a\u{0}",
    ] {
        for error in [
            file.set(name, "host", "h"),
            file.save_login(name, &[("host", "h")]),
        ] {
            let error = error.unwrap_err();
            assert_eq!(error.code(), Code::Usage);
            shown.push(error.to_string());
        }
    }
    for key in ["", "a=b", "a b", "[a]", "#a", "a\n", "é"] {
        shown.push(file.set("a", key, "canary").unwrap_err().to_string());
    }
    for value in ["", "canary\n[b]", "canary\r", "canary\u{0}"] {
        shown.push(file.set("a", "host", value).unwrap_err().to_string());
    }
    shown.dedup();
    assert_eq!(file.to_string(), before);
    insta::assert_snapshot!(shown.join("\n"), @r"
    the profile name `a]b` holds a bracket or a control character
    the profile name `x\ny` holds a bracket or a control character
    the profile name `[DEFAULT]` holds a bracket or a control character
    the profile name `__settings__` is reserved
    the profile name `` is empty
    the profile name ` ` is empty
    the profile name ` a` begins or ends with a blank
    the profile name `a\0` holds a bracket or a control character
    `` is no key of a profile
    `a=b` is no key of a profile
    `a b` is no key of a profile
    `[a]` is no key of a profile
    `#a` is no key of a profile
    `a\n` is no key of a profile
    `é` is no key of a profile
    the value of `host` is empty
    the value of `host` holds a line break or another control character
    ");
}

#[test]
fn long_and_foreign_names_are_names() {
    let long = "n".repeat(200);
    for name in [
        long.as_str(),
        "a.b",
        "profile with blanks",
        "dév",
        "#a;b",
        "DEFAULT",
    ] {
        let mut file = ProfileFile::default();
        file.set(name, "host", "h").unwrap();
        assert_eq!(names(&file), [name]);
    }
}

#[test]
fn a_login_replaces_credentials_and_keeps_the_rest() {
    let mut file = parsed(
        "[dev]\n# mine\nhost  = old\ntoken = canary\ncluster_id = 1 ; kept\nclient_secret=s\nown_key=x\n\n\
         [other]\nhost=o\ntoken=t\n",
    );
    file.save_login("dev", &[("host", "new"), ("auth_type", "databricks-cli")])
        .unwrap();
    insta::assert_snapshot!(file, @r"
    [dev]
    # mine
    host  = new
    cluster_id = 1 ; kept
    own_key=x
    auth_type=databricks-cli

    [other]
    host=o
    token=t
    ");
    assert_eq!(file.default_profile(), None, "there was a profile before");
}

#[test]
fn a_failed_login_changes_nothing() {
    let before = "[dev]\nhost=old\ntoken=t\n";
    let mut file = parsed(before);
    file.save_login("dev", &[("host", "new"), ("account_id", "a\nb")])
        .unwrap_err();
    assert_eq!(file.to_string(), before);
}

#[test]
fn debug_shows_names_of_profiles_only() {
    let file = parsed("[dev]\ntoken=canary\n");
    assert_eq!(format!("{file:?}"), r#"[Profile("dev")]"#);
}

#[test]
fn the_default_profile_must_exist() {
    let mut file = parsed("[dev]\nhost=h\n");
    assert_eq!(
        file.set_default_profile("prod").unwrap_err().code(),
        Code::Usage
    );
    file.set_default_profile("dev").unwrap();
    file.set_setting("auth_storage", "plaintext").unwrap();
    assert_eq!(
        file.to_string(),
        "[dev]\nhost=h\n\n[__settings__]\ndefault_profile = dev\nauth_storage = plaintext\n"
    );
    assert_eq!(file.setting("auth_storage").as_deref(), Some("plaintext"));
}

/// Lines as they occur, and as they should not.
fn any_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "[ \t]?(host|token|a)[ ]{0,3}[=:][ ]{0,2}[a-z'\"`#; ]{0,8}\\\\?",
        2 => "\\[(dev|prod|DEFAULT|__settings__|\\]|)\\]?( #.)?",
        1 => "[#;].{0,6}",
        1 => "[ \t]{0,2}",
        1 => ".{0,10}",
        1 => "[\u{feff}\u{85}\u{a0}\u{0}\r=\\[\\]`\"\\\\]{0,4}",
    ];
    let lines = proptest::collection::vec((line, prop_oneof!["\n", "\r\n", "\n\n"]), 0..12);
    (proptest::bool::ANY, lines, proptest::bool::ANY).prop_map(|(mark, lines, ended)| {
        let mut text = String::from(if mark { "\u{feff}" } else { "" });
        for (line, ending) in lines {
            text.push_str(&line);
            text.push_str(&ending);
        }
        if ended {
            text
        } else {
            text.trim_end_matches('\n').to_owned()
        }
    })
}

/// How many lines two texts share at the front and at the end together.
fn shared(before: &str, after: &str) -> usize {
    let (before, after): (Vec<_>, Vec<_>) = (lines(before).collect(), lines(after).collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let front = before.iter().zip(&after).take_while(same).count();
    let (before, after) = (&before[front..], &after[front..]);
    front
        + before
            .iter()
            .rev()
            .zip(after.iter().rev())
            .take_while(same)
            .count()
}

/// Whether `part` is what remains of `whole` when some lines are taken out.
fn remains(part: &str, whole: &str) -> bool {
    let mut rest = lines(whole);
    lines(part).all(|line| rest.any(|other| other == line))
}

/// The lines of a text without their endings; a byte order mark belongs to none.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.trim_end_matches('\r'))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_and_printing_is_the_identity(text in prop_oneof![any_text(), any::<String>()]) {
        if let Ok(file) = ProfileFile::parse(text.clone()) {
            prop_assert_eq!(file.to_string(), text);
        }
    }

    #[test]
    fn what_is_set_is_read_back_and_other_profiles_stay(
        text in any_text(), value in "[a-z'\"`#;=\\\\: ]{1,10}",
    ) {
        let Ok(mut file) = ProfileFile::parse(text) else { return Ok(()) };
        let before = file.clone();
        if file.set("dev", "token", &value).is_ok() {
            prop_assert_eq!(get(&file, "dev", "token"), Some(value));
            let parsed_again = ProfileFile::parse(file.to_string()).unwrap();
            prop_assert_eq!(&parsed_again, &file);
            for profile in before.profiles() {
                let others = |(key, _): &(&str, _)| profile.name() != "dev" || *key != "token";
                let now = file.profile(profile.name()).unwrap();
                prop_assert!(profile.iter().filter(others).eq(now.iter().filter(others)));
            }
        } else {
            prop_assert_eq!(file, before);
        }
    }

    #[test]
    fn an_edit_changes_only_its_own_lines(text in any_text()) {
        let Ok(mut file) = ProfileFile::parse(text.clone()) else { return Ok(()) };
        // One value has at most this many lines; all others stay as they are, and in order.
        let own = file.profile("dev").and_then(|dev| dev.get("token"))
            .map_or(0, |_| lines(&text).count() - lines(&file_without_token(&file)).count());
        if file.set("dev", "token", "new").is_ok() {
            let kept = shared(&text, &file.to_string());
            prop_assert!(kept + own >= lines(&text).count(), "{}", file);
        }
    }

    #[test]
    fn removing_leaves_the_lines_that_remain_as_they_were(text in any_text()) {
        let Ok(mut file) = ProfileFile::parse(text.clone()) else { return Ok(()) };
        if file.remove_profile("dev").is_ok() {
            prop_assert!(file.profile("dev").is_none());
            prop_assert!(remains(&file.to_string(), &text), "{}", file);
        }
    }
}

fn file_without_token(file: &ProfileFile) -> String {
    let mut file = file.clone();
    file.unset("dev", "token").unwrap();
    file.to_string()
}
