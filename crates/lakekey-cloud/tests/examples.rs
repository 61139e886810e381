//! The examples do what they say.

#[path = "../examples/sovereign.rs"]
#[expect(dead_code, reason = "`main` is for the command line")]
mod sovereign;

#[test]
fn a_cloud_from_outside_owns_its_zones_and_signs_in_below_them() {
    let mut out = Vec::new();
    sovereign::run(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(
        out.lines().collect::<Vec<_>>(),
        [
            "ws.databricks.sovereign.example: sovereign through databricks.sovereign.example",
            "  sovereign-badge: Shown(Secret(…))",
            "ws.sovereign.azuredatabricks.net: sovereign through sovereign.azuredatabricks.net",
            "  sovereign-badge: Shown(Secret(…))",
            "adb-1.2.azuredatabricks.net: azure through azuredatabricks.net",
            "ws.example.com: nobody's",
        ]
    );
}
