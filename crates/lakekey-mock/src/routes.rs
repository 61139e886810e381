//! Which path is answered by whom.

mod api;
mod authorize;
mod azure;
mod consent;
mod metadata;
mod revocation;
mod token;

use std::time::SystemTime;

use http::{Method, Request};

pub(crate) use consent::{decide, decline};

use crate::{
    exchange::Answer,
    pages, reply,
    rules::{Verdict, require, tenant},
    server::World,
    site::{Site, Tenant},
};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// `/.well-known/databricks-config`.
    HostMetadata,
    /// The two metadata documents of an authorization server.
    Metadata,
    /// The published keys.
    Keys,
    /// Where the browser starts.
    Authorize,
    /// Where the sign-in page sends its form.
    Consent,
    /// Where codes, refresh tokens and secrets become access tokens.
    Token,
    /// Where a client gives tokens back (RFC 7009), if the setup offers it.
    Revoke,
    /// Where a resource server asks about a token (RFC 7662), if the setup offers it.
    Introspect,
    /// A resource behind a bearer token.
    Api,
    /// Where an Azure workspace tells its Entra tenant.
    Azure,
    /// Anything else.
    Other,
}

impl Endpoint {
    /// The name used in fault rules and in the journal of the control API.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(endpoint, _)| *endpoint == self)
            .map_or("other", |(_, name)| name)
    }

    /// The endpoint of that name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(endpoint, _)| *endpoint)
    }
}

/// A request, and the moment it is acted on.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) request: &'a Request<Vec<u8>>,
    pub(crate) now: SystemTime,
    /// The account in the path.
    account: Option<&'a str>,
    /// The path below `/oidc`, `/oidc/accounts/<id>` or the root.
    rest: &'a str,
}

impl<'a> Visit<'a> {
    pub(crate) fn new(request: &'a Request<Vec<u8>>, now: SystemTime) -> Self {
        let (account, rest) = split(request.uri().path());
        Self {
            request,
            now,
            account,
            rest,
        }
    }

    fn site(&self, world: &World) -> Site {
        Site::of(self.request, &world.setup)
    }

    /// The account in the path, or else the workspace of the host.
    fn tenant(&self, site: &Site, world: &World) -> Verdict<Tenant> {
        match self.account {
            Some(id) => tenant::account(id, &world.setup),
            None => tenant::workspace(site),
        }
    }

    fn is(&self, method: &Method) -> bool {
        self.request.method() == method
    }

    /// Only reading makes sense here.
    fn must_read(&self) -> Verdict {
        require(
            self.is(&Method::GET) || self.is(&Method::HEAD),
            &tenant::ROUTE_METHOD,
        )
    }
}

/// The endpoint of a path.
pub(crate) fn endpoint(path: &str) -> Endpoint {
    match split(path).1 {
        "/.well-known/databricks-config" => Endpoint::HostMetadata,
        "oidc/.well-known/oauth-authorization-server" | "oidc/.well-known/openid-configuration" => {
            Endpoint::Metadata
        }
        "oidc/jwks.json" => Endpoint::Keys,
        "oidc/v1/authorize" | "oidc/oauth2/v2.0/authorize" => Endpoint::Authorize,
        "oidc/consent" => Endpoint::Consent,
        "oidc/v1/token" => Endpoint::Token,
        "oidc/v1/revoke" => Endpoint::Revoke,
        "oidc/v1/introspect" => Endpoint::Introspect,
        "/aad/auth" => Endpoint::Azure,
        rest if rest.starts_with("/api/") => Endpoint::Api,
        _ => Endpoint::Other,
    }
}

/// Acts on a request.
pub(crate) fn answer(world: &mut World, visit: &Visit<'_>, endpoint: Endpoint) -> Answer {
    match endpoint {
        Endpoint::HostMetadata => metadata::host(world, visit),
        Endpoint::Metadata => metadata::server(world, visit),
        Endpoint::Keys => metadata::keys(world, visit),
        Endpoint::Authorize if azure::is_entra(world, visit) => azure::authorize(world, visit),
        Endpoint::Authorize => authorize::answer(world, visit),
        Endpoint::Consent => consent::answer(world, visit),
        Endpoint::Token => token::answer(world, visit),
        Endpoint::Revoke if world.setup.revocation => revocation::revoke(world, visit),
        Endpoint::Introspect if world.setup.revocation => revocation::introspect(world, visit),
        Endpoint::Api => api::answer(world, visit),
        Endpoint::Azure => azure::auth(world, visit),
        Endpoint::Other if visit.rest == "/" => welcome(world, visit),
        Endpoint::Revoke | Endpoint::Introspect | Endpoint::Other => Answer::refusal(
            &tenant::ROUTE_UNKNOWN,
            reply::api_refusal(&tenant::ROUTE_UNKNOWN, ""),
        ),
    }
}

/// A page for somebody who opens the address in a browser.
fn welcome(world: &World, visit: &Visit<'_>) -> Answer {
    Answer::ready(reply::page(
        200,
        &pages::welcome(&visit.site(world).origin),
        "'none'",
    ))
}

/// The account a path names, and the path as if it named none. Paths below `/oidc` lose their first slash,
/// so that they can not be mistaken for others.
fn split(path: &str) -> (Option<&str>, &str) {
    let Some(oidc) = path.strip_prefix("/oidc/") else {
        return (None, path);
    };
    let Some((id, below)) = oidc
        .strip_prefix("accounts/")
        .and_then(|accounts| accounts.split_once('/'))
    else {
        return (None, &path[1..]);
    };
    let known = BELOW_ACCOUNT
        .iter()
        .find(|known| known.strip_prefix("oidc/") == Some(below));
    (Some(id), known.copied().unwrap_or_default())
}

/// What exists below `/oidc/accounts/<id>`.
const BELOW_ACCOUNT: [&str; 8] = [
    "oidc/.well-known/oauth-authorization-server",
    "oidc/.well-known/openid-configuration",
    "oidc/jwks.json",
    "oidc/v1/authorize",
    "oidc/v1/token",
    "oidc/v1/revoke",
    "oidc/v1/introspect",
    "oidc/consent",
];

const NAMES: [(Endpoint, &str); 11] = [
    (Endpoint::HostMetadata, "host-metadata"),
    (Endpoint::Metadata, "metadata"),
    (Endpoint::Keys, "keys"),
    (Endpoint::Authorize, "authorize"),
    (Endpoint::Consent, "consent"),
    (Endpoint::Token, "token"),
    (Endpoint::Revoke, "revoke"),
    (Endpoint::Introspect, "introspect"),
    (Endpoint::Api, "api"),
    (Endpoint::Azure, "azure"),
    (Endpoint::Other, "other"),
];
