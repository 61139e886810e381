//! Answers of a token endpoint, as inputs write them.

use std::time::{Duration, SystemTime};

use http::Response;
use lakekey_core::Secret;
use lakekey_oauth::Grant;

use crate::sign_in::{STATE, pending};

/// An input as an HTTP answer, and the grant it is the answer to.
///
/// The first line is the status and the grant, `200 refresh` for instance; header lines follow, an
/// empty line, and the body. `None` for an input that is no such thing.
pub fn answer(input: &[u8]) -> Option<(Response<Vec<u8>>, Grant)> {
    let (head, body) = split(input);
    let mut lines = std::str::from_utf8(head).ok()?.lines();
    let (status, grant) = lines.next()?.split_once(' ')?;
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        response = response.header(name, value);
    }
    Some((response.body(body.to_vec()).ok()?, named(grant)?))
}

/// The moment at which every request of a target began: 2025-03-20T10:30:00Z.
pub fn started() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(STARTED)
}

/// The same in seconds since 1970.
pub const STARTED: u64 = 1_742_466_600;

/// The secrets that were sent with a grant, and that no message may show. Those of a client are
/// another matter.
pub fn secrets(grant: &Grant) -> &'static [&'static str] {
    match grant {
        Grant::ClientCredentials => &[],
        _ => &[SENT],
    }
}

/// What is sent with a grant: a code, a refresh token, an assertion.
pub const SENT: &str = "s3nt-with-the-grant";

fn named(grant: &str) -> Option<Grant> {
    match grant {
        "code" => pending(false)
            .finish(&format!("/?code={SENT}&state={STATE}"))
            .ok(),
        "refresh" => Some(Grant::Refresh(Secret::from(SENT))),
        "client" => Some(Grant::ClientCredentials),
        "federated" => Some(Grant::federated(SENT)),
        _ => None,
    }
}

fn split(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.windows(2).position(|pair| pair == b"\n\n");
    match end {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &[]),
    }
}
