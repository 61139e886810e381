//! `lakekey auth token`: what the official SDKs run to authenticate.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lakekey::{Clock as _, Code, Credentials, Demand, Error, Kind, Secret, SystemClock, Token};
use serde::Serialize;

use crate::args::{Format, Timeout, Token as Args};
use crate::machine::Machine;
use crate::selection::{NOTHING_NAMED, Selection, Wanted, is_of_a_person};
use crate::{output, runtime};

/// Prints a token of a stored login, renewed if need be. Asks nothing and opens nothing.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let selection = Selection::of(wanted, &machine)?;
    refuse_service_principal(&selection, &machine)?;
    let credentials = match args.timeout {
        Some(Timeout(span)) => machine.login_within(&selection, span)?,
        None => machine.login(&selection)?,
    };
    credentials.host().map_err(nothing_named)?;
    let now = SystemClock.now();
    let demand = if args.force_refresh {
        Demand::MintedSince(now)
    } else {
        demand(args.min_ttl)
    };
    let renewal = in_time(&credentials, demand, args.timeout);
    let token = runtime::block_on(renewal).map_err(recognisable)?;
    enough(&token, args.min_ttl)?;
    match format {
        Some(Format::Text) => output::data(&format!("{}\n", token.access().expose())),
        _ => output::data(&json(&token, now, &TimeZone::system())?),
    }
}

/// The token as new as demanded; where time was too short, one that is still good will do.
async fn in_time(
    credentials: &Credentials,
    demand: Demand,
    timeout: Option<Timeout>,
) -> Result<Token, Error> {
    let settles = demand == Demand::Fresh;
    match runtime::within(timeout, credentials.token_on(demand)).await {
        Err(error) if settles && error.code() == Code::Timeout => {
            let usable = credentials.token_on(Demand::Usable);
            let present = runtime::bounded(MOMENT, Duration::ZERO, usable).await;
            present.and_then(Result::ok).ok_or(error)
        }
        outcome => outcome,
    }
}

/// What `--min-ttl` asks for.
pub(super) fn demand(min_ttl: Option<Timeout>) -> Demand {
    min_ttl.map_or(Demand::Fresh, |Timeout(span)| {
        Demand::GoodFor(span.max(SHORTEST))
    })
}

/// Fails when even a new token does not last as long as `--min-ttl` asks for.
pub(super) fn enough(token: &Token, min_ttl: Option<Timeout>) -> Result<(), Error> {
    let left = token
        .expiry()
        .map(|expiry| expiry.duration_since(SystemClock.now()).unwrap_or_default());
    match (min_ttl, left) {
        (Some(wanted), Some(left)) if left + TOLERANCE < wanted.0 => {
            let left = Timeout(Duration::from_secs(left.as_secs()));
            let message = format!("a new token lasts {left}, which is less than {wanted}");
            Err(Error::new(Code::Usage, message)
                .with_hint("ask for less with --min-ttl, or ask again when the token ends"))
        }
        _ => Ok(()),
    }
}

/// The token as it is lent to others; a user name with its password is none.
pub(super) fn lendable(token: &Token) -> Result<&Secret, Error> {
    if token.token_type().eq_ignore_ascii_case("bearer") {
        return Ok(token.access());
    }
    let message = "a user name and a password cannot be lent: there is no token to give";
    Err(Error::new(Code::Config, message)
        .with_hint("sign in with `lakekey auth login --host <HOST>`, and name that profile"))
}

/// The token as the SDKs read it: no line break at the end, and never the refresh token.
fn json(token: &Token, now: SystemTime, zone: &TimeZone) -> Result<String, Error> {
    let answer = Answer {
        access_token: token.access().expose(),
        token_type: token.token_type(),
        expiry: local(end(token, now), zone)?,
        expires_in: token
            .lifetime()
            .map(|lifetime| lifetime.as_secs())
            .filter(|seconds| *seconds > 0),
    };
    Ok(serde_json::to_string_pretty(&answer).expect("texts and numbers can be written as JSON"))
}

#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expiry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
}

