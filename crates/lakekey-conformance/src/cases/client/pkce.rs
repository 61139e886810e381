//! Client cases of the area `pkce`: the verifier, its challenge, and where each may be seen.

mod memory;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lakekey::Code;
use lakekey_mock::{Endpoint, Fault, Setup};
use lakekey_pkce::Verifier;
use sha2::{Digest as _, Sha256};

use super::support::{Library, looks_random, refused};
use crate::case::{Case, Finding, holds, same, there};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[
    Case::one("C-PKCE-01", verifiers),
    Case::one("C-PKCE-02", challenges),
    Case::each(
        "C-PKCE-03",
        &[
            ("plain-only", plain_only),
            ("server-refuses-s256", s256_refused),
            ("not-advertised", not_advertised),
        ],
    ),
    memory::CASE,
];

fn verifiers(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let addresses = many_logins(&server)?;
    let mut verifiers = verifiers_of(&server);
    same("how many verifiers were sent", verifiers.len(), MANY)?;
    verifiers.extend(after_a_denial(probe)?);
    let different: BTreeSet<_> = verifiers.iter().collect();
    same("how many verifiers differ", different.len(), MANY + 1)?;
    let mut bytes = Vec::new();
    for verifier in &verifiers {
        holds(
            is_verifier(verifier),
            format!("a verifier of {} characters is none", verifier.len()),
        )?;
        let entropy = URL_SAFE_NO_PAD.decode(verifier)?;
        holds(
            entropy.len() >= 32,
            format!(
                "a verifier holds {} bytes, wanted 32 or more",
                entropy.len()
            ),
        )?;
        bytes.extend(entropy);
    }
    looks_random(&bytes)?;
    let addresses = addresses.concat();
    let seen = verifiers
        .iter()
        .filter(|verifier| addresses.contains(verifier.as_str()))
        .count();
    same(
        "verifiers in the address of an authorization request",
        seen,
        0,
    )?;
    // One in each login.
    probe.counts(1);
    probe.saw("ok");
    Ok(())
}

/// The one verifier that is sent when a second attempt follows a denial, which had its own.
fn after_a_denial(probe: &mut Probe) -> Finding<Vec<String>> {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let credentials = library.credentials()?;
    server.inject(
        Fault::new("authz.error")
            .param("code", "access_denied")
            .times(1),
    )?;
    refused(probe, library.sign_in(&credentials)?, Code::AuthDenied)?;
    library.sign_in(&credentials)??;
    let challenges = challenges_of(&server);
    same("how many challenges were sent", challenges.len(), 2)?;
    holds(
        challenges[0] != challenges[1],
        "the second attempt has the challenge of the first",
    )?;
    Ok(verifiers_of(&server))
}

fn challenges(probe: &mut Probe) -> Finding {
    let appendix_b: Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".parse()?;
    same(
        "the challenge of RFC 7636, Appendix B",
        appendix_b.challenge().as_str(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    )?;
    let server = probe.server(Setup::workspace());
    many_logins(&server)?;
    let (challenges, verifiers) = (challenges_of(&server), verifiers_of(&server));
    same("how many challenges were sent", challenges.len(), MANY)?;
    for (challenge, verifier) in challenges.iter().zip(&verifiers) {
        holds(
            *challenge == s256(verifier),
            format!("`{challenge}` is not the challenge of its verifier"),
        )?;
        holds(
            challenge.len() == 43 && !challenge.contains(['=', '+', '/']),
            format!("`{challenge}` is no base64url"),
        )?;
    }
    let accepted = server
        .token_posts()
        .iter()
        .filter(|post| post.status.is_some_and(|status| status.is_success()))
        .count();
    same("how many exchanges were accepted", accepted, MANY)?;
    // One in each login.
    probe.counts(1);
    probe.saw("ok");
    Ok(())
}

fn plain_only(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    for methods in [r#"["plain"]"#, "[]", r#"["s256"]"#] {
        server
            .inject(Fault::new("disco.set").param("code_challenge_methods_supported", methods))?;
        refused(
            probe,
            library.start(&library.credentials()?),
            Code::DiscoveryUntrusted,
        )?;
        server.clear_faults();
    }
    same(
        "authorization requests",
        server.requests_for(Endpoint::Authorize).len(),
        0,
    )
}

fn s256_refused(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    let refusal = Fault::new("authz.error").param("code", "invalid_request");
    server.inject(refusal.param("description", "transform algorithm not supported"))?;
    refused(
        probe,
        library.sign_in(&library.credentials()?)?,
        Code::AuthError,
    )?;
    same(
        "authorization requests",
        server.requests_for(Endpoint::Authorize).len(),
        1,
    )?;
    same("token requests", server.token_posts().len(), 0)
}

fn not_advertised(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let library = Library::at(&server)?;
    server.inject(Fault::new("disco.omit").param("members", "code_challenge_methods_supported"))?;
    library.sign_in(&library.credentials()?)??;
    let request = there(
        "the authorization request",
        server.requests_for(Endpoint::Authorize).pop(),
    )?;
    same(
        "code_challenge_method",
        request.param("code_challenge_method").as_deref(),
        Some("S256"),
    )?;
    same(
        "code_challenge",
        request.param("code_challenge"),
        verifiers_of(&server).first().map(s256),
    )?;
    probe.saw("ok");
    Ok(())
}

/// Signs in many times, and gives the addresses that the browser was sent to.
fn many_logins(server: &Server) -> Finding<Vec<String>> {
    let library = Library::at(server)?;
    let credentials = library.credentials()?;
    let mut addresses = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        let attempt = library.start(&credentials)?;
        addresses.push(attempt.url().to_string());
        library.finish(attempt)??;
    }
    Ok(addresses)
}

fn verifiers_of(server: &Server) -> Vec<String> {
    server
        .token_posts()
        .iter()
        .filter_map(|post| post.param("code_verifier"))
        .collect()
}

fn challenges_of(server: &Server) -> Vec<String> {
    let requests = server.requests_for(Endpoint::Authorize);
    requests
        .iter()
        .filter_map(|request| request.param("code_challenge"))
        .collect()
}

/// RFC 7636 §4.2, worked out without the client.
fn s256(verifier: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn is_verifier(text: &str) -> bool {
    LENGTHS.contains(&text.len()) && text.bytes().all(is_unreserved)
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const MANY: usize = 1_000;
const LENGTHS: RangeInclusive<usize> = 43..=128;
