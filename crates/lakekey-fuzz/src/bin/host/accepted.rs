//! What holds for every accepted host, and for the targets made from it.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use lakekey_endpoints::{AccountId, Host, Pasted, Target, WorkspaceId};
use url::Url;

pub(crate) fn property(text: &str, pasted: &Pasted) {
    let host = &pasted.host;
    is_canonical(host);
    is_safe(host);
    is_what_others_connect_to(host);
    is_the_name_that_was_written(text, host);
    is_the_same_with_more_around(text, pasted);
    keeps_ids(pasted);
    targets_stay_on(pasted);
}

/// The text of a host is scheme, name and port, and parses to the same host.
fn is_canonical(host: &Host) {
    let text = host.to_string();
    assert_eq!(text.parse().as_ref(), Ok(host));
    let authority = text.strip_prefix(host.url().scheme());
    let authority = authority.and_then(|rest| rest.strip_prefix("://"));
    let authority = authority.expect("it begins with its scheme");
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    assert!(authority.bytes().all(fits), "{text:?}");
    let port = host.port().map(|port| format!(":{port}"));
    let name_and_port = format!("{}{}", host.name(), port.unwrap_or_default());
    assert_eq!(authority, name_and_port);
    assert_ne!(host.port(), Some(0));
}

/// `https`, or `http` to this machine, as a second judge sees it.
fn is_safe(host: &Host) {
    let name = host.name();
    let is_ipv4 = |name: &str| name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    let is_ipv6 = |name: &str| name.parse() == Ok(Ipv6Addr::LOCALHOST);
    let is_loopback = name == "localhost"
        || name.ends_with(".localhost")
        || is_ipv4(name)
        || is_ipv6(name.trim_matches(['[', ']']));
    assert_eq!(host.is_loopback(), is_loopback, "{host}");
    let scheme = host.url().scheme();
    assert!(
        scheme == "https" || scheme == "http" && is_loopback,
        "{host}"
    );
}

/// Two other readers of URLs see this name and port, and nothing beside them.
fn is_what_others_connect_to(host: &Host) {
    let text = host.as_str();
    let url = Url::parse(text).expect("it is a URL");
    assert_eq!(&url, host.url());
    assert!(host.same_origin(&url));
    assert_eq!((url.path(), url.query(), url.fragment()), ("/", None, None));
    assert_eq!((url.username(), url.password()), ("", None));
    let uri: Uri = text.parse().expect("it is a URI");
    assert_eq!(uri.host(), Some(host.name()));
    assert_eq!(uri.port_u16(), host.port());
    assert_eq!(uri.path(), "/");
}

/// A plain name stays that name, whatever follows it.
fn is_the_name_that_was_written(text: &str, host: &Host) {
    let text = text.trim();
    let after_scheme = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let rest = after_scheme("https://").or_else(|| after_scheme("http://"));
    let authority = rest.unwrap_or(text).split(['/', '?', '#']).next();
    let authority = authority.unwrap_or_default();
    let name = authority.split(':').next().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| label.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if name.bytes().all(is_plain) && name.rsplit('.').next().is_some_and(is_label) {
        assert_eq!(host.name(), name.to_ascii_lowercase(), "{text:?}");
    }
}

fn is_the_same_with_more_around(text: &str, pasted: &Pasted) {
    assert_eq!(format!(" \t{text}\r\n ").parse().as_ref(), Ok(pasted));
    if !text.contains(['/', '?', '#']) {
        let longer = format!("{}/jobs?view=list#latest", text.trim_end());
        assert_eq!(longer.parse().as_ref(), Ok(pasted));
    }
}

/// Ids fit into a path, and a URL that carries them gives them back.
fn keeps_ids(pasted: &Pasted) {
    let Pasted {
        host,
        account_id,
        workspace_id,
        ..
    } = pasted;
    let mut url = host.url().clone();
    if let Some(id) = account_id {
        url.query_pairs_mut().append_pair("a", id.as_str());
    }
    if let Some(id) = workspace_id {
        url.query_pairs_mut().append_pair("w", id.as_str());
    }
    assert_eq!(Host::parse_pasted(url.as_str()).as_ref(), Ok(pasted));
    let ids = account_id.as_ref().map(AccountId::as_str).into_iter();
    for id in ids.chain(workspace_id.as_ref().map(WorkspaceId::as_str)) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(!id.is_empty() && id.bytes().all(fits), "{id:?}");
    }
}

/// Whatever is made from a host has its origin.
fn targets_stay_on(pasted: &Pasted) {
    let host = &pasted.host;
    let account = pasted.account_id.clone();
    let account = account.unwrap_or_else(|| "abc-123".parse().expect("it is an id"));
    let workspace = pasted.workspace_id.clone();
    let mut targets = vec![
        Target::workspace(host.clone()),
        Target::account(host.clone(), account.clone()),
        Target::unified(host.clone(), account, workspace.clone()),
    ];
    let ids = (pasted.account_id.clone(), workspace);
    match Target::classify(host.clone(), ids.0, ids.1, None) {
        Ok(target) => targets.push(target),
        Err(_) => assert!(host.is_accounts() && pasted.account_id.is_none(), "{host}"),
    }
    for target in targets {
        stays_on(&target, host);
    }
}

fn stays_on(target: &Target, host: &Host) {
    assert_eq!(target.host(), host);
    let issuer = target.issuer();
    let mut urls = vec![
        Url::parse(&issuer).expect("an issuer is a URL"),
        target.metadata_url(),
        target.host_metadata_url(),
    ];
    if let Some(endpoints) = target.endpoints() {
        assert_eq!(endpoints.issuer(), issuer);
        urls.extend([endpoints.authorization(), endpoints.token()].map(Clone::clone));
    }
    for url in urls {
        assert!(host.same_origin(&url), "{url}");
        assert!(!url.path().contains("//"), "{url}");
        assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
    }
}
