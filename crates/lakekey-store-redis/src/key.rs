use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD_INDIFFERENT;
use lakekey_core::{Code, Error, Secret};
use zeroize::Zeroizing;

/// The key that seals tokens before they are sent to Redis: 32 random bytes that all workers of a
/// fleet share, and that Redis never sees.
///
/// `Debug` prints a placeholder, and the memory is zeroed on drop. Anything but random bytes is no
/// key: derive nothing from a password. `openssl rand -base64 32` makes one.
///
/// ```
/// use lakekey_core::Secret;
/// use lakekey_store_redis::SealingKey;
///
/// let text = Secret::from("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n");
/// let key = SealingKey::from_base64(&text)?;
/// assert_eq!(format!("{key:?}"), "SealingKey(…)");
/// # Ok::<(), lakekey_core::Error>(())
/// ```
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; Self::LENGTH]>);

impl SealingKey {
    /// How many bytes a key has.
    pub const LENGTH: usize = 32;

    /// The key of exactly these bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The key in a text of base64 (RFC 4648 section 4), padded or not; white space around it, as
    /// a file ends with, does not count.
    ///
    /// # Errors
    ///
    /// [`Code::Config`]: the text is not base64, or not of 32 bytes. The error shows nothing of it.
    pub fn from_base64(text: &Secret) -> Result<Self, Error> {
        // One more than fits, so that a longer text is noticed.
        let mut bytes = Zeroizing::new([0; Self::LENGTH + 3]);
        let length = STANDARD_NO_PAD_INDIFFERENT
            .decode_slice(text.expose().trim(), &mut *bytes)
            .map_err(|_| unusable("is not base64 of 32 bytes"))?;
        let (key, _) = bytes
            .split_first_chunk()
            .filter(|_| length == Self::LENGTH)
            .ok_or_else(|| unusable(&format!("has {length} bytes instead of 32")))?;
        Ok(Self::from_bytes(key))
    }

    pub(crate) fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(…)")
    }
}

fn unusable(reason: &str) -> Error {
    Error::new(Code::Config, format!("the sealing key {reason}"))
        .with_hint("make one with `openssl rand -base64 32`")
}

#[cfg(test)]
mod tests {
    use lakekey_core::{Code, Secret};

    use super::SealingKey;

    const BYTES: &[u8; 32] = b"01234567890123456789012345678901";
    const TEXT: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

    #[test]
    fn a_key_is_read_with_and_without_padding() {
        for text in [TEXT.to_owned(), format!("{TEXT}="), format!(" {TEXT}=\n")] {
            let key = SealingKey::from_base64(&Secret::from(text.clone())).expect(&text);
            assert_eq!(key.expose(), BYTES);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_shown() {
        let canary = "Y2FuYXJ5";
        for (text, reason) in [
            ("", "has 0 bytes instead of 32"),
            (canary, "has 6 bytes instead of 32"),
            (&TEXT[..40], "has 30 bytes instead of 32"),
            (&format!("{TEXT}{canary}"), "is not base64 of 32 bytes"),
            (&canary.repeat(20), "is not base64 of 32 bytes"),
            ("canary!", "is not base64 of 32 bytes"),
        ] {
            let error = SealingKey::from_base64(&Secret::from(text)).unwrap_err();
            assert_eq!(error.code(), Code::Config);
            assert_eq!(error.to_string(), format!("the sealing key {reason}"));
            assert!(!format!("{error:?}").contains(canary));
        }
    }
}
