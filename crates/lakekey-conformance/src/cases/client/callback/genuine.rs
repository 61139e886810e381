//! The redirect of a sign-in, and requests that are nearly it.

use super::waiting::{Page, Waiting};
use crate::case::Finding;
use crate::probe::Probe;

/// A redirect that has not been followed yet.
#[derive(Clone, Debug)]
pub(super) struct Genuine {
    /// `/?code=…&state=…`.
    pub(super) target: String,
    pub(super) port: u16,
}

impl Genuine {
    /// The target without its path, from the question mark on.
    pub(super) fn query(&self) -> &str {
        self.target.trim_start_matches('/')
    }

    /// What the browser names as `Host`.
    pub(super) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// A request for that target instead.
    pub(super) fn to(&self, target: &str) -> Vec<u8> {
        self.by("GET", target, "")
    }

    /// A request with this method, target and headers; each header ends with `\r\n`.
    pub(super) fn by(&self, method: &str, target: &str, headers: &str) -> Vec<u8> {
        let host = format!("Host: {}\r\n", self.host());
        head(method, target, &(host + headers))
    }

    /// The redirect with these headers and no others.
    pub(super) fn headed(&self, headers: &str) -> Vec<u8> {
        head("GET", &self.target, headers)
    }
}

/// A request to the letter.
fn head(method: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\n{headers}\r\n").into_bytes()
}

/// Begins a sign-in and sends it requests, made from its redirect. Each must be refused with one of these
/// statuses, and nothing may come of it. Gives the pages, too.
pub(super) fn refused(
    probe: &mut Probe,
    statuses: &[u16],
    requests: impl FnOnce(&Genuine) -> Vec<Vec<u8>>,
) -> Finding<(Waiting, Genuine, Vec<Page>)> {
    let waiting = Waiting::anywhere(probe)?;
    let genuine = Genuine {
        target: waiting.target(probe)?,
        port: waiting.port,
    };
    let requests = requests(&genuine).into_iter();
    let pages = requests.map(|request| waiting.refuses(probe, &request, statuses));
    let pages = pages.collect::<Finding<_>>()?;
    Ok((waiting, genuine, pages))
}

/// The same, and then the redirect itself must succeed.
pub(super) fn refused_first(
    probe: &mut Probe,
    statuses: &[u16],
    requests: impl FnOnce(&Genuine) -> Vec<Vec<u8>>,
) -> Finding<Vec<Page>> {
    let (waiting, genuine, pages) = refused(probe, statuses, requests)?;
    waiting.succeeds_with(probe, &genuine.to(&genuine.target))?;
    Ok(pages)
}
