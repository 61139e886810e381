//! Which proxy a request goes through.

use std::net::IpAddr;

use http::Uri;
use lakekey_config::Environment;
use lakekey_core::{Code, Error, Secret};
use url::Url;

use super::exceptions::Exceptions;

/// The proxies that an environment names.
///
/// Of each variable, the name in upper case is looked at first; an empty one is none.
#[derive(Debug)]
pub(super) struct Proxies {
    plain: Option<Proxy>,
    secure: Option<Proxy>,
    except: Exceptions,
}

/// A proxy as a variable names it. Its value may hold a password.
#[derive(Debug)]
pub(super) struct Proxy {
    variable: &'static str,
    value: Secret,
}

/// How a request gets to its host.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route<'a> {
    Direct,
    /// As the settings of the system say.
    System,
    Through(&'a Proxy),
}

impl Proxies {
    pub(super) fn of(environment: &Environment) -> Result<Self, Error> {
        let named = |names: &[&'static str]| Proxy::of(environment, names);
        let list = first(environment, NO_PROXY)?.map_or("", |(_, list)| list);
        // In a CGI program, `HTTP_PROXY` is what a request said in its header `Proxy` (CVE-2016-5385).
        let is_cgi = environment.get_os("REQUEST_METHOD").is_some();
        Ok(Self {
            plain: named(&PLAIN[usize::from(is_cgi)..])?,
            secure: named(&SECURE)?,
            except: Exceptions::parse(list),
        })
    }

    pub(super) fn route(&self, uri: &Uri) -> Route<'_> {
        let host = uri.host().unwrap_or_default();
        let is_secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        if is_near(host) || self.except.cover(host, port) {
            return Route::Direct;
        }
        match if is_secure { &self.secure } else { &self.plain } {
            Some(proxy) => Route::Through(proxy),
            None if HAS_SETTINGS => Route::System,
            None => Route::Direct,
        }
    }
}

impl Proxy {
    fn of(environment: &Environment, names: &[&'static str]) -> Result<Option<Self>, Error> {
        let found = first(environment, names)?;
        Ok(found.map(|(variable, value)| Self {
            variable,
            value: value.into(),
        }))
    }

    /// The address, with its credentials.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] for anything but an HTTP proxy; the value is not repeated.
    pub(super) fn url(&self) -> Result<Url, Error> {
        let text = self.value.expose().trim();
        let url = if text.contains("://") {
            Url::parse(text)
        } else {
            Url::parse(&format!("http://{text}"))
        };
        url.ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.port() != Some(0))
            .ok_or_else(|| self.unusable())
    }

    /// What is wrong when it cannot be used.
    pub(super) fn unusable(&self) -> Error {
        let message = format!("{} does not name an HTTP proxy", self.variable);
        Error::new(Code::Config, message)
            .with_hint("write it as http://proxy.example:3128, or unset it")
            .unsent()
    }

    /// The address without credentials, and the variable it is from.
    pub(super) fn shown(&self) -> String {
        let place = self.url().map(without_credentials);
        let place = place.map_or_else(|_| "a proxy".to_owned(), |url| url.to_string());
        format!("{} of {}", place.trim_end_matches('/'), self.variable)
    }
}

pub(super) fn without_credentials(mut url: Url) -> Url {
    // Only an address without host refuses, and a proxy has one.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Whether a host is this machine or beside it, where no proxy may come between.
fn is_near(host: &str) -> bool {
    let name = host.trim_matches(['[', ']']).to_ascii_lowercase();
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Err(_) => is_localhost(&name),
    }
}

/// Whether a name is `localhost` or below it (RFC 6761 §6.3), with or without the last dot.
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// The first of some variables that is set, with its name.
fn first<'a>(
    environment: &'a Environment,
    names: &[&'static str],
) -> Result<Option<(&'static str, &'a str)>, Error> {
    for name in names {
        if let Some(value) = environment.get(name)? {
            return Ok(Some((name, value)));
        }
    }
    Ok(None)
}

pub(super) const SECURE: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
pub(super) const PLAIN: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
pub(super) const NO_PROXY: &[&str] = &["NO_PROXY", "no_proxy"];
/// Where the system itself has settings for proxies.
const HAS_SETTINGS: bool = cfg!(any(windows, target_os = "macos"));

#[cfg(test)]
mod tests {
    use lakekey_config::Environment;

    use super::{Proxies, Route, is_near};

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
            assert!(is_near(host), "{host}");
        }
        for host in ["127.0.0.1.example", "localhost.example", "10.0.0.1", ""] {
            assert!(!is_near(host), "{host}");
        }
    }

    #[test]
    fn a_header_of_a_cgi_request_names_no_proxy() {
        let variables = [
            ("HTTP_PROXY", "http://evil.test:80"),
            ("REQUEST_METHOD", "GET"),
        ];
        let proxies = Proxies::of(&Environment::from(variables)).unwrap();
        let route = proxies.route(&"http://plain.example".parse().unwrap());
        assert!(!matches!(route, Route::Through(_)), "{route:?}");
    }

    fn shown(value: &str) -> String {
        let environment = Environment::from([("https_proxy", value)]);
        let proxies = Proxies::of(&environment).unwrap();
        match proxies.route(&"https://workspace.example".parse().unwrap()) {
            Route::Through(proxy) => match proxy.url() {
                Ok(_) => proxy.shown(),
                Err(error) => error.to_string(),
            },
            _ => "none".to_owned(),
        }
    }

    #[test]
    fn a_proxy_is_shown_without_its_credentials() {
        for value in [
            "http://user:canary@proxy.example:3128",
            "user:canary@proxy.example:3128/",
            "proxy.example:3128",
        ] {
            assert_eq!(shown(value), "http://proxy.example:3128 of https_proxy");
        }
        assert_eq!(
            shown("https://proxy.example"),
            "https://proxy.example of https_proxy"
        );
    }

    #[test]
    fn what_is_no_http_proxy_is_refused_and_not_repeated() {
        for value in [
            "http://",
            "http://user:canary@",
            "http://user:canary@proxy:port",
            "http://user:canary@[::1",
            "http://proxy:0",
            "socks5://user:canary@proxy:1080",
            "file:///canary",
            "canary canary",
        ] {
            assert_eq!(
                shown(value),
                "https_proxy does not name an HTTP proxy",
                "{value}"
            );
        }
    }
}
