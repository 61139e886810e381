//! A cloud from outside: a sovereign zone, and a private deployment inside Azure's zone.
//!
//! Run it with `cargo run -p lakekey-cloud --example sovereign`.

use std::io::Write as _;

use lakekey_cloud::{Cloud, Clouds, Zone};
use lakekey_core::Attribute;

/// A national operator with zones of its own.
#[derive(Debug)]
struct Sovereign;

impl Cloud for Sovereign {
    fn name(&self) -> &'static str {
        "sovereign"
    }

    fn zones(&self) -> &[Zone] {
        ZONES
    }

    fn attributes(&self) -> &[Attribute] {
        ATTRIBUTES
    }
}

const ZONES: &[Zone] = &[
    Zone::new("databricks.sovereign.example")
        .environment("SOVEREIGN")
        .accounts(&["accounts.databricks.sovereign.example"]),
    // Longer than Azure's own zone, hence it wins for the hosts below it.
    Zone::new("sovereign.azuredatabricks.net").environment("SOVEREIGN"),
];

const ATTRIBUTES: &[Attribute] =
    &[
        Attribute::new("sovereign_realm", "identity realm of the national operator")
            .env(&["SOVEREIGN_REALM"])
            .group("sovereign"),
    ];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clouds = Clouds::official().with(Sovereign);
    let mut out = std::io::stdout().lock();
    for name in [
        "ws.databricks.sovereign.example",
        "ws.sovereign.azuredatabricks.net",
        "adb-1.2.azuredatabricks.net",
        "ws.example.com",
    ] {
        match clouds.owner(&name.parse()?) {
            Some(owner) => {
                writeln!(
                    out,
                    "{name}: {} through {}",
                    owner.cloud.name(),
                    owner.zone.suffix()
                )?;
            }
            None => writeln!(out, "{name}: nobody's")?,
        }
    }
    Ok(())
}
