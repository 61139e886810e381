//! Listing and choosing profiles: `auth profiles` and `auth switch`.

use lakekey_mock::{DEFAULT_ACCOUNT_ID, Fault, Setup};

use crate::machine::{Machine, TWO_PROFILES, member, mock_with, shown, two_profiles, with_token};

#[test]
fn profiles_are_listed_without_any_request() {
    let machine = two_profiles();
    let listed = machine.run(&["auth", "profiles"]);
    insta::assert_snapshot!(shown(&machine, &listed), @r#"
    NAME           HOST                                   KIND       AUTH TYPE
    dev (default)  https://dev.cloud.databricks.com       workspace  pat
    console        https://accounts.cloud.databricks.com  account    databricks-cli
    "#);
    let json = machine.run(&["auth", "profiles", "--skip-validate", "-o", "json"]);
    insta::assert_snapshot!(shown(&machine, &json), @r#"
    {
      "profiles": [
        {
          "name": "dev",
          "host": "https://dev.cloud.databricks.com",
          "cloud": "aws",
          "auth_type": "pat",
          "valid": false,
          "default": true,
          "kind": "workspace",
          "checked": false
        },
        {
          "name": "console",
          "host": "https://accounts.cloud.databricks.com",
          "account_id": "acc-1",
          "cloud": "aws",
          "auth_type": "databricks-cli",
          "valid": false,
          "kind": "account",
          "checked": false
        }
      ]
    }
    "#);
}

#[test]
fn an_editor_gets_json_through_the_environment() {
    let machine = two_profiles().with("DATABRICKS_OUTPUT_FORMAT", "JSON");
    let outcome = machine.run(&["auth", "profiles", "--skip-validate"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    assert_eq!(member(&outcome.stdout, "profiles")[1]["name"], "console");
    assert!(outcome.stdout.ends_with("}\n"));
    let text = machine.run(&["auth", "profiles", "-o", "text"]);
    assert!(text.stdout.starts_with("NAME"), "{}", text.stdout);
    let odd = two_profiles().with("DATABRICKS_OUTPUT_FORMAT", "yaml");
    assert!(odd.run(&["auth", "profiles"]).stdout.starts_with("NAME"));
}

#[test]
fn what_is_no_profile_is_not_listed_and_default_comes_first() {
    let machine = Machine::new();
    machine.write(
        ".databrickscfg",
        "[robot]\nhost = r.example.test\nclient_id = a\nclient_secret = b\n[empty]\n[odd]\nhost = ftp://x\n\
         [spog]\nhost = u.example.test\naccount_id = a\nworkspace_id = none\n[DEFAULT]\nhost = d.example.test\n",
    );
    let outcome = machine.run(&["auth", "profiles"]);
    insta::assert_snapshot!(shown(&machine, &outcome), @r#"
    NAME     HOST            KIND       AUTH TYPE
    DEFAULT  d.example.test  workspace  databricks-cli
    robot    r.example.test  workspace  oauth-m2m
    odd      ftp://x         -          -
    spog     u.example.test  unified    databricks-cli
    "#);
}

#[test]
fn no_profile_file_is_an_empty_list_and_a_damaged_one_is_told_by_its_words() {
    let machine = Machine::new();
    let none = machine.run(&["auth", "profiles"]);
    assert_eq!((none.status, none.stdout.as_str()), (0, ""));
    assert!(
        none.stderr.contains("lakekey auth login"),
        "{}",
        none.stderr
    );
    let json = machine.run(&["auth", "profiles", "-o", "json"]);
    assert_eq!(json.stdout, "{\n  \"profiles\": []\n}\n");
    machine.write(".databrickscfg", "[dev\nhost = x\n");
    let damaged = machine.run(&["auth", "profiles"]);
    assert_eq!((damaged.status, damaged.stdout.as_str()), (2, ""));
    for word in ["cannot parse config file", "line 1", ".databrickscfg"] {
        assert!(damaged.stderr.contains(word), "{}", damaged.stderr);
    }
}

#[test]
fn a_check_says_what_works_and_why_the_rest_does_not() {
    let (mock, machine) = (with_token(), Machine::new());
    let (host, accounts) = (mock.url(), mock.url_of("accounts.localhost"));
    let file = format!(
        "[good]\nhost = {host}\ntoken = dapi-canary\n[bad]\nhost = {host}\ntoken = dapi-wrong\n\
         [unknown]\nhost = {host}\nauth_type = azure-cli\n[stranger]\nhost = {host}\n"
    );
    machine.write(".databrickscfg", &file);
    let console = [
        "--host",
        &accounts,
        "--account-id",
        DEFAULT_ACCOUNT_ID,
        "-p",
        "console",
    ];
    machine.signed_in(&console);
    let outcome = machine.run(&["auth", "profiles", "--check", "-o", "json"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let profiles = member(&outcome.stdout, "profiles");
    let facts = profiles.as_array().unwrap().iter().map(|profile| {
        let (name, kind) = (profile["name"].as_str(), profile["error"]["kind"].as_str());
        (name.unwrap(), profile["valid"] == true, kind.unwrap_or("-"))
    });
    assert_eq!(
        facts.collect::<Vec<_>>(),
        [
            ("good", true, "-"),
            ("bad", false, "reauth_required"),
            ("unknown", false, "config"),
            ("stranger", false, "not_logged_in"),
            ("console", true, "-"),
        ]
    );
    assert_eq!(profiles[0]["user"], "user@example.com");
    assert_eq!(profiles[4]["kind"], "account");
    let text = machine.run(&["auth", "profiles", "--check"]);
    let text = shown(&machine, &text);
    let port = mock.port().to_string();
    assert!(text.contains("yes, user@example.com"), "{text}");
    assert!(text.contains("stranger: no login is stored"), "{text}");
    assert!(
        text.contains("hint: lakekey auth login --profile stranger"),
        "{text}"
    );
    assert!(text.contains(&port), "{text}");
}

#[test]
fn a_host_that_never_answers_costs_a_check_no_more_than_its_bound() {
    let (mock, machine) = (with_token(), Machine::new());
    mock.with(|mock| mock.inject(Fault::new("http.hang")).unwrap());
    machine.write(
        ".databrickscfg",
        &format!("[dev]\nhost = {}\ntoken = dapi-canary\n", mock.url()),
    );
    let outcome = machine.run(&["auth", "profiles", "--check", "-o", "json"]);
    let profiles = member(&outcome.stdout, "profiles");
    assert_eq!(profiles[0]["error"]["kind"], "timeout", "{profiles}");
}

#[test]
fn a_kind_is_what_the_host_said_last_or_else_what_the_profile_tells() {
    let mock = mock_with(|setup| *setup = Setup::unified(DEFAULT_ACCOUNT_ID));
    let machine = Machine::new();
    machine.write(
        ".databrickscfg",
        &format!("[told]\nhost = {0}\ntoken = dapi-canary\naccount_id = {DEFAULT_ACCOUNT_ID}\nworkspace_id = 7\n\
         [account]\nhost = u.example.test\naccount_id = a\n\
         [workspace]\nhost = u.example.test\naccount_id = a\nworkspace_id = 7\n", mock.url()),
    );
    let kinds = |arguments: &[&str]| {
        let arguments = [&["auth", "profiles", "-o", "json"], arguments].concat();
        let profiles = member(&machine.run(&arguments).stdout, "profiles");
        let profiles = profiles.as_array().unwrap().iter();
        let kinds = profiles.map(|profile| profile["kind"].as_str().unwrap().to_owned());
        kinds.take(3).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[]), ["workspace", "unified", "workspace"]);
    assert_eq!(kinds(&["--check"])[0], "unified");
    drop(mock);
    assert_eq!(kinds(&[]), ["unified", "unified", "workspace"]);
}

#[test]
fn switching_changes_one_line_and_nothing_else() {
    let machine = two_profiles();
    let outcome = machine.run(&["auth", "switch", "console", "-o", "json"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("Default profile is console now, and was dev"),
        "{}",
        outcome.stderr
    );
    assert_eq!(member(&outcome.stdout, "default_profile"), "console");
    let expected = TWO_PROFILES.replace("default_profile = dev", "default_profile = console");
    assert_eq!(machine.read(".databrickscfg"), expected);
    let again = machine.run(&["auth", "switch", "-p", "console"]);
    assert_eq!((again.status, again.stdout.as_str()), (0, ""));
    assert!(again.stderr.contains("already"), "{}", again.stderr);
}

#[test]
fn switching_without_a_name_or_to_none_that_is_there_names_those_that_are() {
    let machine = two_profiles();
    for (arguments, code) in [
        (&[][..], "usage"),
        (&["nobody"], "config"),
        (&["__settings__"], "config"),
        (&["dev", "--profile", "console"], "usage"),
    ] {
        let outcome = machine.run(&[&["auth", "switch"], arguments].concat());
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
        let code = format!("error[{code}]");
        assert!(outcome.stderr.contains(&code), "{}", outcome.stderr);
        if arguments.len() < 2 {
            assert!(
                outcome.stderr.contains("`dev`, `console`"),
                "{}",
                outcome.stderr
            );
        }
    }
    assert_eq!(machine.read(".databrickscfg"), TWO_PROFILES);
}
