//! Who a login is, as its host says.

use http::Request;
use lakekey::{AccountId, Credentials, Error, Target};
use serde::Deserialize;

use super::super::api::answer;

/// Who answers to a login.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// The name of the user, where the host or the token says it.
    pub(super) user: Option<String>,
    /// The account, where it was the account that let the login in.
    pub(super) account_id: Option<AccountId>,
}

/// Gets one token, and shows it to the workspace or the account that the login is for.
///
/// Where one refuses, and the login knows of both, the other is asked too; the first refusal is
/// the one that is reported.
pub(super) async fn who(credentials: &Credentials) -> Result<Who, Error> {
    let token = credentials.token().await?;
    let settings = credentials.settings();
    let account_id = settings.account_id()?;
    let subject = lakekey_oauth::subject(token.access());
    let is_account = matches!(settings.target()?, Target::Account { .. });
    let Some(account_id) = account_id else {
        return of_workspace(credentials).await;
    };
    let first = if is_account {
        of_account(credentials, &account_id, subject.clone()).await
    } else {
        of_workspace(credentials).await
    };
    let Err(error) = first else {
        return first;
    };
    let second = if is_account {
        of_workspace(credentials).await
    } else {
        of_account(credentials, &account_id, subject).await
    };
    second.map_err(|_| error)
}

async fn of_workspace(credentials: &Credentials) -> Result<Who, Error> {
    let Me { user_name } = serde_json::from_slice(&get(credentials, ME).await?).unwrap_or_default();
    Ok(Who {
        user: user_name,
        account_id: None,
    })
}

async fn of_account(
    credentials: &Credentials,
    account_id: &AccountId,
    user: Option<String>,
) -> Result<Who, Error> {
    get(
        credentials,
        &format!("/api/2.0/accounts/{account_id}/workspaces"),
    )
    .await?;
    Ok(Who {
        user,
        account_id: Some(account_id.clone()),
    })
}

async fn get(credentials: &Credentials, path: &str) -> Result<Vec<u8>, Error> {
    let request = Request::get(path)
        .body(Vec::new())
        .expect("a path of letters and ids is a URI");
    let response = credentials.send(request).await?;
    answer::check(&response)?;
    Ok(response.into_body())
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Me {
    user_name: Option<String>,
}

const ME: &str = "/api/2.0/preview/scim/v2/Me";
