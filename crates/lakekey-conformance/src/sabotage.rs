//! What can be switched off in a test build, and which cases must notice.

pub(crate) mod child;
pub(crate) mod docs;
pub(crate) mod matrix;
pub(crate) mod row;

use crate::case::{Finding, Wrong};
use crate::catalogue::Side;

/// A protection that a build with the feature `sabotage` does without, if `LAKEKEY_SABOTAGE` names it.
#[derive(Debug)]
pub(crate) struct Switch {
    /// What the variable calls it.
    pub(crate) name: &'static str,
    /// Whose protection it is.
    pub(crate) side: Side,
    /// What is wrong without it.
    pub(crate) without: &'static str,
    /// The cases, or variants of them, that must turn red; each of them.
    pub(crate) noticed_by: &'static [&'static str],
    /// What else runs, to show what it does to the neighbours: as for `--filter`.
    pub(crate) beside: &'static [&'static str],
}

/// The switches of these names, all of them if none is named.
pub(crate) fn named(names: &[String]) -> Finding<Vec<&'static Switch>> {
    if names.is_empty() {
        return Ok(SWITCHES.iter().collect());
    }
    let find = |name: &String| {
        let found = SWITCHES.iter().find(|switch| switch.name == name);
        found.ok_or_else(|| Wrong::new(format!("no switch is called `{name}`")))
    };
    names.iter().map(find).collect()
}

const fn of_mock(
    name: &'static str,
    without: &'static str,
    noticed_by: &'static [&'static str],
) -> Switch {
    Switch {
        name,
        side: Side::Server,
        without,
        noticed_by,
        beside: MOCK,
    }
}

const fn of_client(
    name: &'static str,
    without: &'static str,
    noticed_by: &'static [&'static str],
    beside: &'static [&'static str],
) -> Switch {
    Switch {
        name,
        side: Side::Client,
        without,
        noticed_by,
        beside,
    }
}

/// Every switch there is.
pub(crate) const SWITCHES: &[Switch] = &[
    of_mock(
        "pkce_verify",
        "a code is redeemed with any verifier, or with none",
        &["S-TK-05", "S-TK-06", "S-TK-11"],
    ),
    of_mock(
        "exact_redirect",
        "the browser is sent to any address it asks for",
        &["S-AZ-02", "S-AZ-03"],
    ),
    of_mock(
        "code_single_use",
        "a code is redeemed as often as it comes",
        &["S-TK-07", "S-TK-08"],
    ),
    of_mock(
        "code_binding",
        "a code is redeemed by another client, tenant or redirect URI",
        &["S-AZ-10", "S-TK-05"],
    ),
    of_mock(
        "reuse_detection",
        "a spent refresh token is taken for a good one",
        &["S-RT-02", "S-RT-03"],
    ),
    of_mock(
        "state_echo",
        "the callback has no `state`",
        &["S-AZ-01", "S-AZ-04"],
    ),
    of_mock(
        "iss",
        "the callback has no `iss`, which the metadata promises",
        &["S-AZ-01", "S-AZ-05"],
    ),
    of_mock(
        "expiry",
        "codes, sessions and access tokens live for ever",
        &["S-TK-10", "S-RT-06", "S-API-01"],
    ),
    of_mock(
        "aud_check",
        "an access token opens every account and workspace",
        &["S-API-01", "S-API-02"],
    ),
    of_mock(
        "sig_check",
        "an access token may be signed by anybody",
        &["S-API-01"],
    ),
    of_mock(
        "no_store",
        "pages and tokens may be cached",
        &["S-AZ-09", "S-TK-01"],
    ),
    of_client(
        "state_check",
        "a callback ends the sign-in whatever its `state`",
        &["C-CB-02"],
        &["C-REQ"],
    ),
    of_client(
        "iss_check",
        "a callback of another issuer is believed",
        &["C-CB-25", "C-CB-26", "C-CB-27"],
        &["C-REQ"],
    ),
    of_client(
        "lock",
        "processes refresh one login at the same time",
        &["C-REF-10/n8"],
        &["C-REF-10/n2", "C-REF-10/keyring", "C-REF-11"],
    ),
    of_client(
        "reread_under_lock",
        "who has waited for the lease refreshes with what it read before",
        &["C-REF-10/n8"],
        &["C-REF-10/n2", "C-REF-10/keyring"],
    ),
    of_client(
        "atomic_write",
        "the token cache is written over in its place",
        &["C-REF-02", "C-STO-07"],
        &["C-STO-01", "C-STO-02", "C-STO-05"],
    ),
    of_client(
        "fsync",
        "the token cache is renamed into its place before it is on the disk",
        &["C-STO-08"],
        &["C-STO-07"],
    ),
    of_client(
        "redact",
        "`Debug` shows secrets",
        &["C-CFG-01"],
        &["C-SEC-02", "C-TOK-08"],
    ),
    of_client(
        "redirect_block",
        "a token request follows redirects, with what it carries",
        &["C-TOK-12"],
        &["C-DISC-06"],
    ),
    of_client(
        "size_cap",
        "a body is read to its end, however long",
        &["C-TOK-10"],
        &["C-DISC-05"],
    ),
    of_client(
        "origin_check",
        "metadata may name endpoints on any host",
        &["C-DISC-02", "C-DISC-03"],
        &["C-DISC"],
    ),
    of_client(
        "deadline",
        "a request may take as long as it takes",
        &["C-TOK-11/tcp-silence"],
        &[],
    ),
];

/// What runs for each switch of the mock; it takes a moment.
const MOCK: &[&str] = &["S-AZ", "S-TK", "S-RT", "S-MD", "S-API"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::catalogue::Catalogue;
    use crate::doors;

    #[test]
    fn the_table_has_the_switches_of_the_sources_and_no_others() {
        let mut found = BTreeSet::new();
        for package in ["lakekey", "lakekey-core", "lakekey-endpoints"] {
            find(&source_of(package), &mut found);
        }
        for package in ["lakekey-mock", "lakekey-oauth", "lakekey-store"] {
            find(&source_of(package), &mut found);
        }
        let listed: BTreeSet<_> = SWITCHES.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(found, listed);
        assert_eq!(listed.len(), SWITCHES.len(), "a switch is listed twice");
    }

    #[test]
    fn every_case_that_must_notice_is_in_the_catalogue() {
        for switch in SWITCHES {
            assert!(!switch.noticed_by.is_empty(), "{}", switch.name);
            for name in switch.noticed_by {
                let (id, variant) = name.split_once('/').unwrap_or((name, ""));
                let entry = Catalogue::get().find(id);
                let known = entry.is_some_and(|entry| {
                    variant.is_empty() || entry.variants.iter().any(|known| known == variant)
                });
                assert!(known, "{}: {name} is not in the catalogue", switch.name);
            }
        }
    }

    fn source_of(package: &str) -> std::path::PathBuf {
        doors::root().join("crates").join(package).join("src")
    }

    /// Adds every word that `is_off` is asked about below a folder.
    fn find(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                find(&path, found);
                continue;
            }
            let text = String::from_utf8(doors::read(&path).unwrap().unwrap()).unwrap();
            for (_, rest) in text
                .match_indices("is_off(\"")
                .map(|(at, it)| text[at..].split_at(it.len()))
            {
                found.extend(rest.split('"').next().map(str::to_owned));
            }
        }
    }
}
