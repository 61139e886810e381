//! Account ids, before they enter an address.

use std::sync::LazyLock;

use lakekey::{AccountId, Code};
use lakekey_mock::Setup;
use lakekey_store::{Key, TokenStore};
use serde::Deserialize;

use super::super::support::{Library, failed_as, refused};
use crate::case::{Case, Finding, holds, same};
use crate::probe::Probe;

pub(super) const CASE: Case = Case::each(
    "C-DISC-07",
    &[
        ("dotdot", each_text),
        ("slash", each_text),
        ("query", each_text),
        ("fragment", each_text),
        ("encoded-dots", each_text),
        ("empty", empty),
        ("long", each_text),
        ("upper", each_text),
        ("spaces", each_text),
    ],
);

/// A text in the place of an account id: `fixtures/account-ids.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    variant: String,
    text: String,
    /// The id it is read as; missing if it is refused.
    becomes: Option<String>,
}

fn each_text(probe: &mut Probe) -> Finding {
    let rows: Vec<_> = ROWS
        .iter()
        .filter(|row| row.variant == probe.variant())
        .collect();
    holds(
        !rows.is_empty(),
        "no row of the table is about this variant",
    )?;
    for row in rows {
        let checked = match &row.becomes {
            Some(id) => accepted(probe, &row.text, id),
            None => rejected(probe, &row.text),
        };
        checked.map_err(|wrong| wrong.during(format_args!("{:?}", row.text)))?;
    }
    Ok(())
}

/// URL, issuer and store key agree on how the id is written.
fn accepted(probe: &mut Probe, text: &str, id: &str) -> Finding {
    let server = probe.server(Setup::account(id));
    let library = Library::at(&server)?;
    let credentials = library.builder().host(ACCOUNTS).account_id(text).build()?;
    let attempt = library.start(&credentials)?;
    same(
        "the path",
        attempt.url().path(),
        format!("/oidc/accounts/{id}/v1/authorize"),
    )?;
    same(
        "the issuer",
        attempt.target().issuer(),
        format!("{ACCOUNTS}/oidc/accounts/{id}"),
    )?;
    library.finish(attempt)??;
    same("token requests", server.token_posts().len(), 1)?;
    probe.counts(1);
    let key = Key::new(format!("{ACCOUNTS}/oidc/accounts/{id}"));
    holds(
        library.store.load(&key)?.is_some(),
        format!("no token is kept under `{key}`"),
    )?;
    probe.saw("ok");
    Ok(())
}

/// Neither the library nor the command sends anything or names an address to open.
fn rejected(probe: &mut Probe, text: &str) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    for host in [ACCOUNTS, server.url()] {
        let credentials = library.builder().host(host).account_id(text).build();
        refused(probe, credentials, Code::InvalidAccountId)?;
    }
    same("requests of the library", server.requests().len(), 0)?;
    at_a_terminal(probe, text, Code::InvalidAccountId)
}

/// To the library an empty value is none; to the command it is a mistake.
fn empty(probe: &mut Probe) -> Finding {
    same(
        "whether it is an id",
        "".parse::<AccountId>().map_err(|error| error.code()),
        Err("invalid_account_id"),
    )?;
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let credentials = library.builder().host(ACCOUNTS).account_id("").build()?;
    refused(probe, library.start(&credentials), Code::Usage)?;
    same("requests of the library", server.requests().len(), 0)?;
    at_a_terminal(probe, "", Code::Usage)?;
    probe.saw("invalid_account_id");
    Ok(())
}

fn at_a_terminal(probe: &mut Probe, text: &str, code: Code) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let host = server.url_of("accounts.localhost");
    let account = format!("--account-id={text}");
    let words = [
        "auth",
        "login",
        "--no-browser",
        "--output",
        "json",
        "--host",
        &host,
        &account,
    ];
    let outcome = probe.lakekey(&words)?.run()?;
    failed_as(&outcome, code)?;
    holds(
        !outcome.stderr.contains("code_challenge"),
        "an address to open was printed",
    )?;
    same("requests of the command", server.requests().len(), 0)
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Table {
        row: Vec<Row>,
    }
    let text = include_str!("../../../../../../fixtures/account-ids.toml");
    toml::from_str::<Table>(text)
        .expect("the table of account ids is in order")
        .row
});

const ACCOUNTS: &str = "https://accounts.example.com";
