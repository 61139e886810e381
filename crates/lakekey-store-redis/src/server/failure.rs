use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use lakekey_core::{Code, Error};
use redis::{ErrorKind, RedisError};

use super::Timeouts;
use crate::text;

/// What went wrong, and when.
pub(super) enum Failure {
    /// While connecting, which sends the password: of what Redis answers to that, only the code is
    /// repeated.
    Connecting(RedisError),
    /// While a command was on its way. Commands hold nothing secret.
    Asked(RedisError),
}

impl Failure {
    pub(super) fn into_error(self, address: &str, timeouts: Timeouts) -> Error {
        let (error, waited) = match &self {
            Self::Connecting(error) => (error, timeouts.connect),
            Self::Asked(error) => (error, timeouts.response),
        };
        if error.is_timeout() {
            let waited = waited.as_secs_f64();
            let message = format!("Redis at {address} did not answer within {waited} s");
            return Error::new(Code::StoreIo, message).with_hint(REACH);
        }
        if error.kind() == ErrorKind::AuthenticationFailed || error.code() == Some("NOAUTH") {
            let message = format!("Redis at {address} does not accept the user and password");
            return Error::new(Code::Config, message).with_hint("check the URL of Redis");
        }
        if let Some(source) = tls(error) {
            let message = format!("Redis at {address} cannot be trusted: {source}");
            return Error::new(Code::Tls, message)
                .with_hint("if its authority is your own, add it with `root_certificates`");
        }
        if error.is_io_error() {
            let message = format!("Redis at {address} cannot be reached: {error}");
            return Error::new(Code::StoreIo, message).with_hint(REACH);
        }
        self.answered(address)
    }

    /// Redis answered, and what it said is an error or makes no sense.
    fn answered(self, address: &str) -> Error {
        let (error, detail) = match &self {
            Self::Connecting(error) => (error, None),
            Self::Asked(error) => (error, error.detail()),
        };
        let answer = match (error.code(), detail) {
            (Some(code), Some(detail)) => format!("{code} {detail}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => "something that makes no sense here".to_owned(),
        };
        let answer = text::shown(&answer, LONGEST);
        Error::new(
            Code::StoreIo,
            format!("Redis at {address} answered: {answer}"),
        )
    }
}

/// What TLS has to complain of, if that is what went wrong.
fn tls(error: &RedisError) -> Option<&rustls::Error> {
    let shared = error
        .source()?
        .downcast_ref::<Arc<dyn StdError + Send + Sync>>()?;
    let source: &dyn StdError = &**shared;
    source.downcast_ref().or_else(|| {
        let source = source.downcast_ref::<io::Error>()?;
        source.get_ref()?.downcast_ref()
    })
}

const REACH: &str = "check that Redis runs there and that this machine may connect to it";
/// Of what Redis says, in characters.
const LONGEST: usize = 200;
