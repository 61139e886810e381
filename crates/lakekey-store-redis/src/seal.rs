//! What keeps Redis from reading tokens and from passing one off as another.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use lakekey_core::{Code, Error};
use zeroize::Zeroizing;

use crate::SealingKey;

/// Seals with one key and opens with any of several.
///
/// A sealed value is a version (1 byte), the id of its key (8), a random nonce (12), and AES-256-
/// GCM-SIV (RFC 8452) over the plain bytes. The associated data are version, id and the name under
/// which Redis keeps the value, so that it opens under no other name.
///
/// Workers share a key and cannot share a counter, hence random nonces; with GCM-SIV, two values
/// that drew the same nonce reveal no more than whether they are equal.
#[derive(Debug)]
pub(crate) struct Seal {
    first: Cipher,
    others: Vec<Cipher>,
}

impl Seal {
    pub(crate) fn new(first: &SealingKey, others: &[SealingKey]) -> Self {
        Self {
            first: Cipher::new(first),
            others: others.iter().map(Cipher::new).collect(),
        }
    }

    pub(crate) fn seal(&self, name: &str, mut plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Error> {
        let Cipher { id, key } = &self.first;
        let (nonce, tag) = key
            .seal_in_place_separate_tag(associated(*id, name), &mut plain)
            .map_err(|_| Error::new(Code::StoreIo, "a token could not be sealed"))?;
        Ok([
            &[VERSION],
            id.0.as_slice(),
            nonce.as_ref(),
            &plain,
            tag.as_ref(),
        ]
        .concat())
    }

    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (version, rest) = sealed.split_first().ok_or(Unopened::Damaged)?;
        if *version != VERSION {
            return Err(Unopened::Version(*version));
        }
        let (id, rest) = rest.split_first_chunk().ok_or(Unopened::Damaged)?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(Unopened::Damaged)?;
        let id = Id(*id);
        let Cipher { key, .. } = self.cipher(id).ok_or(Unopened::Foreign(id))?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let length = key
            .open_in_place(Nonce::from(nonce), associated(id, name), &mut bytes)
            .map_err(|_| Unopened::Damaged)?
            .len();
        bytes.truncate(length);
        Ok(bytes)
    }

    fn cipher(&self, id: Id) -> Option<&Cipher> {
        std::iter::once(&self.first)
            .chain(&self.others)
            .find(|cipher| cipher.id == id)
    }
}

/// Why a value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// It was sealed with a key that is not here.
    Foreign(Id),
    /// It was changed, or sealed for another name.
    Damaged,
    /// It has a version nobody here knows.
    Version(u8),
}

/// What tells one key from another and nothing more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id([u8; 8]);

impl fmt::Display for Id {
    /// 16 hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Id({self})")
    }
}

#[derive(Debug)]
struct Cipher {
    id: Id,
    key: RandomizedNonceKey,
}

impl Cipher {
    /// Derives id and key (HKDF, RFC 5869), so that the id says nothing of what it identifies.
    fn new(key: &SealingKey) -> Self {
        let root = Salt::new(HKDF_SHA256, SALT).extract(key.expose());
        let id = derived(&root, b"id");
        let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &*derived(&root, b"aes-256-gcm-siv"))
            .expect("the algorithm has keys of 32 bytes and random nonces");
        let (id, _) = id.split_first_chunk().expect("32 bytes are more than 8");
        Self { id: Id(*id), key }
    }
}

fn derived(root: &Prk, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    root.expand(&[purpose], HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut *bytes))
        .expect("HKDF gives up to 255 times 32 bytes");
    bytes
}

fn associated(id: Id, name: &str) -> Aad<Vec<u8>> {
    Aad::from([&[VERSION], id.0.as_slice(), name.as_bytes()].concat())
}

const VERSION: u8 = 1;
const SALT: &[u8] = b"lakekey-store-redis 1";

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{Seal, Unopened};
    use crate::SealingKey;

    fn key(byte: u8) -> SealingKey {
        SealingKey::from_bytes(&[byte; 32])
    }

    fn seal(seal: &Seal, name: &str) -> Vec<u8> {
        seal.seal(name, Zeroizing::new(b"plain".to_vec())).unwrap()
    }

    #[test]
    fn it_opens_under_its_name_with_its_key() {
        let (old, new) = (
            Seal::new(&key(1), &[]),
            Seal::new(&key(2), &[key(3), key(1)]),
        );
        let sealed = seal(&old, "name");
        for opener in [&old, &new] {
            assert_eq!(opener.open("name", &sealed).unwrap().as_slice(), b"plain");
        }
        assert_eq!(new.open("other", &sealed), Err(Unopened::Damaged));
        let renewed = seal(&new, "name");
        assert_eq!(
            old.open("name", &renewed),
            Err(Unopened::Foreign(new.first.id))
        );
    }

    #[test]
    fn every_byte_counts() {
        let opener = Seal::new(&key(1), &[]);
        let sealed = seal(&opener, "name");
        assert_eq!(sealed.len(), 1 + 8 + 12 + "plain".len() + 16);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(opener.open("name", &changed).is_err(), "byte {at}");
            assert!(opener.open("name", &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(opener.open("name", &[9, 0]), Err(Unopened::Version(9)));
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same_way_twice() {
        let sealer = Seal::new(&key(1), &[]);
        assert_ne!(seal(&sealer, "name"), seal(&sealer, "name"));
    }

    #[test]
    fn nothing_of_a_key_is_shown() {
        let shown = format!("{:?}", Seal::new(&key(0xab), &[key(0xcd)]));
        assert!(
            !shown.contains("abab") && !shown.contains("171, 171"),
            "{shown}"
        );
    }

    /// Made by another implementation of HKDF and AES-256-GCM-SIV.
    #[test]
    fn the_format_stays() {
        let opened = Seal::new(&key(7), &[]).open("lakekey:{dev}:token", SEALED);
        assert_eq!(opened.unwrap().as_slice(), b"plain");
    }

    const SEALED: &[u8] =
        b"\x01\xc7\xa1\xf5\x50\x69\x94\xcd\xfb\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\
       \x0b\xda\x99\x77\xfa\x7b\x2d\x5c\xbc\xf1\x53\xd6\xa5\x73\x55\x4a\x56\xa5\xff\x8c\
       \x74\x51";
}
