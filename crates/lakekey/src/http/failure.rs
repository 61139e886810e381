//! What went wrong with a request, in the words of this crate.

use std::error::Error as StdError;
use std::time::Duration;

use lakekey_core::{Code, Error};
use rustls::{AlertDescription, CertificateError};

use super::proxies::Route;

/// A request that failed on its way to a host.
pub(super) fn failed(host: &str, route: Route<'_>, error: reqwest::Error) -> Error {
    let error = error.without_url();
    if let Some(problem) = tls(&error) {
        return distrusted(host, problem).caused_by(error).unsent();
    }
    let unsent = error.is_connect();
    let answer = if error.is_timeout() {
        Error::new(Code::Timeout, format!("{host} did not answer in time"))
    } else if is_coding(&error) {
        undecodable(host)
    } else if unsent {
        Error::new(Code::Transport, format!("no connection to {host}"))
            .with_hint("check the host's name, the network and the proxy settings")
    } else {
        Error::new(Code::Transport, format!("the connection to {host} broke"))
    };
    let answer = through(answer, route).caused_by(error);
    if unsent { answer.unsent() } else { answer }
}

pub(super) fn undecodable(host: &str) -> Error {
    Error::new(
        Code::InvalidTokenResponse,
        format!("the answer of {host} cannot be decoded"),
    )
}

pub(super) fn late(host: &str, route: Route<'_>, total: Duration) -> Error {
    let seconds = total.as_secs_f32();
    let error = Error::new(
        Code::Timeout,
        format!("{host} did not answer within {seconds} s"),
    );
    through(error, route)
}

/// The error, with the proxy that was to be gone through.
fn through(error: Error, route: Route<'_>) -> Error {
    match route {
        Route::Direct => error,
        Route::System => error.with_note("it was tried as the proxy settings of the system say"),
        Route::Through(proxy) => {
            error.with_note(format!("it was tried through the proxy {}", proxy.shown()))
        }
    }
}

fn distrusted(host: &str, problem: &rustls::Error) -> Error {
    let (reason, hint) = reason(problem);
    Error::new(Code::Tls, format!("{host} is not trusted: {reason}")).with_hint(hint)
}

/// Why, and what to do about it.
fn reason(problem: &rustls::Error) -> (&'static str, &'static str) {
    use CertificateError as Certificate;
    match problem {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                ("its certificate has expired", CLOCK)
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                ("its certificate is not valid yet", CLOCK)
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                ("its certificate is for another name", HOST)
            }
            Certificate::UnknownIssuer => (
                "no authority that is trusted here signed its certificate",
                AUTHORITY,
            ),
            _ => ("its certificate is not in order", HOST),
        },
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        ) => ("it does not speak TLS 1.2 or newer", HOST),
        _ => ("its TLS handshake failed", HOST),
    }
}

/// The TLS error underneath, if there is one.
fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(problem) = error.downcast_ref() {
            return Some(problem);
        }
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref());
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

/// Whether the content coding is wrong. A connection that breaks within a body differs only in
/// its cause, which is then the connection's own error.
fn is_coding(error: &reqwest::Error) -> bool {
    error.is_decode()
        && error
            .source()
            .is_some_and(<dyn StdError>::is::<std::io::Error>)
}

const CLOCK: &str = "check the clock of this machine, or tell whoever runs the host";
const HOST: &str = "check the name of the host, or tell whoever runs it";
const AUTHORITY: &str = "check the host; a private authority is trusted once its PEM file is named: with `ca_file` in the profile, or SSL_CERT_FILE";
