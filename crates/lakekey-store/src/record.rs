use std::fmt;
use std::time::SystemTime;

use jiff::Timestamp;
use lakekey_core::{Secret, Token};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What lakekey remembers about one credential beside its token. It holds no secret.
///
/// ```
/// use std::time::SystemTime;
/// use lakekey_core::{Secret, Token};
/// use lakekey_store::Record;
///
/// let token = Token::bearer("eyJ…");
/// let record = Record::default().with_minted(&token, SystemTime::UNIX_EPOCH);
/// assert_eq!(record.minted(&token), Some(SystemTime::UNIX_EPOCH));
/// assert_eq!(record.minted(&Token::bearer("another")), None);
/// assert!(!record.is_dead(&Secret::from("refresh token")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    minted: Option<(Fingerprint, SystemTime)>,
    dead: Option<Fingerprint>,
}

impl Record {
    /// Remembers that the request which minted `token` was started at `started`.
    pub fn with_minted(mut self, token: &Token, started: SystemTime) -> Self {
        self.minted = Some((Fingerprint::of(token.access()), started));
        self
    }

    /// Remembers that the server refused this refresh token for good.
    ///
    /// The next sign-in brings another one, which this does not touch.
    pub fn with_dead(mut self, refresh: &Secret) -> Self {
        self.dead = Some(Fingerprint::of(refresh));
        self
    }

    /// When the request that minted `token` was started; `None` when the token is not the one
    /// remembered, because another tool wrote it.
    pub fn minted(&self, token: &Token) -> Option<SystemTime> {
        let (fingerprint, started) = self.minted.as_ref()?;
        (*fingerprint == Fingerprint::of(token.access())).then_some(*started)
    }

    /// Whether the server refused this very refresh token before.
    pub fn is_dead(&self, refresh: &Secret) -> bool {
        self.dead.as_ref() == Some(&Fingerprint::of(refresh))
    }

    /// The record as JSON, for stores that keep it as text.
    #[expect(
        clippy::missing_panics_doc,
        reason = "three optional texts are always JSON"
    )]
    pub fn to_json(&self) -> String {
        let (token, minted) = match &self.minted {
            Some((fingerprint, started)) => (
                Some(fingerprint.to_string()),
                Timestamp::try_from(*started)
                    .ok()
                    .map(|moment| moment.to_string()),
            ),
            None => (None, None),
        };
        let stored = Stored {
            token,
            minted,
            dead: self.dead.as_ref().map(ToString::to_string),
        };
        serde_json::to_string(&stored).expect("three optional texts are always JSON")
    }

    /// Reads a record from JSON; each part that cannot be understood counts as not remembered.
    pub fn from_json(bytes: &[u8]) -> Self {
        let stored: Stored = serde_json::from_slice(bytes).unwrap_or_default();
        let token = stored.token.as_deref().and_then(Fingerprint::parse);
        let minted = stored
            .minted
            .and_then(|text| text.parse::<Timestamp>().ok());
        let minted = minted.and_then(|moment| moment.try_into().ok());
        let dead = stored.dead.as_deref().and_then(Fingerprint::parse);
        Self {
            minted: token.zip(minted),
            dead,
        }
    }
}

/// The SHA-256 of a secret: enough to recognise it, useless for using it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a secret.
    pub fn of(secret: &Secret) -> Self {
        Self(Sha256::digest(secret.expose()).into())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    /// 64 hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    token: Option<String>,
    minted: Option<String>,
    dead: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_core::{Secret, Token};

    use super::{Fingerprint, Record};

    #[test]
    fn a_record_survives_its_json_and_holds_no_secret() {
        let token = Token::bearer("canary-access");
        let started = SystemTime::UNIX_EPOCH + Duration::new(1_790_000_000, 123_456_700);
        let refresh = Secret::from("canary-refresh");
        let record = Record::default()
            .with_minted(&token, started)
            .with_dead(&refresh);

        let read = Record::from_json(record.to_json().as_bytes());

        assert_eq!(read, record);
        assert_eq!(read.minted(&token), Some(started));
        assert!(read.is_dead(&refresh));
        assert!(!format!("{record:?}{}", record.to_json()).contains("canary"));
    }

    #[test]
    fn a_damaged_record_is_an_empty_one() {
        for damaged in [
            "",
            "{",
            "[]",
            r#"{"dead":7}"#,
            r#"{"token":"é","minted":"x","dead":"+1"}"#,
        ] {
            assert_eq!(
                Record::from_json(damaged.as_bytes()),
                Record::default(),
                "{damaged}"
            );
        }
    }

    #[test]
    fn the_fingerprint_is_sha_256() {
        assert_eq!(
            Fingerprint::of(&Secret::from("abc")).to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
