//! `NO_PROXY`: where no proxy comes between.

use std::net::IpAddr;

/// The hosts that are asked directly.
///
/// Entries are separated by commas or blanks. Each is `*`, an address, a network (`10.0.0.0/8`), or
/// a name, which stands for the names below it too, whether or not it begins with a dot or `*.`;
/// a port (`host:8443`, `[::1]:8443`) narrows it. Anything else matches nothing.
#[derive(Debug, Default)]
pub(super) struct Exceptions(Vec<Exception>);

#[derive(Debug)]
struct Exception {
    subject: Subject,
    port: Option<u16>,
}

#[derive(Debug)]
enum Subject {
    Everything,
    Network(IpAddr, u32),
    Domain(String),
}

impl Exceptions {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split([',', ' ', '\t']).map(str::trim);
        Self(entries.filter_map(Exception::parse).collect())
    }

    /// Whether a host, an IPv6 address in brackets or without, is asked directly at that port.
    pub(super) fn cover(&self, host: &str, port: u16) -> bool {
        let name = bare(host).trim_end_matches('.').to_ascii_lowercase();
        let address = name.parse().ok();
        self.0.iter().any(|exception| {
            exception.port.is_none_or(|own| own == port) && exception.subject.is(&name, address)
        })
    }
}

impl Exception {
    fn parse(entry: &str) -> Option<Self> {
        if let Some((address, length)) = entry.split_once('/') {
            let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
            let fits = length <= bits(address).1;
            return fits.then_some(Self {
                subject: Subject::Network(address, length),
                port: None,
            });
        }
        let (host, port) = with_port(entry);
        Some(Self {
            subject: Subject::parse(host)?,
            port,
        })
    }
}

impl Subject {
    fn parse(host: &str) -> Option<Self> {
        if host == "*" {
            return Some(Self::Everything);
        }
        if let Ok(address) = bare(host).parse() {
            return Some(Self::Network(address, bits(address).1));
        }
        let name = host.strip_prefix('*').unwrap_or(host);
        let name = name.strip_prefix('.').unwrap_or(name);
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        (!name.is_empty()).then_some(Self::Domain(name))
    }

    fn is(&self, name: &str, address: Option<IpAddr>) -> bool {
        match (self, address) {
            (Self::Everything, _) => true,
            (Self::Network(network, length), Some(address)) => within(*network, *length, address),
            (Self::Domain(domain), None) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
            _ => false,
        }
    }
}

/// The host and the port of an entry. An IPv6 address without brackets has none.
fn with_port(entry: &str) -> (&str, Option<u16>) {
    let parts = entry.rsplit_once(':').filter(|(host, _)| {
        let is_address = entry.parse::<IpAddr>().is_ok();
        !is_address && !host.is_empty()
    });
    match parts.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (host, Some(port)),
        None => (entry, None),
    }
}

fn within(network: IpAddr, length: u32, address: IpAddr) -> bool {
    let ((network, size), (address, other)) = (bits(network), bits(address));
    size == other && (network ^ address).checked_shr(size - length).unwrap_or(0) == 0
}

/// The bits of an address, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}

/// An address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Exceptions;

    #[test]
    fn an_entry_that_is_nothing_matches_nothing() {
        for entry in [
            "",
            ",",
            " ",
            ".",
            "*.",
            "10.0.0.0/33",
            "10.0.0.0/",
            "/8",
            ":",
            "[",
            "a*b",
        ] {
            let exceptions = Exceptions::parse(entry);
            for host in ["a.example", "10.0.0.1", "[2001:db8::1]", "", "."] {
                assert!(!exceptions.cover(host, 443), "`{entry}` covers `{host}`");
            }
        }
    }

    proptest! {
        #[test]
        fn any_list_can_be_read(list in ".{0,60}", host in ".{0,20}", port: u16) {
            let _ = Exceptions::parse(&list).cover(&host, port);
        }

        #[test]
        fn a_network_covers_the_addresses_that_begin_like_it(bits: u32, length in 0_u32..=32, other: u32) {
            let [network, address] = [bits, other].map(std::net::Ipv4Addr::from_bits);
            let exceptions = Exceptions::parse(&format!("{network}/{length}"));
            let same = (0..length).all(|at| (bits ^ other) >> (31 - at) & 1 == 0);
            prop_assert_eq!(exceptions.cover(&address.to_string(), 443), same);
        }

        #[test]
        fn a_name_covers_itself_and_what_is_below_it(name in "[a-z]{1,8}(\\.[a-z]{1,8}){0,2}") {
            let exceptions = Exceptions::parse(&name.to_uppercase());
            prop_assert!(exceptions.cover(&name, 443));
            let below = format!("below.{name}.");
            prop_assert!(exceptions.cover(&below, 8443));
            let beside = format!("x{name}");
            prop_assert!(!exceptions.cover(&beside, 443));
        }
    }
}
