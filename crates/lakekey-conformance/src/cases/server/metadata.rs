//! Server cases of the area `metadata`: documents, keys and the shape of tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use lakekey_mock::{DEFAULT_ACCOUNT_ID, DEFAULT_WORKSPACE_ID, Mock, Rotation, Setup};
use serde_json::{Value, json};

use super::peer::{self, Place, from_base64url, text};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::{Form, Probe, Server, header, json as document};

pub(super) const CASES: &[Case] = &[
    Case::each(
        "S-MD-01",
        &[
            ("workspace-oauth", |probe| {
                is_complete(probe, Place::workspace, "oauth-authorization-server")
            }),
            ("workspace-oidc", |probe| {
                is_complete(probe, Place::workspace, "openid-configuration")
            }),
            ("account-oauth", |probe| {
                is_complete(probe, Place::account, "oauth-authorization-server")
            }),
            ("account-oidc", |probe| {
                is_complete(probe, Place::account, "openid-configuration")
            }),
        ],
    ),
    Case::one("S-MD-02", keys_rotate),
    Case::each(
        "S-MD-03",
        &[
            ("workspace", |probe| {
                have_the_shape(probe, Place::workspace, DEFAULT_WORKSPACE_ID)
            }),
            ("account", |probe| {
                have_the_shape(probe, Place::account, DEFAULT_ACCOUNT_ID)
            }),
        ],
    ),
];

/// S-MD-01: everything is there, and it is true.
fn is_complete(probe: &mut Probe, place: fn(&Server) -> Place, name: &str) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = place(&server);
    let answer = server.get(&format!("{}/.well-known/{name}", place.issuer))?;
    probe.saw(answer.status().as_u16());
    same("the status", answer.status().as_u16(), 200)?;
    same(
        "content-type",
        header(&answer, "content-type"),
        "application/json",
    )?;
    let metadata = document(&answer)?;
    let issuer = text(&metadata, "issuer")?;
    same("the issuer", issuer, place.issuer.as_str())?;
    holds(
        issuer.starts_with("https://") && !issuer.contains(['?', '#']),
        "the issuer is no plain https URL",
    )?;
    same(
        "response_types_supported",
        &metadata["response_types_supported"],
        &json!(["code"]),
    )?;
    same(
        "code_challenge_methods_supported",
        &metadata["code_challenge_methods_supported"],
        &json!(["S256"]),
    )?;
    let grants = json!(["client_credentials", "authorization_code", "refresh_token"]);
    same(
        "grant_types_supported",
        &metadata["grant_types_supported"],
        &grants,
    )?;
    for (member, value) in [
        ("token_endpoint_auth_methods_supported", "none"),
        ("scopes_supported", "all-apis"),
    ] {
        let values = there(member, metadata[member].as_array())?;
        holds(
            values.contains(&json!(value)),
            format!("{member} does not have `{value}`"),
        )?;
    }
    let iss = &metadata["authorization_response_iss_parameter_supported"];
    same(
        "authorization_response_iss_parameter_supported",
        iss,
        &json!(true),
    )?;
    answers(&server, &metadata)
}

/// Each endpoint of the metadata is there, and none is advertised that is not.
fn answers(server: &Server, metadata: &Value) -> Finding {
    for (member, status) in [
        ("authorization_endpoint", 400),
        ("token_endpoint", 405),
        ("jwks_uri", 200),
    ] {
        let answer = server.get(text(metadata, member)?)?;
        same(
            &format!("the status of the {member}"),
            answer.status().as_u16(),
            status,
        )?;
    }
    let unknown = [
        "registration_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
        "userinfo_endpoint",
    ];
    for member in unknown {
        same(member, metadata.get(member), None)?;
    }
    let issuer = text(metadata, "issuer")?;
    let nothing = server.get(&format!("{issuer}/v1/introspect"))?;
    same(
        "the status of what is not advertised",
        nothing.status().as_u16(),
        404,
    )?;
    let posted = server.post(&format!("{issuer}/jwks.json"), &Form::default())?;
    same(
        "the status of a POST to the keys",
        posted.status().as_u16(),
        405,
    )
}

