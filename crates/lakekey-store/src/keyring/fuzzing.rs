//! What [`KeyringStore`](super::KeyringStore) makes of the value of an item, without a keyring.

use lakekey_core::{Secret, Token};

use super::item;

/// The token in a value.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn decode(value: &Secret) -> Result<Token, String> {
    item::decode(value)
}

/// The value for a token in place of an old one.
pub fn encode(token: &Token, old: &Secret) -> Secret {
    item::encode(token, Some(old))
}
