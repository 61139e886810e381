//! A token cache that cannot be understood, or not by this version.

use lakekey::Code;
use lakekey_store::{FileStore, Key, StoreError, TokenStore};
use serde_json::Value;

use super::super::desk::{Desk, cache, document, fine, is_still, new_token, refused, token};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Probe, TOKEN_CACHE};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "C-STO-03",
        &[
            ("empty", |probe| damaged(probe, |_| Vec::new())),
            ("nuls", |probe| damaged(probe, |good| vec![0; good.len()])),
            ("every-offset", cut_anywhere),
            ("trailing", |probe| {
                damaged(probe, |good| [good, b"}".as_slice()].concat())
            }),
            ("array", |probe| damaged(probe, |_| b"[]".to_vec())),
            ("bad-tokens", |probe| {
                damaged(probe, |_| br#"{"version": 1, "tokens": ["dev"]}"#.to_vec())
            }),
            ("one-bad-entry", one_bad_entry),
            ("utf8", |probe| {
                damaged(probe, |good| [good, b"\xff".as_slice()].concat())
            }),
            ("50m", |probe| damaged(probe, |_| vec![b' '; 50 << 20])),
        ],
    ),
    Case::each(
        "C-STO-04",
        &[
            ("v2", |probe| of_version(probe, Some(&2.into()))),
            ("v0", |probe| of_version(probe, Some(&0.into()))),
            ("string", |probe| of_version(probe, Some(&"1".into()))),
            ("missing", |probe| of_version(probe, None)),
            ("unknown-members", unknown_members),
        ],
    ),
];

/// The error names the file and the command; only a sign-in goes on, and keeps the damaged file.
fn damaged(probe: &mut Probe, damage: impl FnOnce(&[u8]) -> Vec<u8>) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let bad = damage(&cache(probe)?);
    probe.home()?.write_private(TOKEN_CACHE, &bad)?;
    for outcome in [token(probe, "dev")?, logout(probe)?] {
        let words = refused(probe, &outcome, Code::StoreCorrupt)?;
        for wanted in ["token-cache.json", "lakekey auth login"] {
            holds(words.contains(wanted), format!("no `{wanted}` in {words}"))?;
        }
    }
    is_still(probe, &bad)?;
    recovered(probe, &desk, &bad)?;
    probe.saw(Code::StoreCorrupt);
    Ok(())
}

/// Signs in over a damaged cache, which is kept beside the new one.
fn recovered(probe: &mut Probe, desk: &Desk, bad: &[u8]) -> Finding {
    let outcome = desk.login(probe, "dev")?;
    fine(probe, &outcome)?;
    let names = probe.home()?.names(".databricks")?;
    let aside = names.iter().find(|name| name.starts_with(ASIDE));
    let aside = format!(".databricks/{}", there("the damaged file", aside)?);
    let kept = crate::doors::read(&probe.home()?.file(&aside))?;
    holds(
        kept.as_deref() == Some(bad),
        "the damaged file was not kept as it was",
    )?;
    if cfg!(unix) {
        same("its mode", probe.home()?.mode(&aside)?, 0o600)?;
    }
    let outcome = token(probe, "dev")?;
    fine(probe, &outcome).map(drop)
}

/// Wherever it is cut, it is damaged, and never something else.
fn cut_anywhere(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    let good = cache(probe)?;
    let store = FileStore::in_home(probe.home()?.path());
    for end in 0..good.len() {
        probe.home()?.write_private(TOKEN_CACHE, &good[..end])?;
        match store.load(&Key::profile("dev")) {
            Err(error @ StoreError::Corrupt { .. }) => {
                probe.printed("an error", format!("{error} {error:?}"));
            }
            other => {
                return Err(Wrong::new(format!(
                    "{} of {} bytes give {:?}",
                    end,
                    good.len(),
                    other.map_err(|error| error.code())
                )));
            }
        }
        is_still(probe, &good[..end])?;
    }
    recovered(probe, &desk, &good[..good.len() - 1])?;
    probe.saw(Code::StoreCorrupt);
    Ok(())
}

fn one_bad_entry(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev", "bad"])?;
    super::super::desk::change(probe, |document| {
        document["tokens"]["bad"] = serde_json::json!({"access_token": 7});
    })?;
    let before = cache(probe)?;
    let outcome = token(probe, "bad")?;
    refused(probe, &outcome, Code::StoreCorrupt)?;
    is_still(probe, &before)?;
    let outcome = new_token(probe, "dev")?;
    fine(probe, &outcome)?;
    let bad = document(probe)?["tokens"]["bad"].clone();
    same("the bad entry", bad, serde_json::json!({"access_token": 7}))?;
    let outcome = desk.login(probe, "bad")?;
    fine(probe, &outcome)?;
    let outcome = token(probe, "bad")?;
    fine(probe, &outcome).map(drop)
}

/// It is left as it is, also by a sign-in, which fails.
fn of_version(probe: &mut Probe, version: Option<&Value>) -> Finding {
    let desk = Desk::with(probe, &["dev"])?;
    super::super::desk::change(probe, |document| {
        let members = document.as_object_mut().into_iter();
        for members in members {
            members.remove("version");
            members.extend(version.map(|it| ("version".to_owned(), it.clone())));
        }
    })?;
    let (before, names) = (cache(probe)?, probe.home()?.names(".databricks")?);
    for outcome in [
        token(probe, "dev")?,
        logout(probe)?,
        desk.login(probe, "dev")?,
    ] {
        refused(probe, &outcome, Code::StoreVersion)?;
    }
    is_still(probe, &before)?;
    same("the files", probe.home()?.names(".databricks")?, names)
}

/// What lakekey does not know stays to the byte, whoever of the two writes.
fn unknown_members(probe: &mut Probe) -> Finding {
    let desk = Desk::with(probe, &["dev", "other"])?;
    let text = String::from_utf8(cache(probe)?)?;
    let text = text.replacen(
        "\"access_token\"",
        &format!("{STRANGE}, \"access_token\""),
        9,
    );
    let text = text.replacen('{', &format!("{{ {STRANGE},"), 1);
    let entries = text.matches(STRANGE).count();
    holds(entries > 2, "the scene is not set")?;
    probe.home()?.write_private(TOKEN_CACHE, &text)?;
    let outcome = new_token(probe, "dev")?;
    fine(probe, &outcome)?;
    for _ in 0..2 {
        let text = String::from_utf8(cache(probe)?)?;
        same("the unknown members", text.matches(VALUE).count(), entries)?;
        let outcome = desk.login(probe, "dev")?;
        fine(probe, &outcome)?;
    }
    Ok(())
}

fn logout(probe: &mut Probe) -> Finding<crate::probe::Outcome> {
    let words = ["auth", "logout", "--output=json", "--profile", "dev"];
    probe.lakekey(&words)?.run()
}

const ASIDE: &str = "token-cache.json.corrupt-";
/// A member with a value that would not survive being read and written again.
const STRANGE: &str = "\"zeta\": {\"b\": [1.0, 1e400],  \"a\":\"\\u003c\\/\"}";
const VALUE: &str = "{\"b\": [1.0, 1e400],  \"a\":\"\\u003c\\/\"}";
