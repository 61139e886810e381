//! The door to the network, and the only file that names `reqwest`.

mod connect;

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;
use std::time::Duration;

use http::{Request, Response, header};
use lakekey_core::{BoxFuture, Code, Error, HttpClient, Limits};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, redirect, retry};

use self::connect::Bounded;

/// An [`HttpClient`] on reqwest and rustls, with the platform's trust roots.
///
/// It follows no redirect, keeps no cookie, repeats nothing by itself, uses the proxies the
/// environment names for every host but loopback and link-local addresses, which are this machine and
/// the metadata service of its cloud, and resolves `localhost` and the names below
/// it to loopback alone (RFC 6761 §6.3). Nothing is set up before the first request.
#[derive(Debug, Default)]
pub struct Http {
    authorities: Vec<Vec<u8>>,
    proxied: OnceLock<Client>,
    direct: OnceLock<Client>,
}

impl Http {
    /// Adds certificate authorities to trust beside the platform's, as the bytes of a PEM file.
    pub fn trusting(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    fn client(&self, direct: bool) -> Result<&Client, Error> {
        let slot = if direct { &self.direct } else { &self.proxied };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(direct)?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, direct: bool) -> Result<Client, Error> {
        let mut builder = Client::builder()
            .user_agent(concat!("lakekey/", env!("CARGO_PKG_VERSION")))
            .connector_layer(Bounded)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .dns_resolver(Loopback);
        for pem in &self.authorities {
            let certificates =
                Certificate::from_pem_bundle(pem).map_err(|error| not_a_bundle(&error))?;
            if certificates.is_empty() {
                return Err(Error::new(
                    Code::Config,
                    "the certificate authority file holds no certificate",
                ));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        if direct {
            builder = builder.no_proxy();
        }
        builder.build().map_err(|error| {
            Error::new(Code::Config, "the HTTP client cannot be set up")
                .caused_by(error.without_url())
        })
    }
}

impl HttpClient for Http {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async move {
            let host = request.uri().host().unwrap_or_default().to_owned();
            let limits = request
                .extensions()
                .get::<Limits>()
                .copied()
                .unwrap_or_default();
            let client = self.client(is_direct(&host))?;
            let request = reqwest::Request::try_from(request).map_err(|error| {
                Error::new(Code::Transport, "the request cannot be built")
                    .caused_by(error.without_url())
                    .unsent()
            })?;
            let exchange = exchange(client, request, &host, limits);
            let exchange = connect::within(limits.connect, exchange);
            match tokio::time::timeout(limits.total, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(late(&host, limits.total)),
            }
        })
    }
}

async fn exchange(
    client: &Client,
    request: reqwest::Request,
    host: &str,
    limits: Limits,
) -> Result<Response<Vec<u8>>, Error> {
    let mut response = client
        .execute(request)
        .await
        .map_err(|error| failed(host, error))?;
    if let Some(coding) = response.headers().get(header::CONTENT_ENCODING) {
        let coding = coding.to_str().unwrap_or("unknown").to_owned();
        return Err(undecodable(host).with_note(format!(
            "its content coding is `{}`",
            coding.escape_default()
        )));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(host, error).answered())?
    {
        if body.len() + chunk.len() > limits.body {
            let message = format!("the answer of {host} is larger than {} bytes", limits.body);
            return Err(Error::new(Code::ResponseTooLarge, message));
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}

fn failed(host: &str, error: reqwest::Error) -> Error {
    let error = error.without_url();
    if is_tls(&error) {
        return Error::new(
            Code::Tls,
            format!("{host} could not be trusted: its TLS handshake failed"),
        )
        .with_hint("check the host, the clock, and SSL_CERT_FILE if a private authority is in use")
        .caused_by(error)
        .unsent();
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
    let answer = answer.caused_by(error);
    if unsent { answer.unsent() } else { answer }
}

fn undecodable(host: &str) -> Error {
    Error::new(
        Code::InvalidTokenResponse,
        format!("the answer of {host} cannot be decoded"),
    )
}

fn late(host: &str, total: Duration) -> Error {
    let seconds = total.as_secs_f32();
    Error::new(
        Code::Timeout,
        format!("{host} did not answer within {seconds} s"),
    )
}

fn not_a_bundle(error: &reqwest::Error) -> Error {
    Error::new(
        Code::Config,
        "the certificate authority file is no PEM bundle",
    )
    .with_note(error.to_string())
}

/// Whether the content coding is wrong. A connection that breaks within a body differs only in
/// its cause, which is then the connection's own error.
fn is_coding(error: &reqwest::Error) -> bool {
    error.is_decode()
        && error
            .source()
            .is_some_and(<dyn StdError>::is::<std::io::Error>)
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(|io| io.get_ref());
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    false
}

/// Whether a host is this machine or beside it, where no proxy may come between.
fn is_direct(host: &str) -> bool {
    let name = host.trim_matches(['[', ']']).to_ascii_lowercase();
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Err(_) => is_localhost(&name),
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Resolves the names below `localhost` without asking anybody.
#[derive(Debug)]
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if is_localhost(name.as_str()) {
                let both = [
                    IpAddr::from(Ipv4Addr::LOCALHOST),
                    IpAddr::from(Ipv6Addr::LOCALHOST),
                ];
                let addresses: Addrs = Box::new(both.map(|ip| SocketAddr::new(ip, 0)).into_iter());
                return Ok(addresses);
            }
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing {
    /// Whether no proxy may come between.
    pub fn is_direct(host: &str) -> bool {
        super::is_direct(host)
    }
}

#[cfg(test)]
mod tests {
    use super::is_direct;

    #[test]
    fn what_no_proxy_serves_is_judged_by_address_and_by_reserved_name() {
        for host in [
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "169.254.169.254",
            "[fe80::1]",
            "localhost",
            "Accounts.LocalHost",
        ] {
            assert!(is_direct(host), "{host}");
        }
        for host in ["127.0.0.1.example", "localhost.example", "10.0.0.1", ""] {
            assert!(!is_direct(host), "{host}");
        }
    }
}
