use std::sync::Arc;

use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use lakekey_config::Environment;
use lakekey_core::{BoxFuture, Code, Context, Error, Login, Secret, Settings, Strategy};
use lakekey_endpoints::Host;
use lakekey_oauth::id_token_response;
use url::Url;

use super::{IdTokens, Wanted, login};
use crate::discover;
use crate::hosts::Hosts;

/// A job of Azure Pipelines that was given `SYSTEM_ACCESSTOKEN`.
#[derive(Debug)]
pub(crate) struct AzureDevops {
    hosts: Hosts,
    environment: Arc<Environment>,
}

impl AzureDevops {
    pub(crate) fn new(hosts: Hosts, environment: Arc<Environment>) -> Self {
        Self { hosts, environment }
    }
}

impl Strategy for AzureDevops {
    fn name(&self) -> &'static str {
        "azure-devops-oidc"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        match Pipeline::of(&self.environment)? {
            Some(job) => login(self.name(), job, Wanted::Offered, settings, &self.hosts),
            None => Ok(None),
        }
    }
}

/// Where the job asks for its ID token, and with what: as the variables say, not looked at before
/// it is needed.
#[derive(Debug)]
struct Pipeline {
    token: Secret,
    collection: String,
    project: String,
    hub: String,
    plan: String,
    job: String,
}

impl Pipeline {
    fn of(environment: &Environment) -> Result<Option<Self>, Error> {
        let mut values = [const { String::new() }; VARIABLES.len()];
        for (value, name) in values.iter_mut().zip(VARIABLES) {
            let Some(text) = environment.get(name)? else {
                return Ok(None);
            };
            text.clone_into(value);
        }
        let [token, collection, project, hub, plan, job] = values;
        Ok(Some(Self {
            token: Secret::from(token),
            collection,
            project,
            hub,
            plan,
            job,
        }))
    }

    fn request(&self) -> Result<Request<Vec<u8>>, Error> {
        let address = self.address().ok_or_else(unusable)?;
        let bearer = self.token.bearer().map_err(|_| unusable())?;
        let request = Request::post(address.as_str())
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            // Some servers refuse a POST that states no length, and few clients state that of nothing.
            .header(CONTENT_LENGTH, "0");
        request.body(Vec::new()).map_err(|_| unusable())
    }

    /// The address below the collection, whose own ends with a slash or does not.
    fn address(&self) -> Option<Url> {
        self.collection.parse::<Host>().ok()?;
        let mut url = Url::parse(&self.collection).ok()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend([
            &*self.project,
            "_apis",
            "distributedtask",
            "hubs",
            &self.hub,
            "plans",
            &self.plan,
            "jobs",
            &self.job,
            "oidctoken",
        ]);
        url.set_query(Some("api-version=7.2-preview.1"));
        Some(url)
    }
}

impl IdTokens for Pipeline {
    /// The service sets the audience itself.
    fn id_token<'a>(&'a self, cx: &'a Context, _: &'a str) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async move {
            let response = discover::send(cx, &self.request()?).await?;
            id_token_response("Azure DevOps", "oidcToken", &response)
        })
    }
}

fn unusable() -> Error {
    let message = "the variables that ask Azure DevOps for an ID token cannot be used";
    Error::new(Code::Config, message)
        .with_hint("leave the SYSTEM_… variables as Azure Pipelines sets them")
}

/// All of them are needed.
const VARIABLES: [&str; 6] = [
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
    "SYSTEM_TEAMPROJECTID",
    "SYSTEM_HOSTTYPE",
    "SYSTEM_PLANID",
    "SYSTEM_JOBID",
];
