//! A cloud from outside: a sovereign zone, a private deployment inside Azure's zone, and a way to
//! sign in that only hosts below these zones have.
//!
//! Credentials take it with `Credentials::builder().clouds(…)`: the example `own_cloud` of the crate
//! `lakekey` signs in with such a cloud.
//!
//! Run it with `cargo run -p lakekey-cloud --example sovereign`.

use std::io::Write;

use lakekey_cloud::{Cloud, Clouds, Zone};
use lakekey_core::{
    Attribute, BoxFuture, Context, Error, Login, Origin, Secret, Settings, Strategy, Token,
    TokenSource,
};

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

    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        vec![Box::new(Badge)]
    }
}

const ZONES: &[Zone] = &[
    Zone::new("databricks.sovereign.example")
        .environment("SOVEREIGN")
        .accounts(&["accounts.databricks.sovereign.example"]),
    // Longer than Azure's own zone, hence it wins for the hosts below it.
    Zone::new("sovereign.azuredatabricks.net").environment("SOVEREIGN"),
];

const ATTRIBUTES: &[Attribute] = &[BADGE];

const BADGE: Attribute = Attribute::new("sovereign_badge", "badge that the operator hands out")
    .env(&["SOVEREIGN_BADGE"])
    .group("sovereign")
    .secret();

/// Whoever has a badge is let in with it.
#[derive(Debug)]
struct Badge;

impl Strategy for Badge {
    fn name(&self) -> &'static str {
        "sovereign-badge"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let badge = settings.secret(&BADGE).cloned();
        Ok(badge.map(|badge| Login::bearer(Shown(badge))))
    }
}

/// The badge is the token.
#[derive(Debug)]
struct Shown(Secret);

impl TokenSource for Shown {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async { Ok(Token::bearer(self.0.clone())) })
    }
}

/// Says whose each host is, and who signs in there with a badge.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let clouds = Clouds::official().with(Sovereign);
    let settings = Settings::default().with(&BADGE, "canary", Origin::Explicit);
    for name in [
        "ws.databricks.sovereign.example",
        "ws.sovereign.azuredatabricks.net",
        "adb-1.2.azuredatabricks.net",
        "ws.example.com",
    ] {
        let Some(owner) = clouds.owner(&name.parse()?) else {
            writeln!(out, "{name}: nobody's")?;
            continue;
        };
        let (cloud, zone) = (owner.cloud, owner.zone.suffix());
        writeln!(out, "{name}: {} through {zone}", cloud.name())?;
        for strategy in cloud.strategies() {
            if let Some(login) = strategy.login(&settings)? {
                let (name, source) = (strategy.name(), &login.authorization);
                writeln!(out, "  {name}: {source:?}")?;
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&mut std::io::stdout().lock())
}
