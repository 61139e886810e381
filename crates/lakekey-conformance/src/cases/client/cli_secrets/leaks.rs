//! Every command, as it succeeds and as it fails, at the highest level of logs.
//!
//! What it prints is searched by the harness, like that of every other case; this one also searches the files.

use lakekey::TOKEN;
use lakekey_mock::{Endpoint, Fault, M2M_CLIENT_ID, M2M_CLIENT_SECRET, Setup};

use super::super::desk::{Desk, expire};
use super::super::support::{attempt_login, form_of};
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::{Outcome, PROFILES, Probe, Server, TOKEN_CACHE, header};

pub(super) const CASES: &[Case] = &[Case::one("C-SEC-01", no_secret_anywhere)];

fn no_secret_anywhere(probe: &mut Probe) -> Finding {
    a_person(probe)?;
    servers_that_repeat(probe)?;
    by_hand(probe)?;
    a_service_principal(probe)?;
    a_personal_token(probe)?;
    files(probe)?;
    probe.saw("ok");
    Ok(())
}

/// A sign-in, and all that can be done with it. The token itself is asked for by nobody yet, so that it may
/// stand nowhere.
fn a_person(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let words = [
        "auth",
        "login",
        "--no-browser",
        "--host",
        server.url(),
        "--profile=dev",
    ];
    for format in FORMATS {
        signed_in(probe, &[&words, format].concat())?;
        for command in COMMANDS {
            // Options first: what follows `--` is another command.
            let words = [&["--profile=dev"], format, command].concat();
            let outcome = each(probe, &words, &[])?;
            let fails = command.contains(&"/api/2.0/nothing");
            holds(fails != (outcome.exit == Some(0)), outcome.stderr)?;
        }
        expire(probe)?;
        each(
            probe,
            &[&["auth", "describe", "--profile=dev"], format].concat(),
            &[],
        )?;
    }
    holds(
        server.with(|mock| mock.secrets()).len() > 10,
        "the server has hardly any secret",
    )?;
    let words = ["auth", "exec", "--profile=dev", "--serve", "--", "true"];
    each(probe, &words, &[])?;
    each(
        probe,
        &["auth", "logout", "--profile=dev", "--output=json"],
        &[],
    )?;
    Ok(())
}

/// The state stands in the address, which the person needs, and nowhere else.
fn signed_in(probe: &mut Probe, words: &[&str]) -> Finding {
    let mut running = probe.lakekey(words)?.start()?;
    let address = running.authorization_url()?;
    let state = form_of(&address.parse()?).get("state").map(str::to_owned);
    let state = there("the state", state)?;
    let page = probe.browser().open(&address)?;
    holds(
        !String::from_utf8_lossy(page.body()).contains(&state),
        "the state is on the page",
    )?;
    let outcome = running.finish()?;
    outcome.went_well()?;
    let with_state = outcome.stderr.lines().filter(|line| line.contains(&state));
    same(
        "the lines with the state",
        with_state.collect::<Vec<_>>(),
        vec![address.as_str()],
    )?;
    holds(!outcome.stdout.contains(&state), "the state is in the JSON")?;
    let files = probe.home()?.files_with(&state)?;
    same("the files with the state", files.len(), 0)
}

/// Answers that give back what was sent, in every member that somebody might show.
fn servers_that_repeat(probe: &mut Probe) -> Finding {
    for place in PLACES {
        for refuses in [true, false] {
            let fault = || repeating(place, refuses).on(Endpoint::Token);
            let server = probe.listening(Setup::workspace())?;
            server.inject(fault())?;
            for format in FORMATS {
                let words = ["auth", "login", "--host", server.url(), "--profile=r"];
                let lakekey = probe.lakekey(&[&words, format].concat())?;
                attempt_login(probe, lakekey)?;
            }
            let desk = Desk::quiet(probe, &["r"])?;
            desk.server.inject(fault())?;
            for format in FORMATS {
                expire(probe)?;
                let words = ["auth", "describe", "--profile=r"];
                each(probe, &[&words, format].concat(), &[])?;
                let words = ["api", "get", "/api/2.0/clusters/list", "--profile=r"];
                each(probe, &[&words, format].concat(), &[])?;
            }
        }
    }
    Ok(())
}

fn repeating(place: &str, refuses: bool) -> Fault {
    let repeats = |fault: Fault| fault.and("token.echo_secret").param("where", place);
    if refuses {
        repeats(Fault::new("token.error").param("error", "invalid_grant"))
    } else {
        Fault::new("token.echo_secret").param("where", place)
    }
}

/// The manual route, as far as it prints no token: the code is refused.
fn by_hand(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    server.inject(repeating("error_description", true).on(Endpoint::Token))?;
    let pkce = each(
        probe,
        &["oauth", "pkce", "--verifier-file=secret-verifier"],
        &[],
    )?;
    let values: serde_json::Value = serde_json::from_str(&pkce.stdout)?;
    let value = |name: &str| there(name, values[name].as_str()).map(str::to_owned);
    let (challenge, state) = (value("challenge")?, value("state")?);
    let place = ["--host", server.url()];
    let words = [
        "oauth",
        "authorize-url",
        "--challenge",
        &challenge,
        "--state",
        &state,
    ];
    let address = each(probe, &[&words[..], &place].concat(), &[])?.stdout;
    let answer = probe.browser().look(address.trim())?;
    probe
        .home()?
        .write("secret-redirect", header(&answer, "location"))?;
    let files = [
        "--verifier-file=secret-verifier",
        "--redirect-url-file=secret-redirect",
    ];
    for state in [&state, "another-state"] {
        let words = [&["oauth", "exchange", "--state", state][..], &files, &place].concat();
        let outcome = each(probe, &words, &[])?;
        holds(outcome.exit != Some(0), "the code was taken")?;
    }
    probe.home()?.write("secret-refresh", RENEWING)?;
    probe.secret(RENEWING);
    let words = ["oauth", "refresh", "--refresh-token-file=secret-refresh"];
    each(probe, &[&words[..], &place].concat(), &[])?;
    each(probe, &[&words[..], &place, &["--curl"]].concat(), &[])?;
    Ok(())
}

