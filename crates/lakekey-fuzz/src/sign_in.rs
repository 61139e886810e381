//! A sign-in that waits for its callback, the same each time.

use lakekey_endpoints::{Endpoints, Target};
use lakekey_oauth::{Pending, RedirectUri};
use lakekey_pkce::Verifier;

/// What is signed in to.
///
/// # Panics
///
/// Never: the host is one.
pub fn target() -> Target {
    Target::workspace("https://ws.example.test".parse().expect("it is a host"))
}

/// A sign-in on [`PORT`] with the state [`STATE`]; `promised` says whether the metadata promised
/// that each callback names its issuer.
///
/// # Panics
///
/// Never: its parts are well-formed.
pub fn pending(promised: bool) -> Pending {
    let metadata = format!(
        r#"{{
            "issuer": "{ISSUER}",
            "authorization_endpoint": "{ISSUER}/v1/authorize",
            "token_endpoint": "{ISSUER}/v1/token",
            "authorization_response_iss_parameter_supported": {promised}
        }}"#
    );
    let endpoints = Endpoints::parse(metadata.as_bytes(), &target()).expect("they are the host's");
    Pending::resume(
        &endpoints,
        RedirectUri::loopback(PORT),
        STATE.parse().expect("it is a state"),
        Verifier::from_entropy([7; 64]),
    )
}

/// The port of the redirect URI.
pub const PORT: u16 = 8020;
/// The state that the right callback repeats, and that no message may show.
pub const STATE: &str = "St4te-of-this-sign-in";
/// The issuer that the right callback names, if any.
pub const ISSUER: &str = "https://ws.example.test/oidc";
