//! What the program says when it is ready.

use std::{
    collections::BTreeMap,
    io::{Result, Write},
    path::PathBuf,
};

use serde_json::json;

use super::{Args, Output};
use crate::{
    Consent, DEFAULT_ACCOUNT_ID, DEFAULT_WORKSPACE_ID, Listening, M2M_CLIENT_ID, M2M_CLIENT_SECRET,
    PUBLIC_CLIENT_ID,
};

/// Where a mock is.
pub(super) struct Place {
    url: String,
    accounts_url: String,
    control_url: String,
    control_token: String,
    inspector: String,
    ca_file: Option<PathBuf>,
}

impl Place {
    pub(super) fn of(listening: &Listening, ca_file: Option<PathBuf>) -> Self {
        Self {
            url: listening.url(),
            accounts_url: listening.url_of("accounts.localhost"),
            control_url: listening.control_url(),
            control_token: listening.control_token().to_owned(),
            inspector: listening.inspector_url(),
            ca_file,
        }
    }
}

/// Tells programs and people where the mock is.
pub(super) fn announce(
    args: &Args,
    place: &Place,
    data: &mut dyn Write,
    talk: &mut dyn Write,
) -> Result<()> {
    if args.output == Output::Json {
        let line = json!({
            "url": place.url,
            "control_url": place.control_url,
            "control_token": place.control_token,
            "inspector": place.inspector,
            "ca_file": place.ca_file,
            "env": environment(args, place).into_iter().chain(login()).collect::<BTreeMap<_, _>>(),
        });
        writeln!(data, "{line}")?;
        return data.flush();
    }
    let mut lines = environment(args, place);
    if args.print_env {
        lines.extend(login());
    } else {
        explain(args, place, talk)?;
    }
    let line = |(name, value): (&str, String)| {
        format!("export {name}='{}'\n", value.replace('\'', "'\\''"))
    };
    // At once: whoever has read the first line may have closed the pipe.
    let lines: String = lines.into_iter().map(line).collect();
    data.write_all(lines.as_bytes())?;
    data.flush()
}

fn explain(args: &Args, place: &Place, talk: &mut dyn Write) -> Result<()> {
    let what = match (args.unified, &args.account) {
        (true, _) => "a unified host",
        (false, Some(_)) => "the accounts console",
        (false, None) => "a workspace",
    };
    writeln!(talk, "The mock is {what} at {}", place.url)?;
    if what == "a workspace" {
        writeln!(
            talk,
            "The accounts console is at {}, account {DEFAULT_ACCOUNT_ID}",
            place.accounts_url
        )?;
    }
    writeln!(
        talk,
        "Clients: {PUBLIC_CLIENT_ID} for people, {M2M_CLIENT_ID} for programs"
    )?;
    writeln!(
        talk,
        "Sign-in: {}",
        match args.consent {
            Consent::Ask => "a page in the browser asks, no password is needed",
            Consent::Approve => "approved at once",
            Consent::Deny => "declined at once",
        }
    )?;
    if let Some(path) = &place.ca_file {
        writeln!(talk, "Its certificates are signed by {}", path.display())?;
    }
    writeln!(talk, "See and steer it at {}", place.inspector)?;
    writeln!(
        talk,
        "Nothing here is real. Ctrl-C stops it. For another shell:\n"
    )?;
    talk.flush()
}

fn environment(args: &Args, place: &Place) -> Vec<(&'static str, String)> {
    let account = args
        .account
        .clone()
        .or(args.unified.then(|| DEFAULT_ACCOUNT_ID.to_owned()));
    let ca = place
        .ca_file
        .as_ref()
        .map(|path| path.display().to_string());
    let workspace = args.unified.then(|| DEFAULT_WORKSPACE_ID.to_owned());
    std::iter::once(("DATABRICKS_HOST", place.url.clone()))
        .chain(account.map(|id| ("DATABRICKS_ACCOUNT_ID", id)))
        .chain(workspace.map(|id| ("DATABRICKS_WORKSPACE_ID", id)))
        .chain(
            ca.into_iter()
                .flat_map(|path| CA_NAMES.map(|name| (name, path.clone()))),
        )
        .collect()
}

/// What an SDK needs beside the place. The type is pinned, so that nothing else in the environment counts.
fn login() -> [(&'static str, String); 3] {
    [
        ("DATABRICKS_AUTH_TYPE", "oauth-m2m".to_owned()),
        ("DATABRICKS_CLIENT_ID", M2M_CLIENT_ID.to_owned()),
        ("DATABRICKS_CLIENT_SECRET", M2M_CLIENT_SECRET.to_owned()),
    ]
}

/// Where clients look for authorities: Go and OpenSSL, Python, Node and curl. A JVM has no such variable.
const CA_NAMES: [&str; 4] = [
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
];

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn spoken(arguments: &[&str]) -> (String, String) {
        let args = Args::parse_from(std::iter::once(&"lakekey-mock").chain(arguments));
        let place = Place {
            url: "http://127.0.0.1:8080".to_owned(),
            accounts_url: "http://accounts.localhost:8080".to_owned(),
            control_url: "http://127.0.0.1:8081/ns/default".to_owned(),
            control_token: "secret".to_owned(),
            inspector: "http://127.0.0.1:8081/inspector#token=secret&ns=default".to_owned(),
            ca_file: args.tls.then(|| PathBuf::from("/tmp/ca.pem")),
        };
        let (mut data, mut talk) = (Vec::new(), Vec::new());
        announce(&args, &place, &mut data, &mut talk).unwrap();
        (
            String::from_utf8(data).unwrap(),
            String::from_utf8(talk).unwrap(),
        )
    }

    #[test]
    fn tells_a_person_where_the_workspace_is() {
        let (data, talk) = spoken(&[]);
        insta::assert_snapshot!(format!("{talk}{data}"));
    }

    #[test]
    fn tells_a_shell_about_an_account_with_tls() {
        let (data, talk) = spoken(&["--account", "ac-1", "--tls", "--print-env"]);
        assert_eq!(talk, "");
        insta::assert_snapshot!(data);
    }

    #[test]
    fn tells_a_program_in_one_line() {
        let (data, talk) = spoken(&["--output", "json"]);
        assert_eq!(talk, "");
        insta::assert_snapshot!(data);
    }
}
