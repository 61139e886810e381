//! The names of all faults.

use crate::Endpoint;

/// A kind of fault.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// The parameter that `name=value` sets.
    pub(super) main: &'static str,
    /// The endpoint it acts on unless told otherwise.
    pub(super) endpoint: Option<Endpoint>,
    /// Whether the server acts on the request unless told otherwise.
    pub(super) acts: bool,
}

/// The entry of that name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

const fn entry(
    name: &'static str,
    main: &'static str,
    endpoint: Option<Endpoint>,
    acts: bool,
) -> Entry {
    Entry {
        name,
        main,
        endpoint,
        acts,
    }
}

const TOKEN: Option<Endpoint> = Some(Endpoint::Token);
const METADATA: Option<Endpoint> = Some(Endpoint::Metadata);
const API: Option<Endpoint> = Some(Endpoint::Api);

/// `authz.*` acts on redirects to a client, whichever endpoint sends them.
pub(super) static ENTRIES: [Entry; 35] = [
    entry("api.status", "status", API, false),
    entry("authz.code", "mode", None, true),
    entry("authz.error", "code", None, true),
    entry("authz.extra", "params", None, true),
    entry("authz.iss", "mode", None, true),
    entry("authz.never", "", None, true),
    entry("authz.redirect", "mode", None, true),
    entry("authz.state", "mode", None, true),
    entry("clock.server_skew", "seconds", None, true),
    entry("disco.omit", "members", METADATA, true),
    entry("disco.set", "", METADATA, true),
    entry("disco.status", "status", METADATA, false),
    entry("http.barrier", "name", None, true),
    entry("http.body", "bytes", None, true),
    entry("http.content_type", "value", None, true),
    entry("http.delay", "ms", None, true),
    entry("http.drip", "bytes_per_sec", None, true),
    entry("http.encoding", "kind", None, true),
    entry("http.hang", "where", None, false),
    entry("http.headers", "", None, true),
    entry("http.pad", "bytes", None, true),
    entry("http.redirect", "location", None, false),
    entry("http.reset", "when", None, false),
    entry("http.status", "status", None, false),
    entry("http.truncate", "at", None, true),
    entry("preset.captive_portal", "location", None, false),
    entry("preset.html", "status", None, false),
    entry("preset.ip_access_list", "address", None, false),
    entry("preset.private_link", "location", None, false),
    entry("tls.bad", "kind", None, false),
    entry("token.echo_secret", "where", TOKEN, true),
    entry("token.error", "error", TOKEN, false),
    entry("token.omit", "members", TOKEN, true),
    entry("token.rotation", "mode", TOKEN, true),
    entry("token.set", "", TOKEN, true),
];
