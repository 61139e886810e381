//! What is sent again, how often and when.

use std::time::Duration;

use http::StatusCode;
use lakekey_core::{Code, Error};
use lakekey_endpoints::Target;
use lakekey_oauth::{Grant, Pending, RedirectUri, ResponseError, Retry};
use proptest::prelude::*;

/// A failure as the retry loop sees it.
enum Failure {
    Unanswered(Error),
    Answered(ResponseError),
}
use Failure::{Answered, Unanswered};

#[test]
fn the_matrix() {
    let failure = |code| Unanswered(Error::new(code, "failed"));
    let unsent = |code| Unanswered(Error::new(code, "failed").unsent());
    let second = Some(Duration::from_secs(1));
    let table = [
        // failure, attempts more with a code, and with a refresh token
        (unsent(Code::Transport), 2, 2),
        (unsent(Code::Timeout), 2, 2),
        (failure(Code::Transport), 0, 1),
        (failure(Code::Timeout), 0, 1),
        (failure(Code::Tls), 0, 0),
        (unsent(Code::Tls), 0, 0),
        (failure(Code::ResponseTooLarge), 0, 0),
        (Answered(limited(second)), 2, 2),
        (Answered(limited(None)), 2, 2),
        (Answered(unavailable(503, second)), 2, 2),
        (Answered(unavailable(503, None)), 0, 2),
        (Answered(unavailable(500, second)), 0, 2),
        (
            Answered(ResponseError::OutcomeUnknown {
                status: StatusCode::BAD_GATEWAY,
            }),
            0,
            0,
        ),
        (
            Answered(ResponseError::Redirected {
                status: StatusCode::FOUND,
            }),
            0,
            0,
        ),
        (
            Answered(ResponseError::RefreshTokenDead {
                error: None,
                description: None,
            }),
            0,
            0,
        ),
    ];
    for (row, (failure, with_code, with_refresh)) in table.iter().enumerate() {
        assert_eq!(attempts(failure, &code()), *with_code, "row {row}, code");
        assert_eq!(
            attempts(failure, &refresh()),
            *with_refresh,
            "row {row}, refresh token"
        );
    }
}

#[test]
fn a_stated_delay_is_kept_to_within_the_patience() {
    let after = |seconds: &[u64]| {
        let mut retry = Retry::seeded(1);
        let wait = |s: &u64| retry.answered(&refresh(), &limited(Some(Duration::from_secs(*s))));
        seconds
            .iter()
            .map(wait)
            .map(|delay| delay.map(|d| d.as_secs()))
            .collect::<Vec<_>>()
    };
    assert_eq!(after(&[1, 2, 3]), [Some(1), Some(2), None]);
    assert_eq!(after(&[30, 0, 0]), [Some(30), Some(0), None]);
    assert_eq!(after(&[20, 11]), [Some(20), None]);
    assert_eq!(after(&[86_400]), [None]);
    assert_eq!(after(&[u64::MAX]), [None]);
}

#[test]
fn one_lost_answer_does_not_use_up_the_other_retries() {
    let mut retry = Retry::seeded(1);
    let lost = Error::new(Code::Transport, "reset");
    assert!(retry.unanswered(&refresh(), &lost).is_some());
    assert!(retry.unanswered(&refresh(), &lost).is_none());
    assert!(
        retry
            .answered(&refresh(), &unavailable(500, None))
            .is_some()
    );
    assert!(
        retry
            .answered(&refresh(), &unavailable(500, None))
            .is_none()
    );
}

proptest! {
    #[test]
    fn delays_are_bounded_and_follow_from_the_seed(seed in any::<u64>()) {
        let delays = |mut retry: Retry| {
            let error = unavailable(500, None);
            std::iter::from_fn(|| retry.answered(&refresh(), &error)).collect::<Vec<_>>()
        };
        let first = delays(Retry::seeded(seed));
        prop_assert_eq!(first.len(), 2);
        prop_assert!(first[0] <= Duration::from_millis(500), "{:?}", first);
        prop_assert!(first[1] <= Duration::from_secs(1), "{:?}", first);
        prop_assert_eq!(first, delays(Retry::seeded(seed)));
    }
}

fn attempts(failure: &Failure, grant: &Grant) -> usize {
    let mut retry = Retry::seeded(7);
    std::iter::from_fn(|| match failure {
        Unanswered(error) => retry.unanswered(grant, error),
        Answered(error) => retry.answered(grant, error),
    })
    .count()
}

fn limited(retry_after: Option<Duration>) -> ResponseError {
    ResponseError::RateLimited { retry_after }
}

fn unavailable(status: u16, retry_after: Option<Duration>) -> ResponseError {
    let status = StatusCode::from_u16(status).expect("a status");
    ResponseError::Unavailable {
        status,
        retry_after,
    }
}

fn refresh() -> Grant {
    Grant::Refresh("r-1".into())
}

fn code() -> Grant {
    let target = Target::account(
        "accounts.example.test".parse().expect("a host"),
        "abc".parse().expect("an account id"),
    );
    let endpoints = target.endpoints().expect("fixed for accounts");
    let verifier = "v".repeat(43).parse().expect("a verifier");
    let state = "s".parse().expect("a state");
    Pending::resume(&endpoints, RedirectUri::loopback(8020), state, verifier)
        .finish("/?code=c&state=s")
        .expect("the right callback")
}
