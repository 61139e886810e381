use lakekey_core::{Code, Error, Settings};
use lakekey_endpoints::Host;

use super::ZONES;
use super::attributes::{AZURE_ENVIRONMENT, AZURE_WORKSPACE_RESOURCE_ID};
use crate::{Azure, AzureEnvironment, AzureResource, Stage};

/// What is signed in to on Azure, as far as the settings tell.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) host: Option<Host>,
    pub(super) resource: Option<AzureResource>,
    pub(super) environment: &'static AzureEnvironment,
    stage: Stage,
}

impl Place {
    /// The place that the settings name; `None` with neither a host nor a resource id.
    ///
    /// The host's zone tells environment and stage. A host below no zone, and a resource id alone,
    /// have the environment that `azure_environment` names, in production.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, Error> {
        let (host, resource) = (settings.host()?, resource(settings)?);
        if host.is_none() && resource.is_none() {
            return Ok(None);
        }
        let zones = ZONES.iter().filter(|zone| {
            let host = host.as_ref();
            host.is_some_and(|host| zone.contains(host))
        });
        let zone = zones.max_by_key(|zone| zone.suffix().len());
        let (environment, stage) = match zone {
            Some(zone) => (
                AzureEnvironment::named(zone.environment_name())
                    .expect("the zones of Azure are in its environments"),
                zone.stage(),
            ),
            None => (environment(settings)?, Stage::Production),
        };
        Ok(Some(Self {
            host,
            resource,
            environment,
            stage,
        }))
    }

    /// The resource of a token for Databricks itself.
    pub(super) fn application(&self) -> &'static str {
        Azure::login_application(self.stage)
    }
}

fn resource(settings: &Settings) -> Result<Option<AzureResource>, Error> {
    let text = settings.get(&AZURE_WORKSPACE_RESOURCE_ID);
    let parsed = text.filter(|text| !text.is_empty()).map(str::parse);
    parsed
        .transpose()
        .map_err(|error| settings.with_origin_of(error, &AZURE_WORKSPACE_RESOURCE_ID))
}

fn environment(settings: &Settings) -> Result<&'static AzureEnvironment, Error> {
    let Some(name) = settings
        .get(&AZURE_ENVIRONMENT)
        .filter(|name| !name.is_empty())
    else {
        return Ok(&AzureEnvironment::ALL[0]);
    };
    AzureEnvironment::named(name).ok_or_else(|| {
        let names: Vec<_> = AzureEnvironment::ALL
            .iter()
            .map(AzureEnvironment::name)
            .collect();
        let error = Error::new(Code::Config, "`azure_environment` names no cloud of Azure")
            .with_hint(format!("use one of {}", names.join(", ")));
        settings.with_origin_of(error, &AZURE_ENVIRONMENT)
    })
}

#[cfg(test)]
mod tests {
    use lakekey_core::{HOST, Origin};

    use super::{AZURE_ENVIRONMENT, AZURE_WORKSPACE_RESOURCE_ID, Code, Place, Settings};

    fn place(host: &str, resource: &str, environment: &str) -> Result<Option<Place>, super::Error> {
        let settings = Settings::default()
            .with(&HOST, host, Origin::Explicit)
            .with(&AZURE_WORKSPACE_RESOURCE_ID, resource, Origin::Explicit)
            .with(&AZURE_ENVIRONMENT, environment, Origin::Explicit);
        Place::of(&settings)
    }

    #[test]
    fn the_zone_tells_before_the_setting_does() {
        for (host, resource, environment, expected, application) in [
            ("a.azuredatabricks.net", "", "CHINA", "PUBLIC", "2ff814a6"),
            ("a.dev.azuredatabricks.net", "", "", "PUBLIC", "62a912ac"),
            (
                "a.staging.azuredatabricks.net",
                "",
                "",
                "PUBLIC",
                "4a67d088",
            ),
            ("a.databricks.azure.us", "", "", "USGOVERNMENT", "2ff814a6"),
            ("a.example.com", "", "china", "CHINA", "2ff814a6"),
            ("a.cloud.databricks.com", "", "", "PUBLIC", "2ff814a6"),
            ("", "/a/b/c", "UsGovernment", "USGOVERNMENT", "2ff814a6"),
            ("", "/a/b/c", "", "PUBLIC", "2ff814a6"),
        ] {
            let found = place(host, resource, environment).unwrap().unwrap();
            assert_eq!(found.environment.name(), expected, "{host}");
            assert!(found.application().starts_with(application), "{host}");
        }
        assert!(place("", "", "CHINA").unwrap().is_none());
    }

    #[test]
    fn what_is_no_id_and_no_environment_is_refused() {
        for (resource, environment) in [("/a/b?c", ""), ("/a/b/c", "MOON")] {
            let error = place("", resource, environment).unwrap_err();
            assert_eq!(error.code(), Code::Config);
            assert_eq!(error.origins().len(), 1);
            assert!(error.hint().is_some());
        }
    }
}
