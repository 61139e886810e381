//! The keys access tokens are signed with.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, SystemTime},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
    },
};
use serde_json::{Value, json};

use crate::{calendar::is_within, dice::base64url, listen::DEFAULT_NAMESPACE};

/// Which key signs, and which keys are published.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    names: [Arc<str>; 2],
    current: usize,
    rotated: Option<SystemTime>,
}

impl Keys {
    /// The keys of a namespace. The pairs are the same everywhere, their names are not, and a token is
    /// looked up by the name.
    pub(crate) fn of(namespace: &str) -> Self {
        let infix = match namespace {
            DEFAULT_NAMESPACE => String::new(),
            other => format!("{other}-"),
        };
        Self {
            names: [1, 2].map(|number| format!("mock-{infix}key-{number}").into()),
            current: 0,
            rotated: None,
        }
    }

    /// The key that signs new tokens.
    pub(crate) fn current(&self) -> SigningKey {
        self.key(self.current)
    }

    /// Lets the other key sign from now on.
    pub(crate) fn rotate(&mut self, now: SystemTime) {
        self.current = 1 - self.current;
        self.rotated = Some(now);
    }

    /// The keys with which a token may be signed: the current one, and the one before it while its last
    /// tokens live.
    pub(crate) fn published(&self, now: SystemTime, token_life: Duration) -> Vec<SigningKey> {
        let before = self
            .rotated
            .filter(|&rotated| is_within(now, rotated, token_life))
            .map(|_| self.key(1 - self.current));
        std::iter::once(self.current()).chain(before).collect()
    }

    fn key(&self, index: usize) -> SigningKey {
        SigningKey {
            kid: Arc::clone(&self.names[index]),
            pair: EMBEDDED[index](),
        }
    }
}

/// An RSA key with its name.
#[derive(Debug, Clone)]
pub(crate) struct SigningKey {
    pub(crate) kid: Arc<str>,
    pair: &'static RsaKeyPair,
}

impl SigningKey {
    /// An RS256 signature (RFC 7518 §3.3). Equal messages have equal signatures.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("the signature has the length of the modulus");
        signature
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref())
            .verify(message, signature)
            .is_ok()
    }

    /// The public half as a JSON Web Key (RFC 7517 §4, RFC 7518 §6.3.1).
    pub(crate) fn jwk(&self) -> Value {
        let [n, e] = integers(self.pair.public_key().as_ref());
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": &*self.kid, "n": base64url(n), "e": base64url(e) })
    }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 §A.1.1): a DER sequence of two integers.
fn integers(der: &[u8]) -> [&[u8]; 2] {
    let (sequence, _) = element(der);
    let (modulus, rest) = element(sequence);
    let (exponent, _) = element(rest);
    [modulus, exponent].map(|integer| integer.strip_prefix(&[0]).unwrap_or(integer))
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let length_bytes = if der[1] < 0x80 {
        0
    } else {
        usize::from(der[1] & 0x7f)
    };
    let length = match length_bytes {
        0 => usize::from(der[1]),
        count => der[2..2 + count]
            .iter()
            .fold(0, |length, &byte| length << 8 | usize::from(byte)),
    };
    der[2 + length_bytes..].split_at(length)
}

fn embedded(pkcs8: &[u8]) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(pkcs8).expect("the embedded test keys are valid PKCS#8")
}

static EMBEDDED: [fn() -> &'static RsaKeyPair; 2] = [|| &FIRST, || &SECOND];
static FIRST: LazyLock<RsaKeyPair> =
    LazyLock::new(|| embedded(include_bytes!("../keys/test-only-1.pk8.der")));
static SECOND: LazyLock<RsaKeyPair> =
    LazyLock::new(|| embedded(include_bytes!("../keys/test-only-2.pk8.der")));
