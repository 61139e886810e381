use std::time::Duration;

use http::StatusCode;
use lakekey_core::{Code, Error};

use crate::{Grant, ResponseError, entropy};

/// Advice on whether and when to send one token request again, kept over its attempts.
///
/// | failure | code | any other grant |
/// |---|---|---|
/// | never reached the server | 2 more | 2 more |
/// | 429, or 503 that says when to come back | 2 more | 2 more |
/// | other 5xx | none | 2 more |
/// | reset, timeout or short body after it was sent | none | 1 more |
/// | anything else | none | none |
///
/// There are never more than three attempts. A delay that the server states is kept to, as long as
/// all of them together stay within [`Retry::PATIENCE`]. Without one, the delay is drawn evenly
/// between zero and 0.5 s, then 1 s. A code is sent again only where it cannot have been spent.
///
/// ```
/// use lakekey_core::{Code, Error};
/// use lakekey_oauth::{Grant, Retry};
///
/// let grant = Grant::Refresh("r-1".into());
/// let mut retry = Retry::new();
/// let lost = Error::new(Code::Timeout, "no answer within 30 s");
/// assert!(retry.unanswered(&grant, &lost).is_some());
/// assert!(retry.unanswered(&grant, &lost).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Retry {
    random: u64,
    retries: u32,
    lost: u32,
    waited: Duration,
}

impl Retry {
    /// The longest that all waits together may take where the server states them: 30 s.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Advice with delays that nobody can foresee.
    ///
    /// # Panics
    ///
    /// When the operating system has no random numbers to give.
    pub fn new() -> Self {
        Self::seeded(u64::from_ne_bytes(entropy::bytes()))
    }

    /// Advice with the same delays for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            random: seed,
            retries: 0,
            lost: 0,
            waited: Duration::ZERO,
        }
    }

    /// How long to wait before sending again what was not answered; `None` to give up.
    ///
    /// `error` is that of the [`HttpClient`](lakekey_core::HttpClient).
    pub fn unanswered(&mut self, grant: &Grant, error: &Error) -> Option<Duration> {
        if !matches!(error.code(), Code::Transport | Code::Timeout) {
            return None;
        }
        if !error.is_unsent() {
            if is_code(grant) || self.lost >= MAX_LOST {
                return None;
            }
            self.lost += 1;
        }
        self.again(None)
    }

    /// How long to wait before sending again what was answered without a token; `None` to give up.
    pub fn answered(&mut self, grant: &Grant, error: &ResponseError) -> Option<Duration> {
        match error {
            ResponseError::RateLimited { retry_after } => self.again(*retry_after),
            ResponseError::Unavailable {
                status,
                retry_after,
            } => {
                let is_stated = *status == StatusCode::SERVICE_UNAVAILABLE;
                let stated = retry_after.filter(|_| is_stated);
                if is_code(grant) && stated.is_none() {
                    return None;
                }
                self.again(stated)
            }
            _ => None,
        }
    }

    fn again(&mut self, stated: Option<Duration>) -> Option<Duration> {
        if self.retries >= MAX_RETRIES {
            return None;
        }
        let delay = stated.unwrap_or_else(|| self.backoff());
        let waited = self
            .waited
            .checked_add(delay)
            .filter(|waited| *waited <= Self::PATIENCE)?;
        self.retries += 1;
        self.waited = waited;
        Some(delay)
    }

    /// Full jitter: anything between nothing and a bound that doubles.
    fn backoff(&mut self) -> Duration {
        let bound = FIRST_BACKOFF_MILLIS << self.retries;
        Duration::from_millis(self.next_random() % (bound + 1))
    }

    /// `SplitMix64`, which is good enough to spread requests.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

fn is_code(grant: &Grant) -> bool {
    matches!(grant, Grant::AuthorizationCode { .. })
}

const MAX_RETRIES: u32 = 2;
const MAX_LOST: u32 = 1;
const FIRST_BACKOFF_MILLIS: u64 = 500;
