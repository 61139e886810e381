use std::fmt;
use std::time::{Duration, SystemTime};

use lakekey_core::{Code, Error, Secret};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What lakekey remembers about one credential beside its token. It holds no secret.
///
/// ```
/// use std::time::SystemTime;
/// use lakekey_core::{Code, Error, Secret};
/// use lakekey_store::Record;
///
/// let asked = SystemTime::UNIX_EPOCH;
/// let failed = asked + std::time::Duration::from_secs(3);
/// let record = Record::default().with_failure(&Error::new(Code::ServerError, "503"), failed);
/// let code = |since, now| record.failure(since, now).map(|error| error.code());
/// assert_eq!(code(asked, failed), Some(Code::ServerError));
/// assert_eq!(code(failed, failed), None);
/// assert!(!record.is_dead(&Secret::from("refresh token")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    dead: Option<Fingerprint>,
    failure: Option<Failure>,
}

/// How the last renewal went wrong, and when it had.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    at: SystemTime,
    code: Code,
    message: String,
}

impl Record {
    /// Remembers that the server refused this refresh token for good.
    ///
    /// The next sign-in brings another one, which this does not touch.
    pub fn with_dead(mut self, refresh: &Secret) -> Self {
        self.dead = Some(Fingerprint::of(refresh));
        self
    }

    /// Remembers that a renewal failed at `now`, in whole milliseconds, for those who waited for it.
    pub fn with_failure(mut self, error: &Error, now: SystemTime) -> Self {
        self.failure = Some(Failure {
            at: whole(now),
            code: error.code(),
            message: error.to_string(),
        });
        self
    }

    /// Whether the server refused this very refresh token before.
    pub fn is_dead(&self, refresh: &Secret) -> bool {
        self.dead.as_ref() == Some(&Fingerprint::of(refresh))
    }

    /// The last failure, if it happened after `since` and not after `now`, as one may seem to have
    /// when the clock was put back: code and message of the error alone.
    pub fn failure(&self, since: SystemTime, now: SystemTime) -> Option<Error> {
        let Failure { at, code, message } = self.failure.as_ref()?;
        let is_between = whole(since) < *at && *at <= now;
        is_between.then(|| Error::new(*code, message.clone()))
    }

    /// The record as JSON, for stores that keep it as text.
    #[expect(
        clippy::missing_panics_doc,
        reason = "texts and a number are always JSON"
    )]
    pub fn to_json(&self) -> String {
        let failure = self.failure.as_ref();
        let stored = Stored {
            dead: self.dead.as_ref().map(ToString::to_string),
            failed: failure.map(|failure| milliseconds(failure.at)),
            code: failure.map(|failure| failure.code.as_str().to_owned()),
            message: failure.map(|failure| failure.message.clone()),
        };
        serde_json::to_string(&stored).expect("texts and a number are always JSON")
    }

    /// Reads a record from JSON; each part that cannot be understood counts as not remembered.
    pub fn from_json(bytes: &[u8]) -> Self {
        let stored: Stored = serde_json::from_slice(bytes).unwrap_or_default();
        let failure = || {
            let at = Duration::from_millis(stored.failed?);
            let name = stored.code.as_deref()?;
            Some(Failure {
                at: SystemTime::UNIX_EPOCH.checked_add(at)?,
                code: *Code::ALL.iter().find(|code| code.as_str() == name)?,
                message: stored.message.clone()?,
            })
        };
        Self {
            dead: stored.dead.as_deref().and_then(Fingerprint::parse),
            failure: failure(),
        }
    }
}

/// The moment in whole milliseconds, as a record keeps it.
fn whole(moment: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds(moment))
}

fn milliseconds(moment: SystemTime) -> u64 {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(0))
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
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<String>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_core::{Code, Error, Secret};

    use super::{Fingerprint, Record};

    #[test]
    fn a_record_survives_its_json_and_holds_no_secret() {
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_790_000_000, 123_456_700);
        let refresh = Secret::from("canary-refresh");
        let record = Record::default()
            .with_dead(&refresh)
            .with_failure(&Error::new(Code::Timeout, "no answer"), at);

        let read = Record::from_json(record.to_json().as_bytes());

        assert_eq!(read, record);
        assert!(read.is_dead(&refresh));
        let before = at - Duration::from_millis(1);
        let failure = read.failure(before, at).unwrap();
        assert_eq!(
            (failure.code(), failure.to_string().as_str()),
            (Code::Timeout, "no answer")
        );
        assert!(read.failure(at, at).is_none(), "it was before that");
        assert!(read.failure(before, before).is_none(), "it is yet to come");
        assert!(!format!("{record:?}{}", record.to_json()).contains("canary"));
    }

    #[test]
    fn a_damaged_record_is_an_empty_one() {
        for damaged in [
            "",
            "{",
            "[]",
            r#"{"dead":7}"#,
            r#"{"dead":"+1","failed":1,"code":"no such code","message":"x"}"#,
            r#"{"failed":18446744073709551615,"code":"timeout"}"#,
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
