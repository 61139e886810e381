//! Who owns which host.

use lakekey_cloud::{Azure, AzureEnvironment, Cloud, Clouds, Stage, Zone};
use lakekey_endpoints::Host;
use proptest::prelude::*;

#[test]
fn every_zone_belongs_to_its_cloud() {
    use Stage::{Development, Production, Staging};
    let table = [
        ("dev.databricks.com", "aws", "PUBLIC", Development),
        ("staging.cloud.databricks.com", "aws", "PUBLIC", Staging),
        ("cloud.databricks.us", "aws", "USGOVERNMENT", Production),
        ("cloud.databricks.mil", "aws", "USGOVERNMENT", Production),
        ("cloud.databricks.com", "aws", "PUBLIC", Production),
        ("dev.azuredatabricks.net", "azure", "PUBLIC", Development),
        ("staging.azuredatabricks.net", "azure", "PUBLIC", Staging),
        ("azuredatabricks.net", "azure", "PUBLIC", Production),
        ("databricks.azure.us", "azure", "USGOVERNMENT", Production),
        ("databricks.azure.cn", "azure", "CHINA", Production),
        ("dev.gcp.databricks.com", "gcp", "PUBLIC", Development),
        ("staging.gcp.databricks.com", "gcp", "PUBLIC", Staging),
        ("gcp.databricks.com", "gcp", "PUBLIC", Production),
    ];
    let clouds = Clouds::official();
    for (suffix, cloud, environment, stage) in table {
        for host in [format!("ws-1.{suffix}"), format!("a.b.{suffix}:8443")] {
            let owner = clouds.owner(&self::host(&host)).unwrap();
            assert_eq!(owner.cloud.name(), cloud, "{host}");
            assert_eq!(owner.zone.suffix(), suffix, "{host}");
            assert_eq!(owner.zone.environment_name(), environment, "{host}");
            assert_eq!(owner.zone.stage(), stage, "{host}");
        }
    }
    let zones: usize = clouds.iter().map(|cloud| cloud.zones().len()).sum();
    assert_eq!(zones, table.len(), "a zone is missing in the table above");
}

#[test]
fn hosts_that_only_look_alike_belong_to_nobody() {
    let clouds = Clouds::official();
    for name in [
        "evilazuredatabricks.net",
        "azuredatabricks.net",
        "ws.azuredatabricks.net.example.com",
        "cloud.databricks.com",
        "databricks.com",
        "ws.databricks.com",
        "localhost:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
    ] {
        let text = if name.contains(":8080") {
            format!("http://{name}")
        } else {
            name.to_owned()
        };
        assert!(clouds.owner(&host(&text)).is_none(), "{name}");
    }
}

#[test]
fn account_consoles_are_in_their_own_zone() {
    let mut found = Vec::new();
    for cloud in Clouds::official().iter() {
        for zone in cloud.zones() {
            for name in zone.accounts_hosts() {
                let host = host(name);
                assert!(host.is_accounts() && zone.contains(&host), "{name}");
                found.push(*name);
            }
        }
    }
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "accounts-dod.cloud.databricks.us",
            "accounts.azuredatabricks.net",
            "accounts.cloud.databricks.com",
            "accounts.cloud.databricks.us",
            "accounts.databricks.azure.cn",
            "accounts.databricks.azure.us",
            "accounts.gcp.databricks.com",
        ]
    );
}

#[test]
fn every_azure_zone_has_an_environment_with_endpoints() {
    for zone in Azure.zones() {
        assert!(
            AzureEnvironment::named(zone.environment_name()).is_some(),
            "{zone:?}"
        );
    }
    for environment in AzureEnvironment::ALL {
        for url in [
            environment.active_directory(),
            environment.resource_manager(),
            environment.service_management(),
        ] {
            assert!(url.starts_with("https://") && url.ends_with('/'), "{url}");
        }
    }
    assert_eq!(AzureEnvironment::named("nowhere"), None);
}

#[test]
fn a_cloud_is_found_by_its_name_in_any_case() {
    let clouds = Clouds::official();
    for (name, found) in [("AWS", "aws"), ("Azure", "azure"), ("gcp", "gcp")] {
        assert_eq!(clouds.named(name).map(Cloud::name), Some(found));
    }
    assert!(clouds.named("oracle").is_none());
    assert!(Clouds::none().named("aws").is_none());
}

/// A cloud from outside, with a zone that is also Azure's and one inside of Azure's.
#[derive(Debug)]
struct Outside;

impl Cloud for Outside {
    fn name(&self) -> &'static str {
        "outside"
    }

    fn zones(&self) -> &[Zone] {
        const ZONES: &[Zone] = &[
            Zone::new("inner.azuredatabricks.net"),
            Zone::new("databricks.azure.cn"),
        ];
        ZONES
    }
}

#[test]
fn a_cloud_from_outside_wins_where_it_is_closer_or_later() {
    let clouds = Clouds::official().with(Outside);
    let owner = |name: &str| clouds.owner(&host(name)).unwrap().cloud.name();
    assert_eq!(owner("ws.inner.azuredatabricks.net"), "outside");
    assert_eq!(owner("ws.databricks.azure.cn"), "outside");
    assert_eq!(owner("inner.azuredatabricks.net"), "azure");
}

proptest! {
    #[test]
    fn the_owner_is_the_longest_zone_at_a_label_boundary(
        lead in "[a-z0-9]{1,6}",
        joint in prop::sample::select(vec![".", "", "-", ".x.", ".dev.", ".staging."]),
        tail in prop::sample::select(vec![
            "azuredatabricks.net", "cloud.databricks.com", "gcp.databricks.com", "databricks.com",
            "databricks.azure.us", "cloud.databricks.mil", "example.net",
        ]),
        port in prop::option::of(1024u16..),
    ) {
        let name = format!("{lead}{joint}{tail}");
        let text = port.map_or(name.clone(), |port| format!("{name}:{port}"));
        let labels: Vec<&str> = name.split('.').collect();
        let clouds = Clouds::official();
        // The model walks from the longest suffix to the shortest, label by label.
        let expected = (1..labels.len()).map(|skip| labels[skip..].join(".")).find_map(|suffix| {
            clouds.iter().find(|cloud| cloud.zones().iter().any(|zone| zone.suffix() == suffix))
                .map(|cloud| (cloud.name(), suffix))
        });
        let found = clouds.owner(&host(&text))
            .map(|owner| (owner.cloud.name(), owner.zone.suffix().to_owned()));
        prop_assert_eq!(found, expected);
    }
}

fn host(text: &str) -> Host {
    text.parse().expect("the tests name hosts")
}
