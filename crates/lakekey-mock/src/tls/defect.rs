//! What can be wrong with a TLS server (RFC 9525 §6, RFC 9325 §3).

use std::{io, net::IpAddr};

use rcgen::{Certificate, KeyPair};
use tokio_rustls::TlsAcceptor;

use super::{COMMON_NAME, Identity, acceptor, authority, key, leaf, year_from};

/// Something a client must refuse before it sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The certificate has ended.
    Expired,
    /// The certificate has not begun.
    NotYet,
    /// The certificate names another host.
    WrongHost,
    /// The certificate signs itself.
    SelfSigned,
    /// The certificate is signed by an authority that nobody was told of.
    UnknownCa,
    /// The server speaks TLS 1.1 and nothing newer.
    Tls11,
    /// The name is in the subject alone, where it does not count.
    CnOnly,
    /// The names are wildcards that span a whole top-level domain.
    Wildcard,
    /// The handshake never begins.
    Stall,
}

impl Defect {
    /// The defect of that name in a fault.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "expired" => Self::Expired,
            "not_yet" => Self::NotYet,
            "wrong_host" => Self::WrongHost,
            "self_signed" => Self::SelfSigned,
            "unknown_ca" => Self::UnknownCa,
            "tls11" => Self::Tls11,
            "cn_only" => Self::CnOnly,
            "wildcard" => Self::Wildcard,
            "stall" => Self::Stall,
            _ => return None,
        })
    }
}

impl Identity {
    /// The same server with that defect in its certificate. Everything else about the certificate is right.
    pub(crate) fn spoiled(&self, defect: Defect) -> io::Result<TlsAcceptor> {
        let key = key()?;
        let certificate = self.certificate(defect, &key)?;
        acceptor(&certificate, &key)
    }

    fn certificate(&self, defect: Defect, key: &KeyPair) -> io::Result<Certificate> {
        let (today, year) = (self.today, year_from(self.today));
        let stranger = || vec!["another-host.example".to_owned()];
        let wildcards = || {
            self.names
                .iter()
                .filter_map(|name| wildcard(name))
                .collect()
        };
        let (names, common_name, days) = match defect {
            Defect::Expired => (
                self.names.clone(),
                COMMON_NAME,
                [today.saturating_sub(365), today.saturating_sub(2)],
            ),
            Defect::NotYet => (self.names.clone(), COMMON_NAME, [today + 2, today + 365]),
            Defect::WrongHost => (stranger(), COMMON_NAME, year),
            Defect::CnOnly => (Vec::new(), "localhost", year),
            Defect::Wildcard => (wildcards(), COMMON_NAME, year),
            _ => (self.names.clone(), COMMON_NAME, year),
        };
        let leaf = leaf(&names, common_name, days).map_err(io::Error::other)?;
        match defect {
            Defect::SelfSigned => leaf.self_signed(key),
            Defect::UnknownCa => leaf.signed_by(key, &authority(STRANGER, today)?.0),
            _ => leaf.signed_by(key, &self.authority),
        }
        .map_err(io::Error::other)
    }
}

/// `*.com` for `workspace.example.com`; none for an address or a name of one label.
fn wildcard(name: &str) -> Option<String> {
    let (_, top) = name.rsplit_once('.')?;
    name.parse::<IpAddr>().is_err().then(|| format!("*.{top}"))
}

const STRANGER: &str = "an authority that nobody trusts";
