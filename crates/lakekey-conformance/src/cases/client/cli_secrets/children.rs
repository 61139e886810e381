//! What other programs and other users see of the command and of what it starts.

use std::path::Path;

use lakekey_mock::{Endpoint, Fault, Setup};

use super::super::desk::{Desk, expire, fine, token_words};
use super::super::opener::Opener;
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::{Lakekey, Probe};

pub(super) const CASES: &[Case] = &[Case::one("C-SEC-03", nothing_is_seen)];

fn nothing_is_seen(probe: &mut Probe) -> Finding {
    // The last one is for every program that needs the proxy.
    for (_, canary) in &SECRETS[..2] {
        probe.secret(canary);
    }
    sign_in(probe)?;
    renewal(probe)?;
    az(probe)?;
    executed(probe)?;
    probe.saw("ok");
    Ok(())
}

/// The browser gets the address and nothing else, and none of the secrets of the environment.
fn sign_in(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let opener = Opener::that(probe.home()?, "exit 0")?;
    let words = ["auth", "login", "--host", server.url()];
    let lakekey = with_secrets(opener.of(probe.lakekey(&words)?));
    let mut running = lakekey.start()?;
    let address = running.authorization_url()?;
    same(
        "what the browser was given",
        opener.wait()?,
        vec!["1".to_owned(), address.clone()],
    )?;
    let environment = Opener::environment(probe)?;
    let names = |name: &str| environment.iter().any(|line| line.starts_with(name));
    holds(
        names("PATH=") && names("HOME="),
        "the environment is not whole",
    )?;
    holds(
        names("HTTPS_PROXY=http://proxy.example.test"),
        "the proxy is gone",
    )?;
    let all = environment.join("\n");
    holds(
        !all.contains(CANARY) && !all.contains(PROXY_CANARY),
        "the browser has a secret",
    )?;
    process(probe, running.id())?;
    probe.browser().open(&address)?;
    running.finish()?.went_well()
}

/// While the token request is under way.
fn renewal(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    expire(probe)?;
    let gate = Fault::new("http.barrier").param("name", GATE);
    desk.server.inject(gate.on(Endpoint::Token).times(1))?;
    let running = with_secrets(probe.lakekey(&token_words("dev"))?).start()?;
    desk.server.wait_until_held(GATE, 1)?;
    process(probe, running.id())?;
    desk.server.release(GATE);
    let outcome = running.finish()?;
    fine(probe, &outcome)?;
    Ok(())
}

/// Fails unless the command line is what was asked for, and no memory of it can end on a disk. What else can be
/// seen of it is searched for secrets in the end.
fn process(probe: &mut Probe, id: u32) -> Finding {
    let read = |name: &str| -> Finding<String> {
        let bytes = there(name, doors::read(Path::new(&format!("/proc/{id}/{name}")))?)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let words = read("cmdline")?;
    holds(words.contains("\0auth\0"), "this is another process")?;
    holds(!words.contains(CANARY), "the command line has a secret")?;
    let environment = read("environ")?.replace(CANARY, "given by the case");
    probe.printed("the command line", words);
    probe.printed("the environment of the command", environment);
    let limits = read("limits")?;
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = there("the limit", core)?.split_whitespace().collect();
    same("the limits of a core file", &words[4..6], &["0", "0"][..])
}

/// The Azure CLI is asked without any secret of Databricks.
fn az(probe: &mut Probe) -> Finding {
    let home = probe.home()?;
    home.write("bin/az", STAND_IN)?;
    home.set_mode("bin/az", 0o755)?;
    let path = home.file("bin").display().to_string();
    let shell = std::env::split_paths(&doors::variable("PATH").unwrap_or_default())
        .map(|folder| folder.display().to_string())
        .fold(path, |all, folder| format!("{all}:{folder}"));
    let words = ["auth", "exec", "--", "true"];
    let lakekey = with_secrets(probe.lakekey(&words)?)
        .env("PATH", &shell)
        .env("DATABRICKS_AUTH_TYPE", "azure-cli")
        .env("DATABRICKS_HOST", "https://adb-1.2.azuredatabricks.net")
        .env("ARM_TENANT_ID", "00000000-0000-0000-0000-000000000001");
    let outcome = lakekey.run()?;
    outcome.went_well()?;
    let seen = there("what az saw", probe.home()?.read("az-saw")?)?;
    holds(
        seen.contains("get-access-token"),
        "az was not asked for a token",
    )?;
    // It needs the proxy, with its password.
    holds(seen.contains("HTTPS_PROXY="), "az has no environment")?;
    let own = seen.lines().any(|line| line.starts_with("DATABRICKS_"));
    holds(!own, "az has the variables of Databricks")
}

/// A command gets the access token, which it is meant to have, and nothing that it could be renewed with.
fn executed(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["run"])?;
    let words = [
        "auth",
        "exec",
        "--profile",
        "run",
        "--",
        "sh",
        "-c",
        "tr '\\0' '\\n' </proc/self/environ",
    ];
    let outcome = with_secrets(probe.lakekey(&words)?).run()?;
    outcome.went_well()?;
    let post = there(
        "the token request",
        desk.server.requests_for(Endpoint::Token).pop(),
    )?;
    let answer: serde_json::Value = serde_json::from_slice(&post.response_body)?;
    let token = there("the token", answer["access_token"].as_str())?;
    let line = format!("DATABRICKS_TOKEN={token}");
    holds(
        outcome.stdout.lines().any(|it| it == line),
        "the command has no token",
    )?;
    holds(
        !outcome.stdout.contains("DATABRICKS_CLIENT_SECRET"),
        "it has another login",
    )
}

fn with_secrets(lakekey: Lakekey) -> Lakekey {
    let set = |lakekey: Lakekey, (name, value): (&str, &str)| lakekey.env(name, value);
    SECRETS.into_iter().fold(lakekey, set)
}

const CANARY: &str = "canary-of-the-environment";
const PROXY_CANARY: &str = "proxy-password-canary";
const SECRETS: [(&str, &str); 3] = [
    ("DATABRICKS_TOKEN", "dapi-canary-of-the-environment"),
    ("DATABRICKS_CLIENT_SECRET", "dose-canary-of-the-environment"),
    (
        "HTTPS_PROXY",
        "http://me:proxy-password-canary@proxy.example.test:3128",
    ),
];
/// Writes down what it knows, and gives a token.
const STAND_IN: &str = r#"#!/bin/sh
{ echo "$@"; tr '\0' '\n' </proc/self/environ; } >>"$HOME/az-saw"
case "$2" in
show) echo '{"user": {"name": "me@example.com", "type": "user"}}' ;;
*) echo '{"accessToken": "eyJ.of.azure", "expires_on": 4102444800}' ;;
esac
"#;
const GATE: &str = "renewal";
