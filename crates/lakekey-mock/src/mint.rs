//! New tokens.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::{
    calendar::unix_seconds,
    dice::{Dice, base64url},
    jwt::{self, Claims, Identity},
    keys::SigningKey,
};

/// Tokens that are decided on and not yet signed.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) access: Claims,
    pub(crate) identity: Option<Identity>,
    pub(crate) refresh: Option<String>,
}

impl Issue {
    pub(crate) fn sign(&self, key: &SigningKey) -> TokenBody {
        TokenBody {
            access_token: jwt::sign(key, "at+jwt", &self.access),
            token_type: "Bearer",
            expires_in: self.access.exp - self.access.iat,
            refresh_token: self.refresh.clone(),
            scope: self.access.scope.clone(),
            id_token: self
                .identity
                .as_ref()
                .map(|identity| jwt::sign(key, "JWT", identity)),
        }
    }
}

/// A successful token response (RFC 6749 §5.1).
#[derive(Debug, Serialize)]
pub(crate) struct TokenBody {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// `iat` and `exp` of a token that starts now.
pub(crate) fn validity(now: SystemTime, lifetime: Duration) -> (u64, u64) {
    let iat = unix_seconds(now);
    (iat, iat.saturating_add(lifetime.as_secs()))
}

/// A unique `jti` in the form of a UUID. Its first 48 bits hide the number of the family, so that a
/// token can be traced to its session without a list of all tokens.
pub(crate) fn token_id(dice: &mut Dice, family: u64) -> String {
    let mask = family_mask(dice);
    let mut bytes = dice.throw();
    bytes[..6].copy_from_slice(&((family ^ mask) << 16).to_be_bytes()[..6]);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = bytes[..16]
        .iter()
        .fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    let hex = format!("{number:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// The number of the family that a `jti` hides; 0 for a token without a session.
pub(crate) fn family_of(dice: &Dice, jti: &str) -> u64 {
    let hex: String = jti
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(12)
        .collect();
    u64::from_str_radix(&hex, 16).map_or(0, |hidden| hidden ^ family_mask(dice))
}

/// The refresh token of a family and generation. It is computed, so spent ones need not be kept.
pub(crate) fn refresh_token(dice: &Dice, family: u64, generation: u64) -> String {
    let proof = dice.keyed("refresh", &[family, generation]);
    format!("rt-{family}-{generation}-{}", base64url(&proof[..24]))
}

/// The family and generation of a refresh token that this mock could have issued.
pub(crate) fn read_refresh_token(dice: &Dice, token: &str) -> Option<(u64, u64)> {
    let mut parts = token.strip_prefix("rt-")?.splitn(3, '-');
    let family = parts.next()?.parse().ok()?;
    let generation = parts.next()?.parse().ok()?;
    (refresh_token(dice, family, generation) == token).then_some((family, generation))
}

fn family_mask(dice: &Dice) -> u64 {
    let key = dice.keyed("family", &[]);
    key[..6]
        .iter()
        .fold(0, |mask, &byte| mask << 8 | u64::from(byte))
}
