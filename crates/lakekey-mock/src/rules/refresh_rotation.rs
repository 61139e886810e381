//! A refresh token works once, or as often as the rotation mode says.

use std::time::SystemTime;

use super::{Rule, Verdict, require};
use crate::{
    Client, Lifetimes, Rotation, calendar::is_within, sabotage, site::Tenant, state::Family,
};

/// Whether this family may be refreshed by this client, at this tenant, now.
pub(crate) fn is_alive(
    family: &Family,
    client: &Client,
    tenant: &Tenant,
    now: SystemTime,
    lifetimes: &Lifetimes,
) -> Verdict {
    require(family.tenant == *tenant, &TENANT)?;
    require(family.client == client.id, &CLIENT)?;
    require(!family.revoked, &REVOKED)?;
    if sabotage::is_off("expiry") {
        return Ok(());
    }
    require(
        is_within(now, family.created, lifetimes.absolute),
        &ABSOLUTE,
    )?;
    require(is_within(now, family.used, lifetimes.idle), &IDLE)
}

/// The generation to hand out for a token of `presented`, or the news that somebody used an old one.
pub(crate) fn successor(
    family: &Family,
    presented: u64,
    rotation: Rotation,
    now: SystemTime,
) -> Verdict<u64> {
    let current = family.generation;
    let is_repeat = presented + 1 == current;
    match rotation {
        _ if presented == current => Ok(if rotation == Rotation::Never {
            current
        } else {
            current + 1
        }),
        Rotation::Grace(window)
            if is_repeat && family.rotated.is_some_and(|at| is_within(now, at, window)) =>
        {
            Ok(current)
        }
        _ if sabotage::is_off("reuse_detection") => Ok(current + 1),
        _ => Err(&REUSED),
    }
}

pub(crate) static MISSING: Rule = Rule::new(
    "token.refresh.missing",
    400,
    "invalid_request",
    "the refresh_token is missing",
    "RFC 6749 §6",
);
pub(crate) static UNKNOWN: Rule = Rule::new(
    "token.refresh.unknown",
    400,
    "invalid_grant",
    "the refresh token is not valid",
    "RFC 6749 §5.2",
);
pub(crate) static REUSED: Rule = Rule::new(
    "token.refresh.reused",
    400,
    "invalid_grant",
    "the refresh token was used before",
    "RFC 9700 §4.14.2",
);
pub(crate) static REVOKED: Rule = Rule::new(
    "token.refresh.revoked",
    400,
    "invalid_grant",
    "the session was revoked",
    "RFC 9700 §4.14.2",
);
pub(crate) static ABSOLUTE: Rule = Rule::new(
    "token.refresh.expired-absolute",
    400,
    "invalid_grant",
    "the session has reached its end",
    "RFC 9700 §4.14.2",
);
pub(crate) static IDLE: Rule = Rule::new(
    "token.refresh.expired-idle",
    400,
    "invalid_grant",
    "the refresh token was not used for too long",
    "RFC 9700 §4.14.2",
);
pub(crate) static CLIENT: Rule = Rule::new(
    "token.refresh.client",
    400,
    "invalid_grant",
    "the refresh token was issued to another client",
    "RFC 6749 §6, §10.4",
);
pub(crate) static TENANT: Rule = Rule::new(
    "token.refresh.tenant",
    400,
    "invalid_grant",
    "the refresh token was issued by another account or workspace",
    "RFC 9700 §4.4",
);
