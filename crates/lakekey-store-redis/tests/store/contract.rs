//! The contract of all stores, on every kind of connection.

use lakekey_core::Code;
use lakekey_store::{TokenStore, contract};
use lakekey_store_redis::RedisStore;

use crate::redis::{Redis, dev, key, token};

#[test]
fn over_a_socket() {
    let redis = Redis::start();
    contract(|| Box::new(redis.store()));
}

#[test]
fn one_handle_for_all() {
    let redis = Redis::start();
    let store = redis.store();
    contract(|| Box::new(store.clone()));
}

#[test]
fn over_tcp_in_another_database() {
    let (_redis, port) = Redis::with_port("--port", &["--requirepass", "p@ss word"]);
    let url = format!("redis://:p%40ss%20word@127.0.0.1:{port}/3");
    contract(|| Box::new(RedisStore::builder(url.as_str(), key(1)).build().unwrap()));
}

#[test]
fn as_a_user_who_may_no_more_than_the_readme_says() {
    let user = "fleet on >password ~lakekey:* +get +set +del +eval";
    let user: Vec<_> = ["--user"].into_iter().chain(user.split(' ')).collect();
    let (_redis, port) = Redis::with_port("--port", &user);
    let url = format!("redis://fleet:password@127.0.0.1:{port}");
    contract(|| Box::new(RedisStore::builder(url.as_str(), key(1)).build().unwrap()));
}

#[test]
fn over_tls() {
    let tls = Tls::new();
    let builder = || RedisStore::builder(format!("rediss://localhost:{}", tls.port), key(1));
    contract(|| {
        Box::new(
            builder()
                .root_certificates(tls.root.clone())
                .build()
                .unwrap(),
        )
    });

    let error = builder().build().unwrap().load(&dev()).unwrap_err();
    assert_eq!(error.code(), Code::Tls, "{error}");
    assert!(error.hint().unwrap().contains("root_certificates"));
}

#[test]
fn namespaces_share_nothing() {
    let redis = Redis::start();
    let [one, other] =
        ["one", "other"].map(|name| redis.builder().namespace(name).build().unwrap());
    one.save(&dev(), &token("one")).unwrap();
    let lease = one.lease(&dev(), std::time::Duration::ZERO).unwrap();
    assert_eq!(other.load(&dev()).unwrap(), None);
    drop(other.lease(&dev(), std::time::Duration::ZERO).unwrap());
    drop(lease);
}

/// A server with a certificate for `localhost` from an authority of its own.
struct Tls {
    _redis: Redis,
    port: u16,
    root: String,
}

impl Tls {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server reads its key from files"
    )]
    fn new() -> Self {
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).unwrap().pem();
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let server_key = rcgen::KeyPair::generate().unwrap();
        let server = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let server = server.signed_by(&server_key, &issuer).unwrap();

        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, pem: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, pem).unwrap();
            path.into_os_string().into_string().unwrap()
        };
        let certificate = file("server.pem", server.pem());
        let private = file("server.key", server_key.serialize_pem());
        let (redis, port) = Redis::with_port(
            "--tls-port",
            &[
                "--tls-cert-file",
                &certificate,
                "--tls-key-file",
                &private,
                "--tls-ca-cert-file",
                &certificate,
                "--tls-auth-clients",
                "no",
            ],
        );
        Self {
            _redis: redis,
            port,
            root,
        }
    }
}
