//! A certificate for loopback, signed by an authority made for the occasion.

use std::{io, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    Setup,
    calendar::{civil, unix_seconds},
};

/// What a TLS listener shows.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_pem: String,
}

impl Identity {
    /// A fresh authority and a certificate for the loopback names and every host of the setup.
    pub(crate) fn new(setup: &Setup) -> io::Result<Self> {
        let hosts = setup
            .workspaces
            .iter()
            .filter_map(|workspace| workspace.host.clone());
        let names = LOOPBACK
            .map(str::to_owned)
            .into_iter()
            .chain(hosts)
            .chain(setup.tls_names.iter().cloned());
        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca = authority(setup).map_err(io::Error::other)?;
        let ca_pem = ca.self_signed(&ca_key).map_err(io::Error::other)?.pem();
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = leaf(setup, names.collect()).map_err(io::Error::other)?;
        let leaf = leaf
            .signed_by(&key, &Issuer::new(ca, ca_key))
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca_pem,
        })
    }
}

fn authority(setup: &Setup) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params
        .distinguished_name
        .push(DnType::CommonName, "lakekey mock authority, for tests only");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, setup);
    Ok(params)
}

fn leaf(setup: &Setup, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "lakekey mock");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, setup);
    Ok(params)
}

/// Valid from yesterday for a year; some platforms refuse certificates that last longer than 825 days.
fn set_validity(params: &mut CertificateParams, setup: &Setup) {
    let today = unix_seconds(setup.clock.now()) / 86_400;
    let [from, to] = [today.saturating_sub(1), today + 365].map(|day| {
        let (year, month, day) = civil(day);
        let part = |number: u64| u8::try_from(number).unwrap_or(1);
        date_time_ymd(i32::try_from(year).unwrap_or(2000), part(month), part(day))
    });
    params.not_before = from;
    params.not_after = to;
}

const LOOPBACK: [&str; 4] = ["localhost", "accounts.localhost", "127.0.0.1", "::1"];
