use lakekey_core::{BoxFuture, Context, Error, Login, Secret, Settings, Strategy};
use lakekey_oauth::{github_id_token, github_id_token_request};

use super::{IdTokens, Wanted, login};
use crate::attributes::{ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL};
use crate::discover;
use crate::hosts::Hosts;
use crate::strategy::given;

/// A job of GitHub Actions with the permission `id-token: write`.
#[derive(Debug)]
pub(crate) struct Github {
    hosts: Hosts,
}

impl Github {
    pub(crate) fn new(hosts: Hosts) -> Self {
        Self { hosts }
    }
}

impl Strategy for Github {
    fn name(&self) -> &'static str {
        "github-oidc"
    }

    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error> {
        let (Some(address), Some(token)) = (
            given(settings, &ACTIONS_ID_TOKEN_REQUEST_URL),
            given(settings, &ACTIONS_ID_TOKEN_REQUEST_TOKEN),
        ) else {
            return Ok(None);
        };
        let job = Job {
            address: address.clone(),
            token: token.clone(),
        };
        login(self.name(), job, Wanted::Offered, settings, &self.hosts)
    }
}

/// What the job asks for its ID token with.
#[derive(Debug)]
struct Job {
    address: Secret,
    token: Secret,
}

impl IdTokens for Job {
    fn id_token<'a>(
        &'a self,
        cx: &'a Context,
        audience: &'a str,
    ) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async move {
            let request = github_id_token_request(self.address.expose(), &self.token, audience)?;
            github_id_token(&discover::send(cx, &request).await?)
        })
    }
}
