//! A keyring that works, and what is made of each way in which it does not.

use lakekey::Code;
use lakekey_store::KeyringFault;
use serde_json::Value;

use super::super::support::refused;
use super::fake::{Call, Mood, Ring};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::Probe;

pub(super) const CASES: &[Case] = &[Case::each(
    "C-KEY-01",
    &[
        ("roundtrip", round_trip),
        ("no-entry", no_entry),
        ("no-access", no_access),
        ("ambiguous", |probe| damaged(probe, KeyringFault::Ambiguous)),
        ("bad-encoding", |probe| {
            let reason = "is no text".to_owned();
            damaged(probe, KeyringFault::Damaged { reason })
        }),
        ("old-schema", old_schema),
    ],
)];

/// An item of the official form, read again and removed.
fn round_trip(probe: &mut Probe) -> Finding {
    let ring = Ring::signed_in(probe)?;
    let items = ring.fake.items();
    let host = ring.library.server.url();
    let item = there("the item of the host", items.get(host))?;
    let item: Value = serde_json::from_str(item)?;
    let token = ring.library.wait(ring.credentials()?.token())?;
    let kept = item["token"]["access_token"].as_str();
    holds(
        kept == Some(token.access().expose()),
        "the item has another token",
    )?;
    same(
        "the token requests",
        ring.library.server.token_posts().len(),
        1,
    )?;
    let gone = ring.library.wait(ring.credentials()?.sign_out())?;
    same("whether there was a login", gone, true)?;
    same("the items", ring.fake.items().len(), 0)?;
    let files = probe.home()?.files_with(token.access().expose())?;
    same("the files with the token", files, Vec::<String>::new())?;
    probe.saw("ok");
    Ok(())
}

fn no_entry(probe: &mut Probe) -> Finding {
    let ring = Ring::new(probe)?;
    let outcome = ring.library.wait(ring.credentials()?.token());
    refused(probe, outcome, Code::NotLoggedIn)?;
    let gone = ring.library.wait(ring.credentials()?.sign_out())?;
    same("whether there was a login", gone, false)
}

fn no_access(probe: &mut Probe) -> Finding {
    let ring = Ring::signed_in(probe)?;
    for fault in [
        KeyringFault::Locked,
        KeyringFault::Unavailable {
            reason: "there is no bus".to_owned(),
        },
    ] {
        let hint = fault.hint();
        ring.fake.does(Call::Get, Mood::Fails(fault));
        let outcome = ring.library.wait(ring.credentials()?.token());
        let error = refused(probe, outcome, Code::KeyringUnavailable)?;
        same("the hint", error.hint(), Some(hint))?;
        names_the_login(&error, &ring)?;
    }
    hit(probe, &ring);
    ring.fake.works();
    ring.library.wait(ring.credentials()?.token())?;
    Ok(())
}

/// Such an item cannot be read; a sign-in puts another in its place.
fn damaged(probe: &mut Probe, fault: KeyringFault) -> Finding {
    let ring = Ring::signed_in(probe)?;
    ring.fake.does(Call::Get, Mood::Fails(fault));
    let outcome = ring.library.wait(ring.credentials()?.token());
    let error = refused(probe, outcome, Code::StoreCorrupt)?;
    names_the_login(&error, &ring)?;
    let before = ring.fake.items();
    ring.library.sign_in(&ring.credentials()?)??;
    holds(ring.fake.items() != before, "the item is as it was")?;
    hit(probe, &ring);
    ring.fake.works();
    ring.library.wait(ring.credentials()?.token())?;
    Ok(())
}

fn old_schema(probe: &mut Probe) -> Finding {
    for text in [
        r#"{"access_token": "of-an-old-schema", "token_type": "Bearer"}"#,
        r#"{"token": {"access_token": "of-a-truncated-it"#,
        r#"{"token": "of-a-strange-schema"}"#,
        "",
    ] {
        let ring = Ring::signed_in(probe)?;
        ring.fake.overwrite(text);
        for secret in ["of-an-old-schema", "of-a-truncated-it"] {
            probe.secret(secret);
        }
        let outcome = ring.library.wait(ring.credentials()?.token());
        let error = refused(probe, outcome, Code::StoreCorrupt)?;
        names_the_login(&error, &ring)?;
        holds(
            ring.fake.items().values().all(|item| item == text),
            "reading has changed the item",
        )?;
        ring.library.sign_in(&ring.credentials()?)??;
        ring.library.wait(ring.credentials()?.token())?;
    }
    Ok(())
}

fn names_the_login(error: &lakekey::Error, ring: &Ring) -> Finding {
    let host = ring.library.server.url();
    holds(
        error.to_string().contains(host),
        format!("\"{error}\" does not name the login"),
    )
}

fn hit(probe: &mut Probe, ring: &Ring) {
    if ring.fake.hits() > 0 {
        probe.fault_happened("client.keyring_backend");
    }
}
