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
        Demand::GoodFor(_) | Demand::MintedSince(_) if is_beyond_belief(token, now) => false,
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

/// Whether a token that can be renewed is said to end later than one that were minted right now:
/// a mistake of whoever wrote that down, or a clock that has jumped since.
pub(crate) fn is_beyond_belief(token: &Token, now: SystemTime) -> bool {
    let latest = now.checked_add(longest_life(token));
    token.refresh().is_some()
        && matches!((token.expiry(), latest), (Some(expiry), Some(latest)) if expiry > latest)
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
    /// A token whose expiry is beyond belief is stale from the start.
    pub(crate) fn of(token: &Token, now: SystemTime) -> Option<Self> {
        let expiry = token.expiry()?;
        if is_beyond_belief(token, now) {
            return Some(Self {
                stale: now,
                expired: now.checked_add(longest_life(token))?,
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

/// How long a token may still be good, at the very most.
fn longest_life(token: &Token) -> Duration {
    let lifetime = token.lifetime().unwrap_or(MAX_LIFETIME);
    lifetime.min(MAX_LIFETIME) + LEEWAY
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
/// By how much the clocks of machines that share a home may differ.
const LEEWAY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use lakekey_core::{Demand, Token};

    use super::{Freshness, freshness, satisfies};

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
    fn a_clock_that_was_put_back_makes_a_token_stale() {
        let minted = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        let token = Token::bearer("t").lasting(minted, Duration::from_secs(3600));
        let token = token.with_refresh("r");
        let (day, minute) = (Duration::from_secs(24 * 3600), Duration::from_secs(60));
        assert_eq!(freshness(&token, minted - minute), Freshness::Fresh);
        assert_eq!(freshness(&token, minted - day), Freshness::Stale);
        for demand in [
            Demand::Fresh,
            Demand::GoodFor(minute),
            Demand::MintedSince(minted - day),
        ] {
            assert!(satisfies(&token, &demand, minted), "{demand:?}");
            assert!(!satisfies(&token, &demand, minted - day), "{demand:?}");
        }
    }

    #[test]
    fn without_expiry_it_is_always_fresh() {
        let token = Token::bearer("t");
        assert_eq!(freshness(&token, SystemTime::UNIX_EPOCH), Freshness::Fresh);
    }
}
