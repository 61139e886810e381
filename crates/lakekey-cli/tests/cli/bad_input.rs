//! What is wrong with the input is one error, with its place and without its secrets, and nothing
//! is written.

use std::collections::BTreeMap;
use std::path::Path;

use crate::machine::{Machine, Outcome, TWO_PROFILES, member, two_profiles};

/// The commands that read the profile file, each so that nothing else is wrong with it.
const READERS: [&[&str]; 8] = [
    &["auth", "profiles"],
    &["auth", "env"],
    &["auth", "describe"],
    &["auth", "switch", "dev"],
    &["auth", "token", "--profile", "dev"],
    &["auth", "logout", "--profile", "dev"],
    &["auth", "login", "--profile", "dev"],
    &["api", "get", "/api/2.0/clusters/list"],
];

/// Runs a command that fails, and returns its error with `~` for the home folder.
fn refused(machine: &Machine, arguments: &[&str], status: i32) -> String {
    let before = contents(machine.home.path());
    let outcome = machine.run(arguments);
    assert_eq!(outcome.status, status, "{arguments:?}: {outcome:?}");
    assert_eq!(outcome.stdout, "", "{arguments:?}");
    assert_eq!(contents(machine.home.path()), before, "{arguments:?}");
    one_error(machine, &outcome.stderr)
}

fn one_error(machine: &Machine, text: &str) -> String {
    assert_eq!(text.matches("error[").count(), 1, "{text}");
    assert!(
        text.starts_with("error[") && text.contains("\nhint: "),
        "{text}"
    );
    assert!(!text.contains("canary") && text.len() < 1000, "{text}");
    let home = machine.home.path().to_str().unwrap();
    text.replace(home, "~").replace('\\', "/")
}

/// Each reader refuses the file with the same error; `explain` shows it, and what else it can see.
fn refused_by_all(machine: &Machine, status: i32) -> String {
    let shown = refused(machine, &["auth", "env"], status);
    for arguments in READERS {
        let error = refused(machine, arguments, status);
        // An editor knows a damaged file by these words of the list of profiles.
        let error = error.replace("  note: cannot parse config file\n", "");
        assert_eq!(error, shown, "{arguments:?}");
    }
    let before = contents(machine.home.path());
    let explained = machine.run(&["auth", "explain"]);
    assert_eq!(explained.status, 0, "{explained:?}");
    assert_eq!(contents(machine.home.path()), before);
    let (seen, _) = explained.stdout.split_once("\n\n").unwrap();
    assert!(seen.ends_with("(not read: see the error)"), "{seen}");
    let (_, error) = explained.stdout.split_once("\n\nerror[").unwrap();
    assert_eq!(one_error(machine, &format!("error[{error}")), shown);
    let json = machine.run(&["auth", "explain", "-o", "json"]);
    assert_eq!(member(&json.stdout, "error")["exit_status"], status);
    shown
}

/// Names, bytes, modes and link targets of all that is in a folder.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap();
        if kind.is_dir() {
            found.extend(contents(&path));
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let (mode, target) = (kind.permissions(), path.read_link());
        let text = format!("{mode:?} {target:?} {bytes:?}", target = target.ok());
        found.insert(path.display().to_string(), text);
    }
    found
}

fn with_file(bytes: &[u8]) -> Machine {
    let machine = Machine::new();
    std::fs::write(machine.path(".databrickscfg"), bytes).unwrap();
    machine
}

