//! Which value counts, where it came from, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "these tests write files")]

use std::path::PathBuf;

use lakekey_config::figment::value::{Dict, Map};
use lakekey_config::figment::{self, Metadata, Profile};
use lakekey_config::{AUTH_TYPE, Environment, Place, Resolver};
use lakekey_core::{ACCOUNT_ID, Attribute, Code, Error, HOST, Origin, Settings, WORKSPACE_ID};
use tempfile::TempDir;

const TOKEN: Attribute = Attribute::new("token", "personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .secret();
const USERNAME: Attribute = Attribute::new("username", "user name")
    .env(&["DATABRICKS_USERNAME"])
    .group("basic");
const SCOPES: Attribute = Attribute::new("scopes", "scopes").default("all-apis");
const TWO_NAMES: Attribute = Attribute::new("two", "two variables").env(&["FIRST", "SECOND"]);

/// A home directory with a profile file, and variables.
struct Machine {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Machine {
    fn new(profiles: &str) -> Self {
        let machine = Self {
            home: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        };
        std::fs::write(machine.file(), profiles).unwrap();
        let home = machine.home.path().to_string_lossy().into_owned();
        machine.set(HOME, &home)
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(&self) -> PathBuf {
        self.home.path().join(".databrickscfg")
    }

    fn profile(&self, name: &str, line: usize) -> Origin {
        Origin::Profile {
            name: name.to_owned(),
            path: self.file(),
            line: Some(line),
        }
    }

    fn resolver(&self) -> Resolver {
        let environment = self.variables.iter().cloned().collect();
        Resolver::new(environment).attributes(&[TOKEN, USERNAME, SCOPES, TWO_NAMES])
    }

    fn resolve(&self) -> Result<Settings, Error> {
        self.resolver().resolve()
    }

    /// An error as a person reads it, without the place of the temporary home.
    fn shown(&self, error: &Error) -> String {
        let mut lines = vec![format!("{}: {error}", error.code())];
        lines.extend(
            error
                .origins()
                .iter()
                .map(|(key, origin)| format!("  {key}: {origin}")),
        );
        lines.extend(error.hint().map(|hint| format!("  hint: {hint}")));
        lines
            .join("\n")
            .replace(&*self.home.path().to_string_lossy(), "~")
    }
}

const FILE: &str = "\
[DEFAULT]\nhost = https://default.example\n\
[dev]\nhost = https://dev.example\naccount_id = dev-account\n\
[other]\nhost = https://other.example\n";

#[test]
fn the_first_source_that_names_a_host_or_a_profile_wins() {
    let plain = FILE.to_owned();
    let pinned = format!("{FILE}[__settings__]\ndefault_profile = other\n");
    let no_default = FILE.replace("[DEFAULT]\nhost = https://default.example\n", "");
    // Columns: the file, an explicit host, an explicit profile, DATABRICKS_HOST,
    // DATABRICKS_CONFIG_PROFILE; then the host and the profile that are chosen.
    for (row, (file, host, profile, env_host, env_profile, expected, chosen)) in [
        (&plain, "", "", "", "", "default", "DEFAULT"),
        (&pinned, "", "", "", "", "other", "other"),
        (&no_default, "", "", "", "", "", ""),
        (&plain, "code", "", "", "", "code", ""),
        (&pinned, "code", "", "", "", "code", ""),
        (&plain, "", "dev", "", "", "dev", "dev"),
        (&pinned, "", "dev", "", "", "dev", "dev"),
        (&plain, "code", "dev", "", "", "code", "dev"),
        (&plain, "", "", "env", "", "env", ""),
        (&pinned, "", "", "env", "", "env", ""),
        (&plain, "code", "", "env", "", "code", ""),
        (&plain, "", "dev", "env", "", "env", "dev"),
        (&plain, "code", "dev", "env", "", "code", "dev"),
        (&plain, "", "", "", "dev", "dev", "dev"),
        (&pinned, "", "", "", "dev", "dev", "dev"),
        (&plain, "code", "", "", "dev", "code", "dev"),
        (&plain, "", "other", "", "dev", "other", "other"),
        (&plain, "", "", "env", "dev", "env", "dev"),
        (&plain, "code", "other", "env", "dev", "code", "other"),
        (&plain, "", "DEFAULT", "", "dev", "default", "DEFAULT"),
    ]
    .into_iter()
    .enumerate()
    {
        let address = |name: &str| {
            if name.is_empty() {
                String::new()
            } else {
                format!("https://{name}.example")
            }
        };
        let machine = Machine::new(file)
            .set("DATABRICKS_HOST", &address(env_host))
            .set("DATABRICKS_CONFIG_PROFILE", env_profile);
        let resolver = machine
            .resolver()
            .explicit(&HOST, address(host))
            .profile(profile);
        let settings = resolver.resolve().unwrap();
        assert_eq!(
            settings.get(&HOST).unwrap_or_default(),
            address(expected),
            "row {row}"
        );
        assert_eq!(settings.profile().unwrap_or_default(), chosen, "row {row}");
        let account = (chosen == "dev").then_some("dev-account");
        assert_eq!(
            settings.get(&ACCOUNT_ID),
            account,
            "row {row}: attribute by attribute"
        );
    }
}

#[test]
fn every_value_knows_its_origin() {
    let machine = Machine::new("[p]\nhost = h.example\nunknown = x\nprofile = q\n")
        .set("DATABRICKS_ACCOUNT_ID", "a")
        .set("SECOND", "2")
        .set("FIRST", "");
    let settings = machine
        .resolver()
        .profile("p")
        .explicit(&WORKSPACE_ID, "7")
        .resolve()
        .unwrap();
    assert_eq!(settings.origin(&WORKSPACE_ID), Some(&Origin::Explicit));
    assert_eq!(
        settings.origin(&ACCOUNT_ID),
        Some(&Origin::Env("DATABRICKS_ACCOUNT_ID"))
    );
    assert_eq!(settings.origin(&HOST), Some(&machine.profile("p", 2)));
    assert_eq!(settings.origin(&SCOPES), Some(&Origin::Default));
    assert_eq!(settings.origin(&TWO_NAMES), Some(&Origin::Env("SECOND")));
    assert_eq!(settings.iter().count(), 6, "unknown keys are no settings");
    assert_eq!(settings.profile(), Some("p"));
}

#[test]
fn the_file_is_left_alone_when_a_host_or_credential_is_given_and_no_profile() {
    let broken = "this file would be an error\n";
    for (name, value) in [("DATABRICKS_HOST", "h.example"), ("DATABRICKS_TOKEN", "t")] {
        let machine = Machine::new(broken).set(name, value);
        assert_eq!(machine.resolve().unwrap().profile(), None);
        let error = machine
            .set("DATABRICKS_CONFIG_PROFILE", "p")
            .resolve()
            .unwrap_err();
        assert_eq!(
            error.code(),
            Code::Config,
            "a named profile forces the read"
        );
    }
    for name in [
        "DATABRICKS_ACCOUNT_ID",
        "DATABRICKS_AUTH_TYPE",
        "DATABRICKS_CONFIG_PROFILE",
    ] {
        Machine::new(broken).set(name, "x").resolve().unwrap_err();
    }
}

#[test]
fn default_is_a_plain_profile() {
    let machine =
        Machine::new("[DEFAULT]\nhost = d.example\ntoken = canary\n[child]\naccount_id = a\n");
    let settings = machine.resolver().profile("child").resolve().unwrap();
    assert_eq!(settings.get(&HOST), None);
    assert_eq!(settings.secret(&TOKEN), None);
}

#[test]
fn names_that_figment_would_treat_specially_are_plain_profiles() {
    let machine =
        Machine::new("[dev]\nhost=a.example\n[Dev]\nhost=b.example\n[global]\nhost=c.example\n");
    for (name, host) in [
        ("dev", "https://a.example"),
        ("Dev", "https://b.example"),
        ("global", "https://c.example"),
    ] {
        let settings = machine.resolver().profile(name).resolve().unwrap();
        assert_eq!(settings.get(&HOST), Some(host));
    }
}

#[test]
fn values_stay_texts() {
    let machine = Machine::new(
        "[DEFAULT]\nhost = h.example\nworkspace_id = 6051921418418893\naccount_id = true\n",
    )
    .set("FIRST", "[1, 2]");
    let settings = machine.resolve().unwrap();
    assert_eq!(settings.get(&WORKSPACE_ID), Some("6051921418418893"));
    assert_eq!(settings.get(&ACCOUNT_ID), Some("true"));
    assert_eq!(settings.get(&TWO_NAMES), Some("[1, 2]"));
}

#[test]
fn a_profile_that_is_missing_is_an_error_with_its_origin_and_the_nearest_names() {
    let machine = Machine::new("[production]\nhost=p.example\n[empty]\n[staging]\ntoken=canary\n");
    let explicit = machine
        .resolver()
        .profile("prodction")
        .resolve()
        .unwrap_err();
    let empty = machine.resolver().profile("empty").resolve().unwrap_err();
    let reserved = machine
        .resolver()
        .profile("__settings__")
        .resolve()
        .unwrap_err();
    let escaped = machine
        .resolver()
        .profile("a\n\u{1b}[31m")
        .resolve()
        .unwrap_err();
    let shown = [explicit, empty, reserved, escaped].map(|error| machine.shown(&error));
    insta::assert_snapshot!(shown.join("\n"), @r"
    config: ~/.databrickscfg has no profile `prodction`
      profile: given explicitly
      hint: did you mean `production`? `lakekey auth profiles` shows all
    config: profile `empty` in ~/.databrickscfg is empty
      profile: given explicitly
      hint: lakekey auth profiles
    config: `__settings__` in ~/.databrickscfg holds settings and is no profile
      profile: given explicitly
      hint: lakekey auth profiles
    config: ~/.databrickscfg has no profile `a\n\u{1b}[31m`
      profile: given explicitly
      hint: lakekey auth profiles
    ");

    let machine = machine.set("DATABRICKS_CONFIG_PROFILE", "Stagin");
    let variable = machine.resolve().unwrap_err();
    insta::assert_snapshot!(machine.shown(&variable), @r"
    config: ~/.databrickscfg has no profile `Stagin`
      profile: environment variable DATABRICKS_CONFIG_PROFILE
      hint: did you mean `staging`? `lakekey auth profiles` shows all
    ");

    let shown = ["gone", "__settings__"].map(|name| {
        let machine = Machine::new(&format!("{FILE}[__settings__]\ndefault_profile = {name}\n"));
        machine.shown(&machine.resolve().unwrap_err())
    });
    insta::assert_snapshot!(shown.join("\n"), @r"
    config: ~/.databrickscfg has no profile `gone`
      profile: profile [__settings__] in ~/.databrickscfg, line 9
      hint: lakekey auth profiles
    config: `__settings__` in ~/.databrickscfg holds settings and is no profile
      profile: profile [__settings__] in ~/.databrickscfg, line 9
      hint: lakekey auth profiles
    ");
}

#[test]
fn a_missing_file_matters_only_to_a_named_profile() {
    let machine = Machine::new("");
    std::fs::remove_file(machine.file()).unwrap();
    assert_eq!(machine.resolve().unwrap().profile(), None);
    assert_eq!(
        machine
            .resolver()
            .config_file("/missing/x")
            .resolve()
            .unwrap()
            .profile(),
        None
    );
    let error = machine.resolver().profile("dev").resolve().unwrap_err();
    insta::assert_snapshot!(machine.shown(&error), @r"
    config: profile `dev` cannot be read: there is no file ~/.databrickscfg
      profile: given explicitly
      hint: lakekey auth login --profile dev
    ");
    let homeless = Resolver::new(Environment::default());
    assert_eq!(homeless.resolve().unwrap().profile(), None);
    assert_eq!(homeless.config_path().unwrap(), None);
    assert_eq!(
        homeless.profile("dev").resolve().unwrap_err().code(),
        Code::Config
    );
}

#[test]
fn a_tilde_is_the_home_directory_only_as_a_whole_name() {
    let machine = Machine::new(FILE);
    let home = machine.home.path();
    let path = |text: &str| {
        machine
            .resolver()
            .config_file(text)
            .config_path()
            .unwrap()
            .unwrap()
    };
    assert_eq!(
        machine.resolver().config_path().unwrap().unwrap(),
        machine.file()
    );
    assert_eq!(path("~/a/b"), home.join("a/b"));
    assert_eq!(path("~bob/x"), PathBuf::from("~bob/x"));
    assert_eq!(path("/a/~/b"), PathBuf::from("/a/~/b"));
    assert_eq!(path("relative"), PathBuf::from("relative"));
    let homeless = Resolver::new(Environment::default()).config_file("~/a");
    assert_eq!(homeless.config_path().unwrap_err().code(), Code::Config);
    let settings = machine
        .resolver()
        .config_file("~/.databrickscfg")
        .profile("dev")
        .resolve()
        .unwrap();
    assert_eq!(settings.get(&HOST), Some("https://dev.example"));
}

#[test]
fn a_host_pasted_from_a_browser_fills_the_ids_that_are_unset() {
    let pasted = "https://W.example/jobs?o=42&a=acc#x";
    let machine = Machine::new("").set("DATABRICKS_HOST", pasted);
    let settings = machine.resolve().unwrap();
    let origin = Some(&Origin::Env("DATABRICKS_HOST"));
    assert_eq!(settings.get(&HOST), Some("https://w.example"));
    assert_eq!(
        (settings.get(&WORKSPACE_ID), settings.origin(&WORKSPACE_ID)),
        (Some("42"), origin)
    );
    assert_eq!(
        (settings.get(&ACCOUNT_ID), settings.origin(&ACCOUNT_ID)),
        (Some("acc"), origin)
    );

    let settings = machine
        .resolver()
        .explicit(&WORKSPACE_ID, "7")
        .resolve()
        .unwrap();
    assert_eq!(settings.get(&WORKSPACE_ID), Some("7"));
    assert_eq!(settings.origin(&WORKSPACE_ID), Some(&Origin::Explicit));
}

#[test]
fn two_methods_are_an_error_unless_auth_type_chooses() {
    let machine =
        Machine::new("[p]\nhost=h.example\nusername=u\n").set("DATABRICKS_TOKEN", "canary");
    let error = machine.resolver().profile("p").resolve().unwrap_err();
    insta::assert_snapshot!(machine.shown(&error), @r"
    config: more than one authorization method configured: basic and pat
      username: profile [p] in ~/.databrickscfg, line 3
      token: environment variable DATABRICKS_TOKEN
      hint: set `auth_type` to the one you mean, or unset `username` or `token`
    ");
    let chosen = machine
        .resolver()
        .profile("p")
        .explicit(&AUTH_TYPE, "pat")
        .resolve()
        .unwrap();
    assert_eq!(chosen.secret(&TOKEN).unwrap().expose(), "canary");
    assert_eq!(chosen.get(&USERNAME), Some("u"));
}

#[test]
fn a_secret_of_a_profile_is_not_sent_to_another_host() {
    let machine =
        Machine::new("[p]\nhost=https://Own.example/\ntoken=canary\n[nohost]\ntoken=canary\n");
    let error = machine
        .resolver()
        .profile("p")
        .explicit(&HOST, "https://b.example")
        .resolve()
        .unwrap_err();
    insta::assert_snapshot!(machine.shown(&error), @r"
    config: `token` of profile `p` is for https://own.example and is not sent to https://b.example
      token: profile [p] in ~/.databrickscfg, line 3
      host: given explicitly
      hint: choose a profile for https://b.example, or leave its host to the profile
    ");

    let same = machine
        .resolver()
        .profile("p")
        .explicit(&HOST, "own.example:443")
        .resolve()
        .unwrap();
    assert_eq!(same.origin(&HOST), Some(&Origin::Explicit));
    machine
        .resolver()
        .profile("nohost")
        .explicit(&HOST, "b.example")
        .resolve()
        .unwrap();
    let machine = machine.set("DATABRICKS_TOKEN", "of the environment");
    machine
        .resolver()
        .profile("p")
        .explicit(&HOST, "b.example")
        .resolve()
        .unwrap();
}

#[test]
fn errors_and_debug_hold_no_value() {
    let machine = Machine::new("[p]\nhost=h.example\ntoken=canary\n").set("FIRST", "canary");
    let resolver = machine
        .resolver()
        .profile("p")
        .explicit(&USERNAME, "canary");
    let error = resolver.resolve().unwrap_err();
    let settings = resolver.explicit(&AUTH_TYPE, "pat").resolve().unwrap();
    let resolver = machine.resolver().explicit(&TOKEN, "canary");
    for shown in [
        format!("{error:?}"),
        format!("{settings:?}"),
        format!("{settings:#?}"),
        format!("{resolver:?}"),
    ] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

/// A provider such as one for a vault: a name, and values or a failure.
struct Vault(Result<Dict, figment::Error>);

impl Vault {
    fn with(key: &str, value: impl Into<figment::value::Value>) -> Self {
        Self(Ok(Dict::from([(key.to_owned(), value.into())])))
    }
}

impl figment::Provider for Vault {
    fn metadata(&self) -> Metadata {
        Metadata::named("vault")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.0
            .clone()
            .map(|values| Profile::Default.collect(values))
    }
}

#[test]
fn a_provider_stands_where_its_place_says() {
    let machine = Machine::new("[p]\nhost=profile.example\n").set("DATABRICKS_HOST", "env.example");
    let vault = || Vault::with("host", "vault.example");
    let from_vault = Some(Origin::Provider("vault".to_owned()));
    for (place, explicit, profile, expected) in [
        (
            Place::Strongest,
            "code.example",
            "",
            "https://vault.example",
        ),
        (
            Place::BeforeEnvironment,
            "code.example",
            "",
            "https://code.example",
        ),
        (Place::BeforeEnvironment, "", "", "https://vault.example"),
        (Place::BeforeProfile, "", "", "https://env.example"),
    ] {
        let resolver = machine
            .resolver()
            .provider(place, vault())
            .explicit(&HOST, explicit)
            .profile(profile);
        let settings = resolver.resolve().unwrap();
        assert_eq!(settings.get(&HOST), Some(expected), "{place:?}");
        if expected.contains("vault") {
            assert_eq!(settings.origin(&HOST).cloned(), from_vault);
        }
    }
    let machine = Machine::new("[DEFAULT]\nhost=profile.example\n");
    let weak = machine
        .resolver()
        .provider(Place::Weakest, vault())
        .resolve()
        .unwrap();
    assert_eq!(weak.get(&HOST), Some("https://profile.example"));
    let strong = machine
        .resolver()
        .provider(Place::BeforeProfile, vault())
        .resolve()
        .unwrap();
    assert_eq!(
        (strong.get(&HOST), strong.profile()),
        (Some("https://vault.example"), None)
    );
}

#[test]
fn plain_values_of_a_provider_become_texts_and_others_are_refused() {
    let machine = Machine::new("");
    let workspace = |value: figment::value::Value| {
        let vault = Vault(Ok(Dict::from([("workspace_id".to_owned(), value)])));
        machine
            .resolver()
            .provider(Place::Strongest, vault)
            .resolve()
    };
    for (value, text) in [
        (42_u64.into(), Some("42")),
        ((-1_i32).into(), Some("-1")),
        (true.into(), Some("true")),
        (vec!["a", "b"].into(), Some("a,b")),
        ("".into(), None),
    ] {
        assert_eq!(workspace(value).unwrap().get(&WORKSPACE_ID), text);
    }
    for value in [
        Dict::from([("canary".to_owned(), "canary".into())]).into(),
        1.5_f64.into(),
    ] {
        let error = workspace(value).unwrap_err();
        insta::allow_duplicates! { insta::assert_snapshot!(machine.shown(&error), @r"
        config: `workspace_id` must be a text, a whole number, true or false, or a list of texts
          workspace_id: vault
        "); }
    }
}

#[test]
fn the_words_of_a_failing_provider_are_not_passed_on() {
    let failure = figment::Error::from("found canary where none was expected".to_owned());
    let machine = Machine::new("");
    let error = machine
        .resolver()
        .provider(Place::Strongest, Vault(Err(failure)))
        .resolve()
        .unwrap_err();
    assert!(!format!("{error:?}").contains("canary"));
    insta::assert_snapshot!(machine.shown(&error), @r"
    config: the configuration provider `vault` failed
      hint: check the source it reads; its own words may hold values and are left out
    ");
}

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
