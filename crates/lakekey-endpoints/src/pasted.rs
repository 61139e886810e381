use std::str::FromStr;

use url::form_urlencoded;

use crate::excerpt::url_excerpt;
use crate::{AccountId, Host, HostError, WorkspaceId};

/// What a URL copied from a browser says: the host, and the ids in its query.
///
/// 1. The workspace id is the first usable one of `w` (any id), `o` and `workspace_id` (decimal).
/// 2. The account id is the first usable one of `a` and `account_id`.
///
/// Path, fragment and everything else in the query are dropped.
///
/// ```
/// use lakekey_endpoints::Host;
///
/// let pasted = Host::parse_pasted("https://ws.example.test/jobs?o=123#latest")?;
/// assert_eq!(pasted.host.as_str(), "https://ws.example.test");
/// assert_eq!(pasted.workspace_id.as_ref().map(|id| id.as_str()), Some("123"));
/// assert_eq!(pasted.account_id, None);
/// # Ok::<(), lakekey_endpoints::HostError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pasted {
    /// The host.
    pub host: Host,
    /// The account id of the query.
    pub account_id: Option<AccountId>,
    /// The workspace id of the query.
    pub workspace_id: Option<WorkspaceId>,
}

impl FromStr for Pasted {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let text = text.trim();
        let Parts {
            scheme,
            authority,
            query,
        } = Parts::split(text)?;
        Ok(Self {
            host: Host::from_parts(scheme, authority, text)?,
            account_id: ["a", "account_id"]
                .iter()
                .find_map(|key| first(query, key)?.parse().ok()),
            workspace_id: workspace_id(query),
        })
    }
}

struct Parts<'a> {
    scheme: &'a str,
    authority: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if text.contains(char::is_control) {
            return Err(HostError::Name {
                input: url_excerpt(text),
            });
        }
        let (scheme, rest) = split_scheme(text)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err(HostError::UserInfo);
        }
        let before_fragment = rest.split('#').next().unwrap_or_default();
        let query = before_fragment
            .split_once('?')
            .map_or("", |(_, query)| query);
        Ok(Self {
            scheme,
            authority,
            query,
        })
    }
}

/// The scheme, `https` where there is none, and what follows it.
fn split_scheme(text: &str) -> Result<(&str, &str), HostError> {
    let scheme_error = || HostError::Scheme {
        input: url_excerpt(text),
    };
    if text.starts_with("//") {
        return Err(scheme_error());
    }
    match text.split_once("://") {
        // `ws.example.test/?next=https://…` has no scheme of its own.
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
            let known = ["https", "http"]
                .into_iter()
                .find(|known| scheme.eq_ignore_ascii_case(known));
            Ok((known.ok_or_else(scheme_error)?, rest))
        }
        _ => Ok(("https", text)),
    }
}

fn workspace_id(query: &str) -> Option<WorkspaceId> {
    let usable = |text: &str| WorkspaceId::parse_optional(text).ok().flatten();
    let any = || first(query, "w").and_then(|text| usable(&text));
    let decimal = |key| {
        first(query, key)
            .filter(|text| is_decimal(text))
            .and_then(|text| usable(&text))
    };
    any().or_else(|| ["o", "workspace_id"].into_iter().find_map(decimal))
}

/// The first value of `key`, percent-decoded.
fn first(query: &str, key: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.into_owned())
}

/// Workspace ids are 64-bit integers; other values of `o` belong to other products.
fn is_decimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}
