//! Client cases of the area `authz-request`: what the browser is sent to ask for.

mod states;

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;

use lakekey_mock::{DEFAULT_ACCOUNT_ID, Endpoint, Fault, Recorded, Setup};
use url::Url;

use super::support::{form_of, login};
use crate::case::{Case, Finding, holds, same, there};
use crate::doors;
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[
    Case::one("C-REQ-01", parameters),
    Case::each(
        "C-REQ-02",
        &[("account", account), ("workspace", workspace)],
    ),
    states::CASE,
    Case::one("C-REQ-04", redirect_uri),
];

fn parameters(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let address = login(probe, &["--host", server.url()])?;
    let form = form_of(&address);
    let mut names = form.names();
    names.sort_unstable();
    same("the parameters", names, REQUIRED.to_vec())?;
    same("response_type", form.get("response_type"), Some("code"))?;
    same("client_id", form.get("client_id"), Some("databricks-cli"))?;
    same(
        "code_challenge_method",
        form.get("code_challenge_method"),
        Some("S256"),
    )?;
    for name in REQUIRED {
        holds(form.get(name) != Some(""), format!("`{name}` is empty"))?;
    }
    let scopes: BTreeSet<_> = form.get("scope").unwrap_or_default().split(' ').collect();
    same(
        "the scopes",
        scopes,
        BTreeSet::from(["all-apis", "offline_access"]),
    )?;
    same("the fragment", address.fragment(), None)?;
    for secret in server.with(|mock| mock.secrets()) {
        holds(
            !address.as_str().contains(&secret),
            "the address holds a secret",
        )?;
    }
    probe.saw("ok");
    Ok(())
}

/// The metadata would answer with an error, so a client that asked for it would fail.
fn account(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let host = server.url_of("accounts.localhost");
    let issuer = format!("/oidc/accounts/{DEFAULT_ACCOUNT_ID}");
    server.inject(Fault::new("disco.status").param("status", 500))?;
    let metadata = server.get(&format!(
        "{host}{issuer}/.well-known/oauth-authorization-server"
    ))?;
    same(
        "the status of the metadata",
        metadata.status().as_u16(),
        500,
    )?;
    let address = login(
        probe,
        &["--host", &host, "--account-id", DEFAULT_ACCOUNT_ID],
    )?;
    same(
        "where the browser is sent",
        without_query(&address),
        format!("{host}{issuer}/v1/authorize"),
    )?;
    same(
        "metadata requests, this check's included",
        server.requests_for(Endpoint::Metadata).len(),
        1,
    )?;
    same(
        "where the code is sent",
        asked_at(&token_post(&server)?)?,
        format!("{host}{issuer}/v1/token"),
    )?;
    probe.saw("ok");
    Ok(())
}

/// The query of the advertised addresses shows that they were read and not guessed.
fn workspace(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let authorize = format!("{}/oidc/v1/authorize?from=metadata", server.url());
    let token = format!("{}/oidc/v1/token?from=metadata", server.url());
    let advertised = Fault::new("disco.set").param("authorization_endpoint", &authorize);
    server.inject(advertised.param("token_endpoint", &token))?;
    let address = login(probe, &["--host", server.url()])?;
    holds(
        address.as_str().starts_with(&format!("{authorize}&")),
        format!("the browser is sent to `{address}`"),
    )?;
    let metadata = server.requests_for(Endpoint::Metadata);
    let paths: Vec<_> = metadata.iter().map(Recorded::path).collect();
    same(
        "where the metadata was asked for",
        paths,
        vec!["/oidc/.well-known/oauth-authorization-server"],
    )?;
    same(
        "where the code is sent",
        asked_at(&token_post(&server)?)?,
        token,
    )?;
    probe.saw("ok");
    Ok(())
}

/// The port is the first that is free, and it stands in both requests in the same words.
fn redirect_uri(probe: &mut Probe) -> Finding {
    let held = held_ports();
    holds(!held.is_empty(), "none of the ports could be taken")?;
    probe.fault_happened("env.port_taken");
    let server = probe.listening(Setup::workspace())?;
    let address = login(probe, &["--host", server.url()])?;
    let asked = there(
        "the redirect URI",
        form_of(&address).get("redirect_uri").map(str::to_owned),
    )?;
    let port = asked
        .strip_prefix("http://localhost:")
        .and_then(|port| port.parse::<u16>().ok());
    let port = there(&format!("the port in `{asked}`"), port)?;
    holds((8020..=8040).contains(&port), format!("the port is {port}"))?;
    holds(!held.contains_key(&port), format!("port {port} was taken"))?;
    same(
        "redirect_uri of the token request",
        token_post(&server)?.param("redirect_uri"),
        Some(asked),
    )?;
    probe.saw("ok");
    Ok(())
}

/// Takes some ports on both families. One that another sign-in on this machine has just then is left
/// out: that one may give it back before the command looks.
fn held_ports() -> BTreeMap<u16, Vec<TcpListener>> {
    let taken = TAKEN.map(|port| {
        let families = ["127.0.0.1", "::1"].into_iter();
        (
            port,
            families
                .filter_map(|family| doors::listen((family, port)).ok())
                .collect::<Vec<_>>(),
        )
    });
    taken.filter(|(_, sockets)| !sockets.is_empty()).collect()
}

fn without_query(address: &Url) -> String {
    let mut address = address.clone();
    address.set_query(None);
    address.into()
}

fn token_post(server: &Server) -> Finding<Recorded> {
    there("the token request", server.token_posts().pop())
}

/// The address a request was sent to.
fn asked_at(request: &Recorded) -> Finding<String> {
    let host = there("the host", request.header("host"))?;
    let uri = &request.request.uri();
    Ok(format!(
        "http://{host}{}",
        uri.path_and_query().map_or("/", |path| path.as_str())
    ))
}

const REQUIRED: [&str; 7] = [
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];
const TAKEN: std::ops::RangeInclusive<u16> = 8020..=8022;
