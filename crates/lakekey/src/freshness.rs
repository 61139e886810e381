//! When a token is fresh, stale or expired.

use std::time::{Duration, SystemTime};

use lakekey_core::{Demand, Token};
use lakekey_oauth::MAX_LIFETIME;

/// How good a token still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Hand it out.
    Fresh,
    /// Hand it out, and see to a newer one.
    Stale,
    /// Do not hand it out.
    Expired,
}

/// Judges a token by the wall clock.
pub(crate) fn freshness(token: &Token, now: SystemTime) -> Freshness {
    let Some(bounds) = Bounds::of(token, now) else {
        return Freshness::Fresh;
    };
    if now >= bounds.expired {
        Freshness::Expired
    } else if now >= bounds.stale {
        Freshness::Stale
    } else {
        Freshness::Fresh
    }
}

/// Whether a token meets a demand.
pub(crate) fn satisfies(token: &Token, demand: &Demand, now: SystemTime) -> bool {
    let freshness = freshness(token, now);
    match demand {
        Demand::Usable => freshness != Freshness::Expired,
        Demand::GoodFor(span) => {
            freshness != Freshness::Expired
                && token.expiry().is_none_or(|expiry| {
                    now.checked_add(*span).is_some_and(|until| expiry >= until)
                })
        }
        Demand::MintedSince(moment) => {
            freshness != Freshness::Expired
                && token.minted().is_some_and(|minted| minted >= *moment)
        }
        Demand::OtherThan(rejected) => {
            freshness != Freshness::Expired && token.access() != rejected
        }
        _ => freshness == Freshness::Fresh,
    }
}

/// The two moments at which a token changes its freshness, by the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) stale: SystemTime,
    pub(crate) expired: SystemTime,
}

impl Bounds {
    /// The bounds of a token as they look at `now`; `None` for one that never expires.
    ///
    /// An expiry that no server grants is a mistake of whoever wrote it, or of this clock: such a
    /// token is stale from the start if there is a way to renew it.
    pub(crate) fn of(token: &Token, now: SystemTime) -> Option<Self> {
        let expiry = token.expiry()?;
        let latest = now.checked_add(MAX_LIFETIME)?;
        if expiry > latest && token.refresh().is_some() {
            return Some(Self {
                stale: now,
                expired: latest,
            });
        }
        let lifetime = token.lifetime().unwrap_or(USUAL_LIFETIME);
        let lead = (lifetime / 2).min(LONGEST_LEAD);
        let margin = MARGIN.min(lifetime / 4);
        Some(Self {
            stale: before(expiry, lead),
            expired: before(expiry, margin),
        })
    }
}

impl Bounds {
    /// The bounds of two tokens used together.
    pub(crate) fn sooner(self, other: Self) -> Self {
        Self {
            stale: self.stale.min(other.stale),
            expired: self.expired.min(other.expired),
        }
    }
}

fn before(moment: SystemTime, lead: Duration) -> SystemTime {
    moment.checked_sub(lead).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The lifetime assumed for a stored token that does not state its own.
const USUAL_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// A token is stale no earlier than this before its end.
const LONGEST_LEAD: Duration = Duration::from_secs(20 * 60);
/// A token with less time than this left may be refused on arrival, so it counts as expired.
/// Tokens that live for less than four times as long use a quarter of their life instead.
const MARGIN: Duration = Duration::from_secs(40);

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_core::Token;

    use super::{Freshness, freshness};

    fn at(lifetime: u64, age: u64) -> Freshness {
        let minted = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let token = Token::bearer("t").lasting(minted, Duration::from_secs(lifetime));
        freshness(&token, minted + Duration::from_secs(age))
    }

    #[test]
    fn an_hour_is_fresh_for_forty_minutes() {
        assert_eq!(at(3600, 2399), Freshness::Fresh);
        assert_eq!(at(3600, 2400), Freshness::Stale);
        assert_eq!(at(3600, 3559), Freshness::Stale);
        assert_eq!(at(3600, 3560), Freshness::Expired);
    }

    #[test]
    fn short_lives_scale_down() {
        assert_eq!(at(8, 3), Freshness::Fresh);
        assert_eq!(at(8, 4), Freshness::Stale);
        assert_eq!(at(8, 6), Freshness::Expired);
        assert_eq!(at(0, 0), Freshness::Expired);
    }

    #[test]
    fn an_expiry_beyond_belief_is_stale_if_it_can_be_renewed() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        let token = Token::bearer("t").expiring(now + Duration::from_secs(400 * 24 * 3600));
        assert_eq!(freshness(&token, now), Freshness::Fresh);
        assert_eq!(freshness(&token.with_refresh("r"), now), Freshness::Stale);
    }

    #[test]
    fn without_expiry_it_is_always_fresh() {
        let token = Token::bearer("t");
        assert_eq!(freshness(&token, SystemTime::UNIX_EPOCH), Freshness::Fresh);
    }
}
