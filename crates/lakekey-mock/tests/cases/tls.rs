//! The mock behind TLS, and what can be wrong with it.

use std::{
    io::{Read, Result, Write},
    sync::Arc,
};

use lakekey_mock::{Cut, Fault, Listening, Mock, Setup};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use crate::wire::{connect, request};

#[test]
fn tls_is_signed_by_an_authority_of_this_run() {
    let mock = listen();
    assert!(mock.url().starts_with("https://127.0.0.1:"));
    for name in ["127.0.0.1", "localhost", "accounts.localhost", HOST] {
        assert!(get(&mock, name, ca(&mock)).unwrap().starts_with(OK));
    }
    assert!(get(&mock, "localhost", ca(&listen())).is_err());
}

#[test]
fn the_certificate_that_is_shown_is_no_authority() {
    let mock = listen();
    let certificate = mock.certificate_pem().unwrap();
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_ne!(certificate, ca(&mock));
    let refused = get(&mock, "localhost", certificate).unwrap_err();
    assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
    let plain = Mock::new(Setup::workspace()).listen().unwrap();
    assert_eq!((plain.certificate_pem(), plain.ca_pem()), (None, None));
}

#[test]
fn each_defect_is_refused_for_its_own_reason_before_a_request_is_sent() {
    let mock = listen();
    for (kind, name, reason) in [
        ("expired", "127.0.0.1", "certificate expired"),
        ("not_yet", "127.0.0.1", "certificate not valid yet"),
        ("wrong_host", "127.0.0.1", "certificate not valid for name"),
        ("self_signed", "127.0.0.1", "UnknownIssuer"),
        ("unknown_ca", "127.0.0.1", "UnknownIssuer"),
        ("tls11", "127.0.0.1", "ServerDoesNotSupportTls12Or13"),
        ("cn_only", "localhost", "certificate not valid for name"),
        ("wildcard", "dev.localhost", "not valid for name"),
        ("wildcard", HOST, "not valid for name"),
    ] {
        let id = spoil(&mock, kind);
        let refused = get(&mock, name, ca(&mock)).unwrap_err().to_string();
        assert!(refused.contains(reason), "{kind}: {refused}");
        assert_eq!(mock.with(|mock| mock.hits(&id)), 1, "{kind}");
    }
    assert!(get(&mock, "localhost", ca(&mock)).unwrap().starts_with(OK));
    assert_eq!(mock.with(|mock| mock.requests().len()), 1);
}

/// So that the journal shows a client that does not look.
#[test]
fn who_is_content_with_a_defect_is_served() {
    let mock = listen();
    spoil(&mock, "wrong_host");
    let answer = get(&mock, "another-host.example", ca(&mock)).unwrap();
    assert!(answer.starts_with(OK));
    assert_eq!(mock.with(|mock| mock.requests().len()), 1);
}

#[test]
fn without_tls_the_connection_is_closed() {
    let mut mock = Mock::new(Setup::workspace());
    mock.inject(bad("expired").times(2)).unwrap();
    let request = http::Request::get("https://workspace.example.com/");
    let answer = mock.handle(request.body(Vec::new()).unwrap());
    assert_eq!(answer.extensions().get(), Some(&Cut::Reset));
    let mock = mock.listen().unwrap();
    let mut stream = connect(("127.0.0.1", mock.port())).unwrap();
    // The connection may be closed before all is written.
    let _ = stream.write_all(self::request("/").as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty());
}

#[test]
fn a_defect_nobody_knows_is_no_fault() {
    let mut mock = Mock::new(Setup::workspace());
    let error = mock.inject(bad("sslv3")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the fault `tls.bad` needs a valid `kind`"
    );
}

fn listen() -> Listening {
    let mut setup = Setup::workspace();
    setup.tls = true;
    setup.tls_names = vec![HOST.to_owned()];
    Mock::new(setup).listen().unwrap()
}

fn ca(mock: &Listening) -> &str {
    mock.ca_pem().unwrap()
}

/// The next connection has that defect.
fn spoil(mock: &Listening, kind: &str) -> String {
    mock.with(|mock| mock.inject(bad(kind)).unwrap())
}

fn bad(kind: &str) -> Fault {
    Fault::new("tls.bad").param("kind", kind).times(1)
}

/// `GET /.well-known/databricks-config` at that name, trusting that authority.
fn get(mock: &Listening, name: &str, pem: &str) -> Result<String> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots(pem))
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, connect(("127.0.0.1", mock.port()))?);
    stream.write_all(request("/.well-known/databricks-config").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn roots(pem: &str) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(certificate).unwrap();
    roots
}

const OK: &str = "HTTP/1.1 200 OK\r\n";
const HOST: &str = "workspace.example.com";
