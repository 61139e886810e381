//! What a login is and why: `auth env`, `auth describe` and `auth explain`.

use crate::machine::{Machine, member, mock, shown, two_profiles, with_token};

fn explained(machine: &Machine, arguments: &[&str]) -> String {
    let text = shown(
        machine,
        &machine.run(&[&["auth", "explain"], arguments].concat()),
    );
    for line in text.lines() {
        // The attribute table may grow; what is set is what a test is about.
        let others = line
            .trim()
            .strip_suffix(" others are unset: --all lists them");
        assert!(others.is_none_or(|count| count.parse().is_ok_and(|count: u8| count > 30)));
    }
    let lines = text.lines();
    let lines: Vec<_> = lines
        .filter(|line| !line.contains("others are unset"))
        .collect();
    lines.join("\n")
}

#[test]
fn the_environment_of_a_login_is_data_and_has_no_token_of_a_sign_in() {
    let machine = two_profiles();
    let outcome = machine.run(&["auth", "env", "--profile", "dev"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
    {
      "env": {
        "DATABRICKS_CONFIG_PROFILE": "dev",
        "DATABRICKS_HOST": "https://dev.cloud.databricks.com",
        "DATABRICKS_TOKEN": "dapi-canary"
      }
    }
    "#);
    assert!(outcome.stdout.ends_with('}'));

    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    mock.with(lakekey_mock::Mock::forget_requests);
    let env = member(&machine.run(&["auth", "env"]).stdout, "env");
    let names: Vec<_> = env.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "DATABRICKS_AUTH_TYPE",
            "DATABRICKS_CONFIG_PROFILE",
            "DATABRICKS_HOST"
        ]
    );
    assert_eq!(mock.with(|mock| mock.requests().len()), 0);
}

