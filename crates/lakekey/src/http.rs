//! The door to the network, and the only module that names `reqwest`.

mod authorities;
mod connect;
mod exceptions;
mod failure;
mod proxies;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{Request, Response, Uri, header};
use lakekey_config::Environment;
use lakekey_core::{BoxFuture, Code, Error, HttpClient, Limits, Settings, sabotage};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Proxy, redirect, retry};
use url::Url;

use self::authorities::Authorities;
use self::connect::Bounded;
use self::failure::{failed, late, undecodable};
use self::proxies::{Proxies, Route, is_localhost, without_credentials};
use crate::attributes::CA_FILE;

/// An [`HttpClient`] on reqwest and rustls, with the platform's trust roots.
///
/// It follows no redirect, keeps no cookie, repeats nothing by itself, and resolves `localhost` and
/// the names below it to loopback alone (RFC 6761 §6.3). Nothing is read or set up before the first
/// request.
///
/// # Proxies
///
/// `HTTPS_PROXY`, or else `ALL_PROXY`, names the HTTP proxy for `https`, and `HTTP_PROXY` the one
/// for `http`; the name in upper case counts before the one in lower case. A proxy that cannot be
/// used is an error, and never leads to a direct connection. No proxy comes between for loopback
/// and link-local addresses, which are this machine and the metadata service of its cloud, and for
/// what `NO_PROXY` lists: names, which stand for those below them too, addresses, networks
/// (`10.0.0.0/8`), each with a port if need be, or `*`. Where no variable names a proxy, Windows
/// and macOS have settings of their own, which are followed.
///
/// # Authorities
///
/// The PEM files that `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE` name are trusted beside the roots of
/// the platform; on Linux and the BSDs, `SSL_CERT_FILE` and `SSL_CERT_DIR` of the process stand in
/// the place of those roots, as for OpenSSL. A file that cannot be read or holds no certificate is
/// an error. Nothing turns verification off.
#[derive(Debug, Default)]
pub struct Http {
    environment: OnceLock<Arc<Environment>>,
    authorities: Vec<Authorities>,
    proxies: OnceLock<Proxies>,
    /// Direct, for `http` through its proxy, for `https` through its proxy.
    clients: [OnceLock<Client>; 3],
}

impl Http {
    /// The variables of the environment that it reads.
    pub const VARIABLES: &[&str] = &[
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
    ];

    /// A client that reads this environment instead of the process's own.
    pub fn in_environment(environment: impl Into<Arc<Environment>>) -> Self {
        Self {
            environment: OnceLock::from(environment.into()),
            ..Self::default()
        }
    }

    /// Adds certificate authorities to trust beside the platform's, as the bytes of a PEM file.
    pub fn trusting(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(Authorities::bytes(pem.into()));
        self
    }

