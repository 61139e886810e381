use std::sync::Arc;

use lakekey_config::Environment;
use lakekey_core::{BoxFuture, Context, Error, Login, Secret, Settings, Strategy};

use super::{IdTokens, Wanted, login};
use crate::attributes::OIDC_TOKEN_ENV;
use crate::hosts::Hosts;

/// An ID token in an environment variable.
#[derive(Debug)]
pub(crate) struct Env {
    hosts: Hosts,
    environment: Arc<Environment>,
}

impl Env {
    pub(crate) fn new(hosts: Hosts, environment: Arc<Environment>) -> Self {
        Self { hosts, environment }
    }
}

impl Strategy for Env {
    fn name(&self) -> &'static str {
        "env-oidc"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        match self.environment.get(variable(settings))? {
            Some(text) => {
                let held = Held(Secret::from(text));
                login(self.name(), held, Wanted::Named, settings, &self.hosts)
            }
            None => Ok(None),
        }
    }
}

/// The name of the variable.
pub(crate) fn variable(settings: &Settings) -> &str {
    let named = settings.get(&OIDC_TOKEN_ENV);
    named.filter(|name| !name.is_empty()).unwrap_or(USUAL)
}

/// The ID token as the environment had it: a later one is seen by later credentials only.
#[derive(Debug)]
struct Held(Secret);

impl IdTokens for Held {
    fn id_token<'a>(&'a self, _: &'a Context, _: &'a str) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

const USUAL: &str = "DATABRICKS_OIDC_TOKEN";