/// With the right secret and with a wrong one.
fn a_service_principal(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    probe.secret(M2M_CLIENT_SECRET);
    probe.secret(WRONG);
    for secret in [M2M_CLIENT_SECRET, WRONG] {
        let environment = [
            ("DATABRICKS_HOST", server.url()),
            ("DATABRICKS_CLIENT_ID", M2M_CLIENT_ID),
            ("DATABRICKS_CLIENT_SECRET", secret),
        ];
        for repeats in [false, true] {
            if repeats {
                let fault = repeating("error_description", true);
                server.inject(fault.on(Endpoint::Token))?;
            }
            for format in FORMATS {
                for command in QUESTIONS {
                    each(probe, &[format, command].concat(), &environment)?;
                }
            }
            server.clear_faults();
        }
    }
    Ok(())
}

/// In the environment and in a profile; with a broken line in it, too.
fn a_personal_token(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    probe.secret(PERSONAL);
    probe.secret(WRONG);
    server.with(|mock| {
        mock.setup().users[0]
            .personal_tokens
            .push(PERSONAL.to_owned());
    });
    for token in [PERSONAL, WRONG] {
        let host = ("DATABRICKS_HOST", server.url());
        in_both(probe, &server, token, host)?;
    }
    let broken = format!(
        "[pat]\nhost = {}\n{PERSONAL}\ntoken {PERSONAL}\n",
        server.url()
    );
    probe.home()?.write(PROFILES, broken)?;
    for format in FORMATS {
        for command in QUESTIONS {
            each(probe, &[command, &["--profile=pat"], format].concat(), &[])?;
        }
    }
    probe.home()?.remove(PROFILES)
}

fn in_both(probe: &mut Probe, server: &Server, token: &str, host: (&str, &str)) -> Finding {
    let profile = format!("[pat]\nhost = {}\ntoken = {token}\n", server.url());
    probe.home()?.write(PROFILES, profile)?;
    let variable = there("the variable", TOKEN.env_names().first())?;
    for format in FORMATS {
        for command in QUESTIONS {
            each(
                probe,
                &[command, format].concat(),
                &[host, (variable, token)],
            )?;
            each(probe, &[command, &["--profile=pat"], format].concat(), &[])?;
        }
        each(probe, &[&["auth", "profiles"], format].concat(), &[])?;
    }
    Ok(())
}

/// All files but those that are there to keep secrets.
fn files(probe: &mut Probe) -> Finding {
    let names = probe.home()?.names("")?;
    let mut searched = 0;
    for name in names {
        let path = probe.home()?.file(&name);
        let keeps_secrets = name == TOKEN_CACHE || name.starts_with("secret-");
        if keeps_secrets || !path.is_file() {
            continue;
        }
        let bytes = doors::read(&path)?.unwrap_or_default();
        probe.printed(&format!("the file {name}"), String::from_utf8_lossy(&bytes));
        searched += 1;
    }
    holds(searched > 3, format!("there are only {searched} files"))
}

/// Runs a command, whatever comes of it; a panic is never what should.
fn each(probe: &mut Probe, words: &[&str], environment: &[(&str, &str)]) -> Finding<Outcome> {
    let mut lakekey = probe.lakekey(words)?;
    for (name, value) in LOUD.iter().chain(environment) {
        lakekey = lakekey.env(name, value);
    }
    let outcome = lakekey.run()?;
    let panicked = outcome.stderr.contains("panicked");
    holds(
        !panicked,
        format!("{} panics:\n{}", words.join(" "), outcome.stderr),
    )?;
    Ok(outcome)
}

const FORMATS: [&[&str]; 2] = [&["--output=text"], &["--output=json"]];
/// What a login is good for, without a token on standard output.
const COMMANDS: [&[&str]; 7] = [
    &["auth", "describe"],
    &["auth", "explain", "--all"],
    &["auth", "env"],
    &["auth", "storage", "show"],
    &["api", "get", "/api/2.0/clusters/list"],
    &["api", "get", "/api/2.0/nothing"],
    &["auth", "exec", "--", "true"],
];
/// What is asked about a token that is given.
const QUESTIONS: [&[&str]; 4] = [
    &["auth", "describe"],
    &["auth", "explain", "--all"],
    &["api", "get", "/api/2.0/clusters/list"],
    &["auth", "token"],
];
/// Members of an answer that could be shown.
const PLACES: [&str; 6] = [
    "error_description",
    "error",
    "error_uri",
    "token_type",
    "scope",
    "expires_in",
];
/// Whatever makes programs say more.
const LOUD: &[(&str, &str)] = &[
    ("RUST_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
    ("RUST_LIB_BACKTRACE", "1"),
    ("DATABRICKS_LOG_LEVEL", "trace"),
    ("DATABRICKS_DEBUG_TRUNCATE_BYTES", "100000"),
    ("DATABRICKS_DEBUG_HEADERS", "true"),
    ("DEBUG", "1"),
];
const RENEWING: &str = "doau-0123456789-zyxwvuts-canary";
const PERSONAL: &str = "dapi-canary-of-a-personal-token";
const WRONG: &str = "dose-canary-of-a-wrong-secret";
