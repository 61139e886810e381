//! Values larger than an item.
//!
//! The item of the account then holds `{"lakekey":{"parts":…,"slot":…,"sha256":…}}`, and the text
//! is in as many further items of one of two slots. A writer uses the slot that is not in use and
//! the item of the account last, so that at every moment one whole value can be read.

use lakekey_core::Secret;
use serde::{Deserialize, Serialize};

use super::item;
use super::worker::Ring;
use crate::{Fingerprint, KeyringFault};

/// The whole value of an account.
pub(super) fn read(ring: &Ring, account: &str) -> Result<Option<Secret>, KeyringFault> {
    // A part can vanish between two calls, when a writer has just put a new value in place.
    for _ in 0..ATTEMPTS {
        let Some(first) = ring.get(account)? else {
            return Ok(None);
        };
        let Some(head) = Head::parse(&first) else {
            return Ok(Some(first));
        };
        if let Some(whole) = head.join(ring, account)? {
            return Ok(Some(whole));
        }
    }
    Err(KeyringFault::Damaged {
        reason: "has parts that are missing or do not belong together".to_owned(),
    })
}

/// Puts a value in the place of what was there; when it fails, what was there still is.
pub(super) fn write(ring: &Ring, account: &str, value: &Secret) -> Result<(), KeyringFault> {
    let Some(largest) = ring.largest(account) else {
        return ring.set(account, value);
    };
    let before = head(ring, account)?;
    if value.expose().len() <= largest {
        ring.set(account, value)?;
    } else {
        let slot = match &before {
            Some(Head { slot: 'a', .. }) => 'b',
            _ => 'a',
        };
        let parts = split(ring, account, slot, value)?;
        for (number, text) in (1..).zip(&parts) {
            ring.set(&item::part(account, slot, number), &Secret::from(*text))?;
        }
        let head = Head {
            parts: parts.len(),
            slot,
            sha256: Fingerprint::of(value).to_string(),
        };
        ring.set(account, &head.to_value())?;
        let _ = clear(ring, account, slot, parts.len() + 1);
    }
    if let Some(before) = before {
        // The new value is kept, whether or not the old one can be cleared away.
        let _ = clear(ring, account, before.slot, 1);
    }
    Ok(())
}

/// Removes an account with all its parts, also those a killed writer left.
pub(super) fn remove(ring: &Ring, account: &str) -> Result<(), KeyringFault> {
    ring.delete(account)?;
    if ring.largest(account).is_some() {
        clear(ring, account, 'a', 1)?;
        clear(ring, account, 'b', 1)?;
    }
    Ok(())
}

fn head(ring: &Ring, account: &str) -> Result<Option<Head>, KeyringFault> {
    match ring.get(account) {
        Ok(first) => Ok(first.as_ref().and_then(Head::parse)),
        Err(KeyringFault::Damaged { .. } | KeyringFault::Ambiguous) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Cuts a value into pieces that fit into the items of a slot.
fn split<'a>(
    ring: &Ring,
    account: &str,
    slot: char,
    value: &'a Secret,
) -> Result<Vec<&'a str>, KeyringFault> {
    // The last account is the longest, which on some systems leaves the least room.
    let largest = ring
        .largest(&item::part(account, slot, MOST))
        .unwrap_or(usize::MAX);
    let (mut parts, mut rest) = (Vec::new(), value.expose());
    while !rest.is_empty() {
        let mut end = largest.min(rest.len());
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        if end == 0 || parts.len() == MOST {
            return Err(KeyringFault::TooLarge {
                size: value.expose().len(),
                limit: MOST * largest,
            });
        }
        let (part, others) = rest.split_at(end);
        parts.push(part);
        rest = others;
    }
    Ok(parts)
}

/// Removes the parts of a slot from this number on, up to the first that is not there.
fn clear(ring: &Ring, account: &str, slot: char, first: usize) -> Result<(), KeyringFault> {
    for number in first..=MOST {
        if !ring.delete(&item::part(account, slot, number))? {
            break;
        }
    }
    Ok(())
}

/// What the item of the account says about the parts.
#[derive(Serialize, Deserialize)]
struct Head {
    parts: usize,
    slot: char,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct First {
    lakekey: Head,
}

impl Head {
    fn parse(first: &Secret) -> Option<Self> {
        let first: First = serde_json::from_str(first.expose()).ok()?;
        Some(first.lakekey)
    }

    fn to_value(&self) -> Secret {
        let Self {
            parts,
            slot,
            sha256,
        } = self;
        Secret::from(format!(
            r#"{{"lakekey":{{"parts":{parts},"slot":"{slot}","sha256":"{sha256}"}}}}"#
        ))
    }

    /// The whole text; `None` if a part is missing or is not of this value.
    fn join(&self, ring: &Ring, account: &str) -> Result<Option<Secret>, KeyringFault> {
        let mut parts = Vec::new();
        for number in 1..=self.parts.min(MOST) {
            match ring.get(&item::part(account, self.slot, number))? {
                Some(part) => parts.push(part),
                None => return Ok(None),
            }
        }
        let size = parts.iter().map(|part| part.expose().len()).sum();
        let mut whole = String::with_capacity(size);
        whole.extend(parts.iter().map(Secret::expose));
        let whole = Secret::from(whole);
        Ok((Fingerprint::of(&whole).to_string() == self.sha256).then_some(whole))
    }
}

/// How often a value that changes while it is read is tried.
const ATTEMPTS: usize = 3;
/// The most parts a value can have.
const MOST: usize = 64;