#[test]
fn a_file_that_is_no_text_is_named_with_the_line() {
    let binary = with_file(b"\x7fELF\x02\x01\x01\0\0\0canary\0");
    insta::assert_snapshot!(refused_by_all(&binary, 2), @r"
    error[config]: cannot read the profile file ~/.databrickscfg: line 1: it is not UTF-8 text
    hint: save it as UTF-8 text
    ");
    let latin = with_file(b"[dev]\nhost = h.example.test\ntoken = canary-\xe9\n");
    insta::assert_snapshot!(refused_by_all(&latin, 2), @r"
    error[config]: cannot read the profile file ~/.databrickscfg: line 3: it is not UTF-8 text
    hint: save it as UTF-8 text
    ");
}

#[test]
fn a_line_that_makes_no_sense_is_named_and_not_shown() {
    let loose = with_file(b"[dev]\nhost = h.example.test\ntoken dapi-canary\n");
    insta::assert_snapshot!(refused_by_all(&loose, 2), @r"
    error[config]: cannot read the profile file ~/.databrickscfg: line 3: neither a section nor a comment, and no `=` or `:` after a key
    hint: correct the line, then try again
    ");
    let open = with_file(b"[canary\n");
    insta::assert_snapshot!(refused_by_all(&open, 2), @r"
    error[config]: cannot read the profile file ~/.databrickscfg: line 1: the section name is not closed with `]`
    hint: correct the line, then try again
    ");
}

#[test]
fn ten_mebibytes_of_text_are_read_or_refused_and_never_printed() {
    let line = "# canary, a comment that goes on and on and on and on and on\n";
    let mut text = TWO_PROFILES.to_owned();
    text.push_str(&line.repeat(((10 << 20) - text.len()) / line.len()));
    let largest = with_file(text.as_bytes());
    let listed = largest.run(&["auth", "profiles"]);
    assert_eq!((listed.status, listed.stdout.lines().count()), (0, 3));
    text.push_str(line);
    let larger = with_file(text.as_bytes());
    insta::assert_snapshot!(refused(&larger, &["auth", "profiles"], 2), @r"
    error[config]: cannot read the profile file ~/.databrickscfg: it is larger than 10 MiB
      note: cannot parse config file
    hint: put a text file in its place, or name another in DATABRICKS_CONFIG_FILE
    ");
}

#[test]
fn a_folder_in_its_place_is_named_with_the_variable_that_names_it() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("folder")).unwrap();
    let folder = machine.path("folder");
    let machine = machine.with("DATABRICKS_CONFIG_FILE", folder.to_str().unwrap());
    let shown = refused_by_all(&machine, 2);
    let origin = "  from: config_file: environment variable DATABRICKS_CONFIG_FILE\n";
    assert!(shown.contains("the profile file ~/folder: "), "{shown}");
    assert!(shown.contains(origin), "{shown}");
}

#[test]
fn what_stands_twice_or_before_any_section_counts_as_for_the_official_tools() {
    let machine = with_file(
        b"host = d.example.test\n[dev]\nhost = a.example.test\nhost = b.example.test\n\
          token = canary-1\n[other]\nhost = o.example.test\n[dev]\ntoken = canary-2\n",
    );
    let before = contents(machine.home.path());
    let env = |profile| member(&machine.run(&["auth", "env", "-p", profile]).stdout, "env");
    assert_eq!(env("dev")["DATABRICKS_HOST"], "https://b.example.test");
    assert_eq!(env("dev")["DATABRICKS_TOKEN"], "canary-2");
    assert_eq!(env("DEFAULT")["DATABRICKS_HOST"], "https://d.example.test");
    let listed = machine.run(&["auth", "profiles"]).stdout;
    assert_eq!(listed.matches("\ndev ").count(), 1, "{listed}");
    let told = |profile| machine.run(&["auth", "explain", "-p", profile]).stdout;
    for (profile, line) in [
        ("dev", "line 4: `host` again, and this one counts"),
        ("dev", "line 8: [dev] again, and its keys count too"),
        (
            "DEFAULT",
            "line 1: keys before the first section are those of [DEFAULT]",
        ),
    ] {
        let told = told(profile);
        assert!(told.contains(line) && !told.contains("canary"), "{told}");
    }
    assert!(!told("other").contains("again"), "{}", told("other"));
    assert_eq!(contents(machine.home.path()), before);
}

#[test]
fn a_variable_that_must_be_a_number_is_named_and_its_value_is_not() {
    let machine = two_profiles().with("DATABRICKS_RATE_LIMIT", "canary");
    insta::assert_snapshot!(refused(&machine, &["auth", "env"], 2), @r"
    error[config]: `rate_limit` must be a whole number
      from: rate_limit: environment variable DATABRICKS_RATE_LIMIT
    hint: correct it, or leave it out
    ");
    let described = machine.run(&["auth", "describe", "-o", "json"]);
    assert_eq!((described.status, described.stderr.as_str()), (0, ""));
    let error = member(&described.stdout, "error");
    assert_eq!(
        (&error["kind"], &error["exit_status"]),
        (&"config".into(), &2.into())
    );
    // What lists or changes profiles has no use for the variable.
    for arguments in [&["auth", "profiles"][..], &["auth", "switch", "console"]] {
        assert_eq!(machine.run(arguments).status, 0, "{arguments:?}");
    }
}

#[test]
fn an_auth_type_that_is_unknown_is_named_with_its_place() {
    let machine = two_profiles().with("DATABRICKS_AUTH_TYPE", "magic");
    let shown = refused(&machine, &["auth", "env"], 2);
    for part in [
        "error[config]: auth_type `magic` is not known here\n",
        "  from: auth_type: environment variable DATABRICKS_AUTH_TYPE\n",
        "\nhint: use one of pat, ",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    let machine = with_file(b"[dev]\nhost = h.example.test\ntoken = canary\nauth_type = magic\n");
    let shown = refused(&machine, &["auth", "env", "-p", "dev"], 2);
    let origin = "  from: auth_type: profile [dev] in ~/.databrickscfg, line 4\n";
    assert!(shown.contains(origin), "{shown}");
}

#[test]
fn a_profile_that_is_not_there_is_answered_with_the_nearest_and_a_command() {
    let machine = two_profiles();
    insta::assert_snapshot!(refused(&machine, &["auth", "token", "-p", "cnosole"], 2), @r"
    error[config]: ~/.databrickscfg has no profile `cnosole`
      from: profile: command line
    hint: did you mean `console`? `lakekey auth profiles` shows all
    ");
    insta::assert_snapshot!(refused(&machine, &["auth", "switch", "cnosole"], 2), @r"
    error[config]: there is no profile `cnosole`
      note: there are `dev`, `console`
    hint: lakekey auth switch console
    ");
    for command in ["env", "logout"] {
        let shown = refused(&machine, &["auth", command, "cnosole"], 2);
        assert!(
            shown.contains("did you mean `console`?"),
            "{command}: {shown}"
        );
    }
    let shown = refused(&machine, &["auth", "env", "-p", "unlike"], 2);
    assert!(shown.ends_with("hint: lakekey auth profiles\n"), "{shown}");
    let nothing = Machine::new();
    let shown = refused(&nothing, &["auth", "token", "-p", "my team"], 2);
    assert!(
        shown.ends_with("hint: lakekey auth login --profile 'my team'\n"),
        "{shown}"
    );
    let named = two_profiles().with("DATABRICKS_CONFIG_PROFILE", "prod");
    let shown = refused(&named, &["auth", "env"], 2);
    let origin = "  from: profile: environment variable DATABRICKS_CONFIG_PROFILE\n";
    assert!(shown.contains(origin), "{shown}");
}

#[cfg(not(feature = "keyring"))]
#[test]
fn a_keyring_that_is_asked_for_is_refused_before_anybody_signs_in() {
    let (mock, machine) = (crate::machine::mock(), Machine::new());
    let file = format!(
        "[dev]\nhost = {}\n[__settings__]\nauth_storage = Secure\n",
        mock.url()
    );
    machine.write(".databrickscfg", &file);
    for arguments in [
        &["auth", "login", "dev", "--no-browser"][..],
        &["auth", "token", "-p", "dev"],
    ] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused(&machine, arguments, 7), @r"
            error[keyring_unavailable]: `auth_storage` in ~/.databrickscfg asks for the keyring, which this build leaves out
            hint: set DATABRICKS_AUTH_STORAGE=plaintext to keep logins in a file for you alone
            ");
        }
    }
    assert_eq!(mock.with(|mock| mock.requests().len()), 0);
    let described = machine.run(&["auth", "describe", "dev", "-o", "json"]);
    assert_eq!(
        member(&described.stdout, "error")["kind"],
        "keyring_unavailable"
    );
}

#[test]
fn signing_out_of_nothing_names_a_command() {
    let shown = refused(&Machine::new(), &["auth", "logout"], 3);
    insta::assert_snapshot!(shown, @r"
    error[not_configured]: no profile and no host is named, and there is no default profile
    hint: lakekey auth login --host <HOST>
    ");
    let machine = with_file(b"[dev]\nhost = h.example.test\n");
    let shown = refused(&machine, &["auth", "logout"], 3);
    assert!(
        shown.ends_with("hint: lakekey auth logout <PROFILE>\n"),
        "{shown}"
    );
    let machine = with_file(b"[dev]\naccount_id = a\n");
    let shown = refused(&machine, &["auth", "logout", "dev"], 3);
    assert!(
        shown.ends_with("hint: lakekey auth logout dev --delete\n"),
        "{shown}"
    );
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    #[test]
    fn links_in_a_circle_are_one_error() {
        let machine = Machine::new();
        symlink("other", machine.path(".databrickscfg")).unwrap();
        symlink(".databrickscfg", machine.path("other")).unwrap();
        insta::assert_snapshot!(refused_by_all(&machine, 2), @r"
        error[config]: cannot read the profile file ~/.databrickscfg: its symbolic links go in a circle
        hint: put a text file in its place, or name another in DATABRICKS_CONFIG_FILE
        ");
    }

    #[test]
    fn a_file_that_everybody_may_write_is_not_believed() {
        let machine = two_profiles();
        chmod(&machine.path(".databrickscfg"), 0o666);
        insta::assert_snapshot!(refused_by_all(&machine, 7), @r"
        error[store_insecure]: the profile file ~/.databrickscfg can be written by every user of this machine
        hint: chmod o-w ~/.databrickscfg
        ");
    }

    /// Root may read every file: as root, the command runs as `nobody`, through `setpriv`.
    #[test]
    fn a_file_that_may_not_be_read_is_one_error() {
        let machine = two_profiles();
        let home = machine.home.path().to_owned();
        chmod(&machine.path(".databrickscfg"), 0o000);
        let is_root = home.metadata().unwrap().uid() == 0;
        if !is_root {
            refused_by_all(&machine, 2);
            return;
        }
        // The command must be somewhere that `nobody` may go.
        let place = tempfile::tempdir().unwrap();
        chmod(place.path(), 0o755);
        let lakekey = place.path().join("lakekey");
        std::fs::copy(env!("CARGO_BIN_EXE_lakekey"), &lakekey).unwrap();
        chmod(&home, 0o777);
        let before = contents(&home);
        for arguments in READERS {
            let run = Command::new("setpriv")
                .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
                .arg(&lakekey)
                .args(arguments)
                .env("HOME", &home)
                .env_remove("DATABRICKS_CONFIG_FILE")
                .output();
            let Ok(output) = run else {
                return; // A root without `setpriv` cannot be anybody else.
            };
            let outcome = Outcome {
                status: output.status.code().unwrap(),
                stdout: String::from_utf8(output.stdout).unwrap(),
                stderr: String::from_utf8(output.stderr).unwrap(),
            };
            assert_eq!(
                (outcome.status, outcome.stdout.as_str()),
                (2, ""),
                "{outcome:?}"
            );
            let shown = one_error(&machine, &outcome.stderr);
            let fact = "cannot read the profile file ~/.databrickscfg: permission denied\n";
            assert!(shown.contains(fact), "{arguments:?}: {shown}");
            assert_eq!(contents(&home), before, "{arguments:?}");
        }
    }
}
