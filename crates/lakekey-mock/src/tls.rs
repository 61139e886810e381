//! Certificates for loopback, signed by an authority made for the occasion: a good one, and bad ones.

mod defect;
mod old;

use std::{io, sync::Arc};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
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

pub(crate) use defect::Defect;
pub(crate) use old::answer_as_tls_1_1;

/// What a TLS listener shows.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_pem: String,
    pub(crate) certificate_pem: String,
    authority: Issuer<'static, KeyPair>,
    names: Vec<String>,
    /// In days since 1970.
    today: u64,
}

impl Identity {
    /// A fresh authority and a certificate for the loopback names and every host of the setup.
    pub(crate) fn new(setup: &Setup) -> io::Result<Self> {
        let today = unix_seconds(setup.clock.now()) / 86_400;
        let (authority, ca_pem) = authority(AUTHORITY, today)?;
        let names = names(setup);
        let key = key()?;
        let certificate = leaf(&names, COMMON_NAME, year_from(today))
            .and_then(|leaf| leaf.signed_by(&key, &authority))
            .map_err(io::Error::other)?;
        Ok(Self {
            acceptor: acceptor(&certificate, &key)?,
            ca_pem,
            certificate_pem: certificate.pem(),
            authority,
            names,
            today,
        })
    }
}

/// A new authority of that name, with its certificate as PEM.
fn authority(name: &str, today: u64) -> io::Result<(Issuer<'static, KeyPair>, String)> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, year_from(today));
    let key = key()?;
    let pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn leaf(
    names: &[String],
    common_name: &str,
    days: [u64; 2],
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, days);
    Ok(params)
}

fn acceptor(certificate: &Certificate, key: &KeyPair) -> io::Result<TlsAcceptor> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .map_err(io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn key() -> io::Result<KeyPair> {
    KeyPair::generate().map_err(io::Error::other)
}

/// The loopback names and every host of the setup.
fn names(setup: &Setup) -> Vec<String> {
    let hosts = setup
        .workspaces
        .iter()
        .filter_map(|workspace| workspace.host.clone());
    LOOPBACK
        .map(str::to_owned)
        .into_iter()
        .chain(hosts)
        .chain(setup.tls_names.iter().cloned())
        .collect()
}

/// From yesterday for a year; some platforms refuse certificates that last longer than 825 days.
fn year_from(today: u64) -> [u64; 2] {
    [today.saturating_sub(1), today + 365]
}

/// From the one day to the other, counted from 1970.
fn set_validity(params: &mut CertificateParams, days: [u64; 2]) {
    let [from, to] = days.map(|day| {
        let (year, month, day) = civil(day);
        let part = |number: u64| u8::try_from(number).unwrap_or(1);
        date_time_ymd(i32::try_from(year).unwrap_or(2000), part(month), part(day))
    });
    params.not_before = from;
    params.not_after = to;
}

const AUTHORITY: &str = "lakekey mock authority, for tests only";
const COMMON_NAME: &str = "lakekey mock";
const LOOPBACK: [&str; 4] = ["localhost", "accounts.localhost", "127.0.0.1", "::1"];