/// S-MD-02: public keys only; the old one stays while its tokens live.
fn keys_rotate(probe: &mut Probe) -> Finding {
    let server = probe.server(Setup::workspace());
    let place = Place::workspace(&server);
    let before = peer::sign_in(&server, &place)?;
    let old = kid(text(&before, "access_token")?)?;
    same(
        "the keys at first",
        kids(&server, &place)?,
        BTreeSet::from([old.clone()]),
    )?;
    server.with(Mock::rotate_keys);
    let after = peer::sign_in(&server, &place)?;
    let new = kid(text(&after, "access_token")?)?;
    holds(new != old, "new tokens have the old key")?;
    same(
        "the keys after the rotation",
        kids(&server, &place)?,
        BTreeSet::from([old, new.clone()]),
    )?;
    let keys = keys(&server, &place)?;
    for tokens in [&before, &after] {
        verified(&keys, text(tokens, "access_token")?)?;
        peer::is_alive(&server, &place, text(tokens, "access_token")?)?;
    }
    server.advance(Duration::from_secs(3601));
    same(
        "the keys when the old tokens have expired",
        kids(&server, &place)?,
        BTreeSet::from([new]),
    )?;
    probe.saw(200);
    Ok(())
}

/// S-MD-03: a thousand tokens in the shape of real ones.
fn have_the_shape(probe: &mut Probe, place: fn(&Server) -> Place, audience: &str) -> Finding {
    let mut setup = Setup::workspace();
    setup.rotation = Rotation::Never;
    let server = probe.server(setup);
    let place = place(&server);
    let tokens = peer::sign_in(&server, &place)?;
    let renewal = peer::renewal(text(&tokens, "refresh_token")?);
    let keys = keys(&server, &place)?;
    let mut ids = BTreeSet::new();
    for _ in 0..1000 {
        let tokens = peer::granted(&server, &place, &renewal)?;
        let claims = verified(&keys, text(&tokens, "access_token")?)?;
        let wanted = json!({
            "client_id": lakekey_mock::PUBLIC_CLIENT_ID,
            "scope": tokens["scope"],
            "iss": place.issuer,
            "aud": audience,
            "sub": "user@example.com",
            "iat": claims["iat"],
            "exp": claims["exp"],
            "jti": text(&claims, "jti")?,
        });
        same("the claims", &claims, &wanted)?;
        let lifetime = claims["exp"]
            .as_u64()
            .zip(claims["iat"].as_u64())
            .map(|(exp, iat)| exp - iat);
        same("exp - iat", lifetime, tokens["expires_in"].as_u64())?;
        holds(
            ids.insert(text(&claims, "jti")?.to_owned()),
            "a jti came twice",
        )?;
    }
    probe.saw(200);
    Ok(())
}

/// The claims of a token, if one of the published keys signed it.
fn verified(keys: &[Value], token: &str) -> Finding<Value> {
    let (signed, signature) = there("the signature", token.rsplit_once('.'))?;
    let (head, claims) = there("the claims", signed.split_once('.'))?;
    let head: Value = serde_json::from_slice(&from_base64url(head)?)?;
    same("alg", text(&head, "alg")?, "RS256")?;
    same("typ", text(&head, "typ")?, "at+jwt")?;
    let key = there(
        "the key in the JWKS",
        keys.iter().find(|key| key["kid"] == head["kid"]),
    )?;
    let (n, e) = (
        from_base64url(text(key, "n")?)?,
        from_base64url(text(key, "e")?)?,
    );
    let key = RsaPublicKeyComponents { n, e };
    let verdict = key.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &from_base64url(signature)?,
    );
    verdict.map_err(|_| Wrong::new("the signature does not fit the published key"))?;
    Ok(serde_json::from_slice(&from_base64url(claims)?)?)
}

/// The published keys, each of which is public and strong.
fn keys(server: &Server, place: &Place) -> Finding<Vec<Value>> {
    let answer = server.get(&format!("{}/jwks.json", place.issuer))?;
    let keys = document(&answer)?["keys"].as_array().cloned();
    let keys = there("the list of keys", keys)?;
    for key in &keys {
        for (member, value) in [
            ("kty", "RSA"),
            ("use", "sig"),
            ("alg", "RS256"),
            ("e", "AQAB"),
        ] {
            same(member, text(key, member)?, value)?;
        }
        holds(
            from_base64url(text(key, "n")?)?.len() >= 256,
            "the modulus has less than 2048 bits",
        )?;
        let secret = ["d", "p", "q", "dp", "dq", "qi"]
            .into_iter()
            .find(|member| key.get(member).is_some());
        same("a private member", secret, None)?;
    }
    Ok(keys)
}

fn kids(server: &Server, place: &Place) -> Finding<BTreeSet<String>> {
    let keys = keys(server, place)?;
    keys.iter()
        .map(|key| Ok(text(key, "kid")?.to_owned()))
        .collect()
}

fn kid(token: &str) -> Finding<String> {
    let (head, _) = there("the header", token.split_once('.'))?;
    let head: Value = serde_json::from_slice(&from_base64url(head)?)?;
    Ok(text(&head, "kid")?.to_owned())
}
