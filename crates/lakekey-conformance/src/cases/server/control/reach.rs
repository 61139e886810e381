//! S-CT-05: who can reach the control API.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http::Request;
use http::header::{AUTHORIZATION, HOST};
use lakekey_mock::Setup;
use url::Url;

use super::desk::Desk;
use crate::case::{Finding, Wrong, holds, same, there};
use crate::doors;
use crate::probe::{Probe, Server, folder};

/// Only a holder of the token, from this machine and under its own name, and through no client.
pub(super) fn only_with_the_token(probe: &mut Probe) -> Finding {
    let server = probe.listening(Setup::workspace())?;
    let desk = Desk::of(&server)?;
    let port = there("the control port", Url::parse(&desk.url)?.port())?;
    same(
        "with everything",
        ask(&server, &desk.url, &desk.token, "127.0.0.1")?,
        200,
    )?;
    let public = desk
        .url
        .replace(&format!(":{port}/"), &format!(":{}/", port_of(&server)?));
    same(
        "on the public port",
        ask(&server, &public, &desk.token, "127.0.0.1")?,
        404,
    )?;
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
    ] {
        let status = ask(&server, &desk.url, &desk.token, host)?;
        same("under another name", status, 403).map_err(|wrong| wrong.during(host))?;
    }
    let last = desk.token.len() - 1;
    for token in [
        "",
        "wrong",
        &desk.token[..last],
        &format!("{}x", desk.token),
    ] {
        same(
            "with another token",
            ask(&server, &desk.url, token, "127.0.0.1")?,
            403,
        )?;
    }
    let other = Desk::of(&probe.listening(Setup::workspace())?)?;
    holds(other.token != desk.token, "two servers have one token")?;
    not_from_elsewhere(port)?;
    in_no_client()?;
    probe.saw(403);
    Ok(())
}

fn ask(server: &Server, root: &str, token: &str, host: &str) -> Finding<u16> {
    let request = Request::get(format!("{root}/state"))
        .header(HOST, host)
        .header(AUTHORIZATION, format!("Bearer {token}"));
    Ok(server.send(request.body(Vec::new())?)?.status().as_u16())
}

fn port_of(server: &Server) -> Finding<u16> {
    there("the port", Url::parse(server.url())?.port())
}

/// Nobody listens on the address that this machine has in its network, if it is in one.
fn not_from_elsewhere(port: u16) -> Finding {
    let Ok(address) = doors::own_address() else {
        return Ok(());
    };
    let reached = doors::connect(SocketAddr::new(address, port));
    holds(
        address.is_loopback() || reached.is_err(),
        format!("the control API answers at {address}"),
    )
}

/// No compiled crate that an application links against knows the ways of the control API.
fn in_no_client() -> Finding {
    let crates = compiled()?;
    let of = |name: &str| {
        let stem = format!("liblakekey_{name}-");
        crates
            .iter()
            .filter(move |path| file_name(path).starts_with(&stem))
    };
    let mock = of("mock")
        .map(|path| has_ways(path))
        .collect::<Finding<Vec<_>>>()?;
    holds(
        mock.contains(&true),
        "the scan does not find them in the mock",
    )?;
    for path in crates.iter().filter(|path| is_client(path)) {
        holds(
            !has_ways(path)?,
            format!("`{}` knows the control API", file_name(path)),
        )?;
    }
    Ok(())
}

/// The compiled crates of lakekey beside this program.
fn compiled() -> Finding<Vec<PathBuf>> {
    let mut found = doors::list(&folder()?.join("deps"))?;
    found.retain(|path| {
        let is_library = path.extension().is_some_and(|kind| kind == "rlib");
        is_library && file_name(path).starts_with("liblakekey")
    });
    holds(!found.is_empty(), "no compiled crate was found")?;
    Ok(found)
}

fn is_client(path: &Path) -> bool {
    let name = file_name(path);
    CLIENT
        .iter()
        .any(|client| name.starts_with(&format!("lib{client}-")))
}

fn has_ways(path: &Path) -> Finding<bool> {
    let bytes = doors::read(path)?.ok_or_else(|| Wrong::new("a compiled crate has gone"))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(WAYS.iter().any(|way| text.contains(way)))
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What an application links against.
const CLIENT: [&str; 7] = [
    "lakekey",
    "lakekey_cloud",
    "lakekey_config",
    "lakekey_core",
    "lakekey_endpoints",
    "lakekey_oauth",
    "lakekey_store",
];
/// Parts of the control API that nothing else is called like.
const WAYS: [&str; 3] = ["keys/rotate", "state_hash", "x-client-stream"];
