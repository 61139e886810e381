//! A token from a JSON file: figment's own provider for JSON, as it is, above the profile file.
//!
//! Run it with `cargo run -p lakekey-config --example json_file -- secrets.json`, where the file
//! holds the keys of a profile, such as `{"host": "https://w.example", "token": "…"}`.

use std::io::Write;
use std::path::Path;

use figment::providers::{Format, Json};
use lakekey_config::{Environment, Place, Resolver};
use lakekey_core::{Attribute, Settings};

const TOKEN: Attribute = Attribute::new("token", "Databricks personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .secret();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "secrets.json".to_owned());
    let settings = settings(Environment::process(), Path::new(&path))?;
    for setting in settings.iter() {
        let key = setting.attribute().key();
        writeln!(std::io::stdout(), "{key}: {}", setting.origin())?;
    }
    Ok(())
}

/// The settings, with the file read for what neither code nor environment gives.
///
/// A file that is not there is an error; with `Json::file`, it is looked for in the folders above
/// and is as good as empty.
pub(crate) fn settings(
    environment: Environment,
    path: &Path,
) -> Result<Settings, lakekey_core::Error> {
    Resolver::new(environment)
        .attributes(&[TOKEN])
        .provider(Place::BeforeProfile, Json::file_exact(path))
        .resolve()
}
