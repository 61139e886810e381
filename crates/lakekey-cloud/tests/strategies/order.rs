use lakekey_cloud::attributes::{
    AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID, AZURE_USE_MSI,
    AZURE_WORKSPACE_RESOURCE_ID,
};
use lakekey_cloud::{Azure, Cloud};
use lakekey_core::HOST;

use crate::world::settings;

#[test]
fn the_order_is_that_of_the_official_go_sdk() {
    let names: Vec<_> = Azure.strategies().iter().map(|it| it.name()).collect();
    assert_eq!(
        names,
        [
            "github-oidc-azure",
            "azure-msi",
            "azure-client-secret",
            "azure-cli"
        ]
    );
}

#[test]
fn each_takes_what_it_needs_and_nothing_less() {
    let host = (&HOST, "adb-1.2.azuredatabricks.net");
    let (id, secret) = ((&AZURE_CLIENT_ID, "c"), (&AZURE_CLIENT_SECRET, "s"));
    let tenant = (&AZURE_TENANT_ID, "t");
    let resource = (&AZURE_WORKSPACE_RESOURCE_ID, "/a/b/c");
    let msi = (&AZURE_USE_MSI, "true");
    let table: [(&[_], &[&str]); 8] = [
        (&[], &[]),
        (&[id, secret, tenant, msi], &[]),
        (&[host], &["azure-cli"]),
        (&[resource, id, tenant], &["azure-cli"]),
        (&[host, id], &["azure-cli"]),
        (&[host, secret], &["azure-cli"]),
        (&[host, id, secret], &["azure-client-secret", "azure-cli"]),
        (&[resource, msi], &["azure-msi", "azure-cli"]),
    ];
    for (given, expected) in table {
        let settings = settings(given);
        let taken = Azure.strategies().into_iter().filter_map(|strategy| {
            let login = strategy.login(&settings).unwrap();
            login.map(|_| strategy.name())
        });
        assert_eq!(taken.collect::<Vec<_>>(), expected, "{given:?}");
    }
}