#[test]
fn a_description_says_who_and_where_and_shows_no_secret_unasked() {
    let (mock, machine) = (with_token(), Machine::new());
    let host = mock.url();
    machine.write(
        ".databrickscfg",
        &format!("[dev]\nhost = {host}\ntoken = dapi-canary\nscopes = sql\n"),
    );
    let text = machine.run(&["auth", "describe", "dev"]);
    insta::assert_snapshot!(shown(&machine, &text).replace(&host, "<host>"), @r#"
    Host: <host>
    User: user@example.com
    Authenticated with: pat
    -----
    Current configuration:
      ✓ host: <host> (from <home>/.databrickscfg config file)
      ✓ token: ******** (from <home>/.databrickscfg config file)
      ✓ profile: dev (from --profile flag)
      ✓ scopes: sql (from <home>/.databrickscfg config file)
    "#);
    let json = machine.run(&["auth", "describe", "-p", "dev", "-o", "json"]);
    insta::assert_snapshot!(shown(&machine, &json).replace(&host, "<host>"), @r#"
    {
      "status": "success",
      "username": "user@example.com",
      "details": {
        "auth_type": "pat",
        "host": "<host>",
        "configuration": {
          "host": {
            "value": "<host>",
            "source": {
              "type": "config file",
              "name": "<home>/.databrickscfg"
            },
            "auth_type_mismatch": false
          },
          "profile": {
            "value": "dev",
            "source": {
              "type": "flag",
              "name": "--profile"
            },
            "auth_type_mismatch": false
          },
          "scopes": {
            "value": "sql",
            "source": {
              "type": "config file",
              "name": "<home>/.databrickscfg"
            },
            "auth_type_mismatch": false
          },
          "token": {
            "value": "********",
            "source": {
              "type": "config file",
              "name": "<home>/.databrickscfg"
            },
            "auth_type_mismatch": false
          }
        }
      }
    }
    "#);
    assert!(json.stdout.ends_with('}'));
    let open = machine.run(&["auth", "describe", "dev", "--sensitive"]);
    assert!(
        open.stdout.contains("token: dapi-canary"),
        "{}",
        open.stdout
    );
}

#[test]
fn a_description_of_a_sign_in_says_where_its_token_is() {
    let (mock, machine) = (mock(), Machine::new());
    machine.signed_in(&["--host", &mock.url(), "--profile", "dev"]);
    let outcome = machine.run(&["auth", "describe", "dev", "-o", "json"]);
    assert_eq!(member(&outcome.stdout, "status"), "success");
    assert_eq!(member(&outcome.stdout, "username"), "user@example.com");
    assert_eq!(
        member(&outcome.stdout, "details")["auth_type"],
        "databricks-cli"
    );
    let storage = member(&outcome.stdout, "token_storage");
    assert_eq!(storage["location"], "~/.databricks/token-cache.json");
    assert_eq!(
        (&storage["mode"], &storage["source"]),
        (&"plaintext".into(), &"default".into())
    );
    machine.write(
        ".databrickscfg",
        &format!(
            "{}mode = Plaintext\nauth_storage = %(mode)s\n",
            machine.read(".databrickscfg")
        ),
    );
    let text = shown(&machine, &machine.run(&["auth", "describe", "dev"]));
    let line = "Token storage: plaintext, ~/.databricks/token-cache.json \
                (from auth_storage in [__settings__] section of <home>/.databrickscfg)\n";
    assert!(text.contains(line), "{text}");
    let machine = machine.with("DATABRICKS_AUTH_STORAGE", "plaintext");
    let text = shown(&machine, &machine.run(&["auth", "describe", "dev"]));
    assert!(
        text.contains("(from DATABRICKS_AUTH_STORAGE environment variable)\n"),
        "{text}"
    );
}

#[test]
fn a_description_that_cannot_authenticate_says_why_and_ends_well() {
    let machine = two_profiles();
    let text = machine.run(&["auth", "describe", "console"]);
    insta::assert_snapshot!(shown(&machine, &text), @r#"
    Unable to authenticate: no login is stored for profile `console` (https://accounts.cloud.databricks.com)
    hint: lakekey auth login --profile console
    Token storage: plaintext, ~/.databricks/token-cache.json (from default)
    -----
    Current configuration:
      ✓ host: https://accounts.cloud.databricks.com (from <home>/.databrickscfg config file)
      ✓ account_id: acc-1 (from <home>/.databrickscfg config file)
      ✓ profile: console (from --profile flag)
      ✓ auth_type: databricks-cli (from <home>/.databrickscfg config file)
    "#);
    for (arguments, kind) in [
        (&["--profile", "console"][..], "not_logged_in"),
        (&["--profile", "nobody"], "config"),
    ] {
        let arguments = [&["auth", "describe", "-o", "json"], arguments].concat();
        let outcome = machine.run(&arguments);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
        assert_eq!(member(&outcome.stdout, "status"), "error");
        let error = member(&outcome.stdout, "error");
        assert_eq!(error["kind"], kind, "{error}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn an_empty_home_is_explained() {
    insta::assert_snapshot!(explained(&Machine::new(), &[]), @r"
    Host      none
    Profile   none (there is no file to read one from)
    Strategy  none
    File      ~/.databrickscfg (not there)

    Settings
      scopes  all-apis (default)

    Strategies
      unset        pat, basic, oauth-m2m, databricks-cli, metadata-service,
                   github-oidc, azure-devops-oidc, env-oidc, file-oidc

    There is no login yet. Next: lakekey auth login --host <HOST>
    ");
}

#[test]
fn what_is_unset_is_a_line_unless_all_is_asked_for() {
    let machine = two_profiles();
    let short = shown(&machine, &machine.run(&["auth", "explain"]));
    assert!(
        short.contains(" others are unset: --all lists them\n"),
        "{short}"
    );
    assert!(!short.contains("warehouse_id"), "{short}");
    assert!(short.lines().count() < 24, "{short}");
    let all = shown(&machine, &machine.run(&["auth", "explain", "--all"]));
    assert!(
        all.contains("\n  Unset:  cluster_id, warehouse_id, "),
        "{all}"
    );
    assert!(all.lines().all(|line| line.len() <= 80), "{all}");
}

#[test]
fn a_conflicting_environment_is_explained_and_does_not_fail() {
    let machine = two_profiles()
        .with("DATABRICKS_HOST", "https://env.example.test")
        .with("DATABRICKS_TOKEN", "dapi-canary")
        .with("DATABRICKS_CLIENT_ID", "robot")
        .with("DATABRICKS_CLIENT_SECRET", "canary");
    insta::assert_snapshot!(explained(&machine, &[]), @r"
    Host      https://env.example.test
    Profile   none (a host or credential is given, and nothing names a profile)
    Strategy  none (see the error)
    File      ~/.databrickscfg (2 profiles: dev, console)

    Settings
      host           https://env.example.test (DATABRICKS_HOST)
      token          ******** (DATABRICKS_TOKEN)
      client_id      robot (DATABRICKS_CLIENT_ID)
      client_secret  ******** (DATABRICKS_CLIENT_SECRET)
      scopes         all-apis (default)

    Strategies
      configured   pat, oauth-m2m, databricks-cli
      unset        basic, metadata-service, github-oidc, azure-devops-oidc,
                   env-oidc, file-oidc

    error[config]: more than one authorization method configured: oauth and pat
      from: client_id: environment variable DATABRICKS_CLIENT_ID
      from: token: environment variable DATABRICKS_TOKEN
    hint: set `auth_type` to the one you mean, or unset `client_id` or `token`
    ");
    insta::assert_snapshot!(explained(&machine, &["--profile", "console"]), @r"
    Host      https://accounts.cloud.databricks.com
    Profile   console (the command line chooses it)
    Cloud     aws (the host is below cloud.databricks.com)
    Strategy  databricks-cli
    File      ~/.databrickscfg (2 profiles: dev, console)

    Settings
      host        https://accounts.cloud.databricks.com (profile [console], line 6)
      account_id  acc-1 (profile [console], line 7)
      profile     console (command line)
      scopes      all-apis (default)
      auth_type   databricks-cli (profile [console], line 8)
      Not read, since the command line chooses: DATABRICKS_HOST, DATABRICKS_TOKEN,
        DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET

    Strategies
      taken        databricks-cli
      passed over  pat, basic, oauth-m2m, metadata-service, github-oidc,
                   azure-devops-oidc, env-oidc, file-oidc (auth_type is
                   `databricks-cli`)
    ");
}

#[test]
fn two_profiles_are_explained_and_so_is_what_was_passed_over() {
    let machine = two_profiles()
        .with("DATABRICKS_CONFIG_PROFILE", "console")
        .with("DATABRICKS_ACCOUNT_ID", "acc-2");
    insta::assert_snapshot!(explained(&machine, &[]), @r"
    Host      https://accounts.cloud.databricks.com
    Profile   console (DATABRICKS_CONFIG_PROFILE names it)
    Cloud     aws (the host is below cloud.databricks.com)
    Strategy  databricks-cli
    File      ~/.databrickscfg (2 profiles: dev, console)

    Settings
      host        https://accounts.cloud.databricks.com (profile [console], line 6)
      account_id  acc-2 (DATABRICKS_ACCOUNT_ID)
                  instead of acc-1 (profile [console], line 7)
      profile     console (DATABRICKS_CONFIG_PROFILE)
      scopes      all-apis (default)
      auth_type   databricks-cli (profile [console], line 8)

    Strategies
      taken        databricks-cli
      passed over  pat, basic, oauth-m2m, metadata-service, github-oidc,
                   azure-devops-oidc, env-oidc, file-oidc (auth_type is
                   `databricks-cli`)
    ");
    let json = explained(&machine, &["-o", "json"]);
    assert_eq!(member(&json, "profile"), "console");
    assert_eq!(member(&json, "error"), serde_json::Value::Null);
    let values = member(&json, "values");
    let account = values
        .as_array()
        .unwrap()
        .iter()
        .find(|value| value["key"] == "account_id");
    let account = account.unwrap();
    assert_eq!(account["value"], "acc-2");
    assert_eq!(
        account["origin"],
        "environment variable DATABRICKS_ACCOUNT_ID"
    );
    assert_eq!(account["passed_over"][0]["value"], "acc-1");
    let strategies = member(&json, "strategies");
    let first = strategies.as_array().unwrap().iter();
    let first: Vec<_> = first
        .filter(|strategy| strategy["verdict"] == "first")
        .map(|strategy| &strategy["name"])
        .collect();
    assert_eq!(first, ["databricks-cli"], "{strategies}");
}

#[test]
fn what_fails_is_explained_with_what_can_still_be_seen() {
    let machine = two_profiles().with("DATABRICKS_HOST", "https://env.example.test");
    let text = explained(&machine, &["--profile", "cnosole"]);
    assert!(text.contains("did you mean `console`?"), "{text}");
    assert!(text.contains("https://env.example.test"), "{text}");
    machine.write(".databrickscfg", "token dapi-canary\n");
    let text = explained(&machine, &[]);
    assert!(text.contains("line 1"), "{text}");
    let both = ["auth", "explain", "dev", "--profile", "console"];
    assert_eq!(machine.run(&both).status, 2);
}

#[test]
fn a_profile_that_names_its_way_gets_what_says_who_this_machine_is() {
    let machine = Machine::new()
        .with("DATABRICKS_OIDC_TOKEN", "canary")
        .with("DATABRICKS_TOKEN", "canary");
    let profiles = "[ci]\nhost = https://ci.example.test\nauth_type = env-oidc\n\
                    [dev]\nhost = https://ci.example.test\n";
    machine.write(".databrickscfg", profiles);
    for (profile, taken) in [("ci", "env-oidc"), ("dev", "databricks-cli")] {
        let outcome = machine.run(&["auth", "explain", profile, "-o", "json"]);
        let strategies = member(&outcome.stdout, "strategies");
        let is_taken = |entry: &&serde_json::Value| entry["verdict"] == "first";
        let first = strategies.as_array().unwrap().iter().find(is_taken);
        assert_eq!(
            first.unwrap()["name"],
            taken,
            "{profile}: {}",
            outcome.stdout
        );
        assert!(!outcome.stdout.contains("canary"));
    }
}
