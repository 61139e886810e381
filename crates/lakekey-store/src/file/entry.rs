//! One entry of the file and the token it holds.

use std::time::{Duration, SystemTime};

use lakekey_core::{Secret, Token};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::document::{Members, push_members};
use super::expiry;
use super::text::push_text;

/// The token in the text of an entry, or what is wrong with it, in words that follow its name.
pub(crate) fn decode(entry: &str) -> Result<Token, String> {
    let members: Members<'_> =
        serde_json::from_str(entry).map_err(|_| "is not an object".to_owned())?;
    let access = text(&members, ACCESS)?.ok_or("has no access token")?;
    let refresh = text(&members, REFRESH)?;
    let mut token = Token::bearer(access);
    if let Some(token_type) = text(&members, TYPE)? {
        token = token.with_token_type(token_type.expose());
    }
    if let Some(lifetime) = members.get(LIFETIME).and_then(|it| it.get().parse().ok()) {
        token = token.with_lifetime(Duration::from_secs(lifetime));
    }
    if let Some(moment) = expiry_of(&members, refresh.is_some()) {
        token = token.expiring(moment);
    }
    Ok(match refresh {
        Some(refresh) => token.with_refresh(refresh),
        None => token,
    })
}

/// The text of an entry for a token; members of the old entry that lakekey does not know stay.
pub(crate) fn encode(token: &Token, old: Option<&str>) -> Zeroizing<String> {
    write(token, old, |entry, members| {
        push_members(entry, 6, members.iter().copied());
        entry.push_str("\n    ");
    })
}

/// The same on one line.
#[cfg(feature = "keyring")]
pub(crate) fn encode_compact(token: &Token, old: Option<&str>) -> Zeroizing<String> {
    write(token, old, push_compact)
}

/// Adds members without any space.
#[cfg(feature = "keyring")]
pub(crate) fn push_compact(text: &mut String, members: &[(&str, &str)]) {
    for (index, (name, value)) in members.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        push_text(text, name);
        text.push(':');
        text.push_str(value);
    }
}

fn write(
    token: &Token,
    old: Option<&str>,
    push: impl FnOnce(&mut String, &[(&str, &str)]),
) -> Zeroizing<String> {
    let old: Members<'_> = old
        .and_then(|old| serde_json::from_str(old).ok())
        .unwrap_or_default();
    let known = known(token);
    let rest = old
        .iter()
        .filter(|(name, _)| !KNOWN.contains(&name.as_str()));
    let members: Vec<_> = known
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain(rest.map(|(name, value)| (name.as_str(), value.get())))
        .collect();
    let size: usize = members
        .iter()
        .map(|(name, value)| 6 * name.len() + value.len() + 16)
        .sum();
    let mut entry = Zeroizing::new(String::with_capacity(size + 16));
    entry.push('{');
    push(&mut entry, &members);
    entry.push('}');
    entry
}

/// The members for a token, in the order of the official tools, which leave out what is empty.
fn known(token: &Token) -> Vec<(&'static str, Zeroizing<String>)> {
    let mut known = vec![(ACCESS, quoted(token.access().expose()))];
    if !token.token_type().is_empty() {
        known.push((TYPE, quoted(token.token_type())));
    }
    if let Some(refresh) = token.refresh().filter(|it| !it.is_empty()) {
        known.push((REFRESH, quoted(refresh.expose())));
    }
    if let Some(moment) = token.expiry() {
        known.push((EXPIRY, quoted(&expiry::format(moment))));
    }
    if let Some(lifetime) = token.lifetime().filter(|it| it.as_secs() > 0) {
        known.push((LIFETIME, Zeroizing::new(lifetime.as_secs().to_string())));
    }
    known
}

fn quoted(text: &str) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(String::with_capacity(6 * text.len() + 2));
    push_text(&mut quoted, text);
    quoted
}

/// A member that must be a text; empty and `null` count as missing.
fn text(members: &Members<'_>, name: &'static str) -> Result<Option<Secret>, String> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    let text: Option<String> = serde_json::from_str(value.get())
        .map_err(|_| format!("has a member `{name}` that is not a text"))?;
    Ok(text.map(Secret::from).filter(|text| !text.is_empty()))
}

/// Never unlimited if it can be renewed: no expiry then means long expired.
fn expiry_of(members: &Members<'_>, renewable: bool) -> Option<SystemTime> {
    match members.get(EXPIRY) {
        Some(value) => Some(moment(value).unwrap_or(SystemTime::UNIX_EPOCH)),
        None => renewable.then_some(SystemTime::UNIX_EPOCH),
    }
}

fn moment(value: &RawValue) -> Option<SystemTime> {
    expiry::parse(&serde_json::from_str::<String>(value.get()).ok()?)
}

const ACCESS: &str = "access_token";
const TYPE: &str = "token_type";
const REFRESH: &str = "refresh_token";
const EXPIRY: &str = "expiry";
const LIFETIME: &str = "expires_in";
const KNOWN: [&str; 5] = [ACCESS, TYPE, REFRESH, EXPIRY, LIFETIME];