    /// Adds certificate authorities to trust beside the platform's: a PEM file, read before the
    /// first request. One that is not usable fails every request with [`Code::Config`].
    pub fn trusting_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Authorities::file(path.into(), None));
        self
    }

    /// The proxy that a request to `url` goes through, without its credentials; `None` for a direct
    /// connection, and where the settings of the system decide.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the variable for it does not name an HTTP proxy.
    ///
    /// ```
    /// use lakekey::{Environment, Http};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = Http::in_environment(Environment::from([
    ///     ("HTTPS_PROXY", "http://user:password@proxy.example:3128"),
    ///     ("NO_PROXY", "internal.example"),
    /// ]));
    /// let proxy = http.proxy_for(&"https://workspace.example".parse()?)?;
    /// assert_eq!(proxy.map(String::from).as_deref(), Some("http://proxy.example:3128/"));
    /// assert_eq!(http.proxy_for(&"https://db.internal.example".parse()?)?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy_for(&self, url: &Url) -> Result<Option<Url>, Error> {
        let uri: Uri = url.as_str().parse().unwrap_or_default();
        match self.proxies()?.route(&uri) {
            Route::Direct | Route::System => Ok(None),
            Route::Through(proxy) => proxy.url().map(without_credentials).map(Some),
        }
    }

    /// The client for these settings in this environment.
    pub(crate) fn of(environment: &Arc<Environment>, settings: &Settings) -> Result<Self, Error> {
        let mut http = Self::in_environment(Arc::clone(environment));
        if let Some(path) = settings.path(&CA_FILE)? {
            let origin = settings.origin(&CA_FILE).cloned();
            http.authorities.push(Authorities::file(path, origin));
        }
        Ok(http)
    }

    fn environment(&self) -> &Arc<Environment> {
        self.environment
            .get_or_init(|| Arc::new(Environment::process()))
    }

    fn proxies(&self) -> Result<&Proxies, Error> {
        if let Some(proxies) = self.proxies.get() {
            return Ok(proxies);
        }
        let proxies = Proxies::of(self.environment())?;
        Ok(self.proxies.get_or_init(|| proxies))
    }

    fn client(&self, uri: &Uri, route: Route<'_>) -> Result<&Client, Error> {
        let slot = match route {
            Route::Direct => 0,
            _ if uri.scheme_str() == Some("http") => 1,
            _ => 2,
        };
        if let Some(client) = self.clients[slot].get() {
            return Ok(client);
        }
        let client = self.build(route)?;
        Ok(self.clients[slot].get_or_init(|| client))
    }

    fn build(&self, route: Route<'_>) -> Result<Client, Error> {
        let mut builder = Client::builder()
            .user_agent(concat!("lakekey/", env!("CARGO_PKG_VERSION")))
            .connector_layer(Bounded)
            .redirect(redirects())
            .retry(retry::never())
            .referer(false)
            .dns_resolver(Loopback);
        let of_environment = Authorities::of_environment(self.environment());
        for authorities in of_environment.chain(self.authorities.iter().cloned()) {
            builder = builder.tls_certs_merge(authorities.certificates()?);
        }
        builder = match route {
            Route::Direct => builder.no_proxy(),
            Route::System => builder,
            Route::Through(proxy) => {
                let url = proxy.url()?;
                // Which requests go through it has been decided.
                let all = Proxy::all(url).map_err(|_| proxy.unusable())?;
                builder.no_proxy().proxy(all)
            }
        };
        builder.build().map_err(|error| {
            Error::new(Code::Config, "the HTTP client cannot be set up")
                .with_hint("check the files of certificate authorities, such as SSL_CERT_FILE")
                .caused_by(error.without_url())
                .unsent()
        })
    }
}

impl HttpClient for Http {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        Box::pin(async move {
            let uri = request.uri();
            let host = uri.host().unwrap_or_default().to_owned();
            let limits = request
                .extensions()
                .get::<Limits>()
                .copied()
                .unwrap_or_default();
            let route = self.proxies()?.route(uri);
            let client = self.client(uri, route)?;
            let request = reqwest::Request::try_from(request).map_err(|error| {
                Error::new(Code::Transport, "the request cannot be built")
                    .caused_by(error.without_url())
                    .unsent()
            })?;
            let exchange = exchange(client, request, &host, route, limits);
            let exchange = connect::within(limits.connect, exchange);
            let total = if sabotage::is_off("deadline") {
                Duration::MAX
            } else {
                limits.total
            };
            match tokio::time::timeout(total, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(late(&host, route, limits.total)),
            }
        })
    }
}

/// None is followed: a token request would take its secrets along.
fn redirects() -> redirect::Policy {
    if sabotage::is_off("redirect_block") {
        return redirect::Policy::default();
    }
    redirect::Policy::none()
}

async fn exchange(
    client: &Client,
    request: reqwest::Request,
    host: &str,
    route: Route<'_>,
    limits: Limits,
) -> Result<Response<Vec<u8>>, Error> {
    let mut response = client
        .execute(request)
        .await
        .map_err(|error| failed(host, route, error))?;
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
        .map_err(|error| failed(host, route, error).answered())?
    {
        if body.len() + chunk.len() > limits.body && !sabotage::is_off("size_cap") {
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

#[cfg(test)]
mod tests {
    use super::{Http, authorities, proxies};

    #[test]
    fn the_variables_that_are_read_are_those_that_are_named() {
        let names = [&proxies::SECURE[..], &proxies::PLAIN, proxies::NO_PROXY].concat();
        let read = names.iter().chain(&authorities::VARIABLES);
        let unnamed: Vec<_> = read
            .filter(|name| !Http::VARIABLES.contains(name))
            .collect();
        assert!(unnamed.is_empty(), "{unnamed:?}");
    }
}
