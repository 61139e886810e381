//! A token from a vault: a figment `Provider` that asks an HTTP endpoint in the manner of
//! HashiCorp Vault (key-value engine, version 2) and stands below the environment.
//!
//! The keys of the secret are those of a profile, such as `token`. Run it with
//! `VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=… cargo run -p lakekey-config --example vault`.

use std::io::Write;
use std::time::Duration;

use lakekey_config::figment::value::{Dict, Map};
use lakekey_config::figment::{Error, Metadata, Profile, Provider};
use lakekey_config::{Environment, Place, Resolver};
use lakekey_core::{Attribute, Secret, Settings};
use serde::Deserialize;

const TOKEN: Attribute = Attribute::new("token", "Databricks personal access token")
    .env(&["DATABRICKS_TOKEN"])
    .group("pat")
    .secret();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let environment = Environment::process();
    let vault = Vault {
        address: environment
            .get("VAULT_ADDR")?
            .unwrap_or("http://127.0.0.1:8200")
            .to_owned(),
        token: environment.get("VAULT_TOKEN")?.unwrap_or_default().into(),
        path: "secret/data/databricks".to_owned(),
    };
    let settings = settings(environment, vault)?;
    for setting in settings.iter() {
        let key = setting.attribute().key();
        writeln!(std::io::stdout(), "{key}: {}", setting.origin())?;
    }
    Ok(())
}

/// The settings, with the vault asked for what neither code nor environment gives.
pub(crate) fn settings(
    environment: Environment,
    vault: Vault,
) -> Result<Settings, lakekey_core::Error> {
    Resolver::new(environment)
        .attributes(&[TOKEN])
        .provider(Place::BeforeProfile, vault)
        .resolve()
}

/// One secret of a vault.
pub(crate) struct Vault {
    pub(crate) address: String,
    /// What the vault is asked with.
    pub(crate) token: Secret,
    /// The path of the secret, engine included.
    pub(crate) path: String,
}

/// What the vault answers: `{"data": {"data": {"token": "…"}}}`.
#[derive(Deserialize)]
struct Answer {
    data: Version,
}

#[derive(Deserialize)]
struct Version {
    data: Dict,
}

impl Provider for Vault {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!(
            "secret {} in the vault at {}",
            self.path, self.address
        ))
    }

    /// Is called once, when settings are resolved.
    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let text = self.ask().map_err(|error| error.to_string())?;
        let answer: Answer = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(Profile::Default.collect(answer.data.data))
    }
}

impl Vault {
    fn ask(&self) -> Result<String, ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .max_redirects(0)
            .build()
            .into();
        let url = format!("{}/v1/{}", self.address, self.path);
        let request = agent.get(url).header("X-Vault-Token", self.token.expose());
        request.call()?.body_mut().read_to_string()
    }
}