/// When a token ends; one that does not say so is to be asked for again soon.
pub(super) fn end(token: &Token, now: SystemTime) -> SystemTime {
    token.expiry().unwrap_or(now + UNKNOWN_LIFE)
}

/// The moment in local time, with its offset and all nine digits of the fraction.
///
/// It is the one form that every SDK reads right: the one for Python drops the offset together
/// with the fraction, takes the rest for local time, and fails when there is no fraction.
fn local(moment: SystemTime, zone: &TimeZone) -> Result<String, Error> {
    let moment = Timestamp::try_from(moment).map_err(|error| {
        Error::new(
            Code::InvalidTokenResponse,
            "the token expires at a moment that no calendar has",
        )
        .with_hint("sign in again")
        .caused_by(error)
    })?;
    Ok(moment
        .to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%dT%H:%M:%S.%9f%:z")
        .to_string())
}

/// Neither a profile nor a host was named, and there is no default.
fn nothing_named(error: Error) -> Error {
    if error.kind() != Kind::Absent {
        return error;
    }
    recognisable(Error::new(error.code(), NOTHING_NAMED))
        .with_hint("lakekey auth login --host <HOST>")
}

/// The error with the words by which the SDKs tell "nobody signed in" from a real failure.
fn recognisable(error: Error) -> Error {
    if error.kind() == Kind::Absent {
        return error.with_note("databricks OAuth is not configured for this host");
    }
    error
}

/// A service principal has no stored login: saying so beats saying that nobody signed in.
fn refuse_service_principal(selection: &Selection, machine: &Machine) -> Result<(), Error> {
    let profile = selection
        .profile
        .as_deref()
        .and_then(|name| machine.profiles.profile(name));
    let has = |key| {
        profile.is_some_and(|profile| profile.get(key).is_some_and(|value| !value.is_empty()))
    };
    match profile {
        Some(profile) if !is_of_a_person(profile) && has("client_id") && has("client_secret") => {
            let message = format!(
                "profile `{}` is that of a service principal, which has no login",
                profile.name()
            );
            Err(Error::new(Code::Config, message)
                .with_note(
                    "`auth token` prints the tokens of people who signed in through a browser",
                )
                .with_hint("choose another profile with --profile"))
        }
        _ => Ok(()),
    }
}

/// How long it takes to look into the store, at most.
const MOMENT: Duration = Duration::from_secs(1);
/// The shortest time that a token handed out is good for.
const SHORTEST: Duration = Duration::from_secs(40);
/// What a request may take of the life of the token that it brings.
const TOLERANCE: Duration = Duration::from_secs(30);
const UNKNOWN_LIFE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use jiff::tz::{TimeZone, offset};

    use super::{Token, json};

    fn shown(token: &Token, hours: i8) -> String {
        json(
            token,
            SystemTime::UNIX_EPOCH,
            &TimeZone::fixed(offset(hours)),
        )
        .unwrap()
    }

    #[test]
    fn the_json_is_what_every_sdk_reads() {
        let minted = SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_500);
        let token = Token::bearer("at")
            .with_refresh("canary")
            .lasting(minted, Duration::from_secs(3600));
        insta::assert_snapshot!(shown(&token, 2), @r#"
        {
          "access_token": "at",
          "token_type": "Bearer",
          "expiry": "2027-01-15T11:00:00.500000000+02:00",
          "expires_in": 3600
        }
        "#);
        assert!(
            shown(&token, -7).contains("T02:00:00.500000000-07:00"),
            "{}",
            shown(&token, -7)
        );
        assert!(
            shown(&token, 0).contains("T09:00:00.500000000+00:00\""),
            "{}",
            shown(&token, 0)
        );
        assert!(!shown(&token, 2).ends_with('\n'));
    }

    #[test]
    fn every_member_the_sdks_need_is_there_even_if_the_token_says_nothing() {
        let shown = shown(&Token::bearer("at"), 0);
        insta::assert_snapshot!(shown, @r#"
        {
          "access_token": "at",
          "token_type": "Bearer",
          "expiry": "1970-01-01T00:05:00.000000000+00:00"
        }
        "#);
    }
}
