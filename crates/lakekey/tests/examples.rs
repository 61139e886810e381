//! The examples do what they say.

#[path = "../examples/own_cloud.rs"]
#[expect(dead_code, reason = "`main` is for the command line")]
mod own_cloud;

#[tokio::test]
async fn a_cloud_from_outside_signs_in_with_its_own_strategy() {
    let mut out = Vec::new();
    own_cloud::run(&mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(
        out.lines().collect::<Vec<_>>(),
        [
            "signed in by sovereign-passport",
            "host = https://ws.databricks.sovereign.example, from environment variable DATABRICKS_HOST",
            "sovereign_passport = (secret), from environment variable SOVEREIGN_PASSPORT",
            "sovereign_realm = north, from environment variable SOVEREIGN_REALM",
            "authorization: Sensitive",
        ]
    );
}
