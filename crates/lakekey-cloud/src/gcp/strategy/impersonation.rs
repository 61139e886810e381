//! Acting as a service account: the IAM Service Account Credentials API of Google.

use std::time::Duration;

use http::{HeaderValue, Request, header};
use lakekey_core::{Code, Context, Error, Token};
use lakekey_oauth::Grant;
use serde_json::{Value, json};

use super::account::ServiceAccount;
use super::ask::{self, Answer};
use super::default_credentials::Caller;
use super::person::LOGIN;
use super::{CLOUD_PLATFORM, COMPUTE};

/// An ID token of the service account, with its e-mail address, for `audience`.
pub(super) async fn id_token(
    cx: &Context,
    caller: &Caller,
    account: &ServiceAccount,
    audience: &str,
) -> Result<Token, Error> {
    let body = json!({ "audience": audience, "includeEmail": true });
    let answer = call(cx, caller, account, "generateIdToken", &body).await?;
    answer.id_token("token")
}

/// An access token of the service account, for an hour.
pub(super) async fn access_token(
    cx: &Context,
    caller: &Caller,
    account: &ServiceAccount,
) -> Result<Token, Error> {
    let lifetime = format!("{}s", LIFETIME.as_secs());
    let body = json!({ "scope": [CLOUD_PLATFORM, COMPUTE], "lifetime": lifetime });
    let answer = call(cx, caller, account, "generateAccessToken", &body).await?;
    let started = answer.started;
    Ok(Token::bearer(answer.text("accessToken")?).lasting(started, LIFETIME))
}

async fn call(
    cx: &Context,
    caller: &Caller,
    account: &ServiceAccount,
    method: &str,
    body: &Value,
) -> Result<Answer, Error> {
    let request = request(caller, account, method, body)?;
    // Nothing is spent by asking, as with the credentials of a client.
    let answer = ask::google(cx, &Grant::ClientCredentials, request).await;
    answer.map_err(|error| {
        let account = account.as_str();
        let fact = format!("Google does not let its credentials impersonate `{account}`");
        let hint = format!("grant them the role Service Account Token Creator on `{account}`");
        ask::refused(error, &fact, &hint)
    })
}

fn request(
    caller: &Caller,
    account: &ServiceAccount,
    method: &str,
    body: &Value,
) -> Result<Request<Vec<u8>>, Error> {
    let address = format!("{SERVICE_ACCOUNTS}{}:{method}", account.as_str());
    let mut request = Request::post(address)
        .body(body.to_string().into_bytes())
        .expect("the address of an account is safe in a path");
    let headers = request.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json.clone());
    headers.insert(header::ACCEPT, json);
    let bearer = caller.token.access().bearer().map_err(|_| unusable())?;
    headers.insert(header::AUTHORIZATION, bearer);
    if let Some(project) = &caller.quota_project {
        let project = HeaderValue::from_str(project).map_err(|_| unusable())?;
        headers.insert(QUOTA_PROJECT, project);
    }
    Ok(request)
}

fn unusable() -> Error {
    Error::new(
        Code::Config,
        "the Google credentials hold characters that no header can carry",
    )
    .with_hint(LOGIN)
}

const SERVICE_ACCOUNTS: &str =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";
const QUOTA_PROJECT: &str = "x-goog-user-project";
const LIFETIME: Duration = Duration::from_secs(60 * 60);
