//! What [`FileStore`] makes of the bytes of its file, without the file.
#![expect(clippy::missing_errors_doc, reason = "they are those of the store")]

use lakekey_core::Token;
use zeroize::Zeroizing;

use super::FileStore;
use crate::{Key, StoreError};

/// [`FileStore::keys`].
pub fn keys(file: &[u8]) -> Result<Vec<Key>, StoreError> {
    store().keys_in(file)
}

/// [`load`](crate::TokenStore::load).
pub fn load(file: &[u8], key: &Key) -> Result<Option<Token>, StoreError> {
    store().token_in(file, key)
}

/// [`save`](crate::TokenStore::save), save that a damaged file is an error: the new text.
pub fn save(file: &[u8], key: &Key, token: &Token) -> Result<Zeroizing<String>, StoreError> {
    store().text_with(Some(file), key, token)
}

/// [`remove`](crate::TokenStore::remove): the new text.
pub fn remove(file: &[u8], key: &Key) -> Result<Zeroizing<String>, StoreError> {
    store().text_without(file, key)
}

fn store() -> FileStore {
    FileStore::new("token-cache.json")
}
