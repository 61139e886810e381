//! A host and its ids, checked.

use std::fmt::Display;
use std::str::FromStr;

use lakekey::{
    ACCOUNT_ID, AccountId, Code, Environment, Error, HOST, Host, Origin, WORKSPACE_ID, WorkspaceId,
};

use super::first;

/// Where somebody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) host: Option<Host>,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) workspace_id: Option<WorkspaceId>,
}

/// A text, and where it came from.
type Given = Option<(String, Origin)>;

impl Spot {
    /// Checks each text. Ids in the query of a host that was copied from a browser fill what is
    /// not given.
    pub(crate) fn parse(
        host: Given,
        account_id: Given,
        workspace_id: Given,
    ) -> Result<Self, Error> {
        let mut spot = match host {
            Some((text, origin)) => {
                let pasted = Host::parse_pasted(&text)
                    .map_err(|error| refused(Code::InvalidHost, HOST.key(), error, &origin))?;
                Self {
                    host: Some(pasted.host),
                    account_id: pasted.account_id,
                    workspace_id: pasted.workspace_id,
                }
            }
            None => Self::default(),
        };
        if let Some(id) = parsed(account_id, Code::InvalidAccountId, ACCOUNT_ID.key())? {
            spot.account_id = Some(id);
        }
        if let Some(id) = parsed(workspace_id, Code::Config, WORKSPACE_ID.key())? {
            spot.workspace_id = Some(id);
        }
        Ok(spot)
    }

    /// What the variables of the official SDKs say.
    pub(crate) fn of_environment(environment: &Environment) -> Result<Self, Error> {
        let given = |attribute: &lakekey::Attribute| -> Result<Given, Error> {
            let found = first(environment, attribute.env_names())?;
            Ok(found.map(|(name, value)| (value.to_owned(), Origin::Env(name))))
        };
        let no_workspace = |(text, _): &(String, Origin)| text != "none";
        Self::parse(
            given(&HOST)?,
            given(&ACCOUNT_ID)?,
            given(&WORKSPACE_ID)?.filter(no_workspace),
        )
    }
}

fn parsed<T: FromStr<Err: Display>>(
    given: Given,
    code: Code,
    key: &'static str,
) -> Result<Option<T>, Error> {
    let Some((text, origin)) = given else {
        return Ok(None);
    };
    text.trim()
        .parse()
        .map(Some)
        .map_err(|error| refused(code, key, error, &origin))
}

fn refused(code: Code, key: &'static str, error: impl Display, origin: &Origin) -> Error {
    Error::new(code, error.to_string()).with_origin(key, origin)
}
