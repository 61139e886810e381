use lakekey_core::{Code, Error};
use lakekey_endpoints::Target;

use super::SignedIn;

/// How an attempt ended, as far as a page may tell: no code, no state, no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The token was exchanged and kept.
    SignedIn {
        user: Option<String>,
        facts: Vec<(&'static str, String)>,
    },
    /// The person, or a policy, said no.
    Declined { message: String },
    /// Anything else.
    Failed { code: &'static str, message: String },
}

impl From<&Result<SignedIn, Error>> for Outcome {
    fn from(result: &Result<SignedIn, Error>) -> Self {
        match result {
            Ok(signed_in) => Self::SignedIn {
                user: signed_in.user().map(str::to_owned),
                facts: place(signed_in.target()),
            },
            Err(error) => Self::from(error),
        }
    }
}

impl From<&Error> for Outcome {
    fn from(error: &Error) -> Self {
        let message = error.to_string();
        match error.code() {
            Code::AuthDenied => Self::Declined { message },
            code => Self::Failed {
                code: code.as_str(),
                message,
            },
        }
    }
}

/// Where somebody signed in, line by line.
fn place(target: &Target) -> Vec<(&'static str, String)> {
    let account = target.account_id().map(|id| ("Account", id.to_string()));
    let workspace = target
        .workspace_id()
        .map(|id| ("Workspace", id.to_string()));
    [
        Some(("Host", target.host().to_string())),
        account,
        workspace,
    ]
    .into_iter()
    .flatten()
    .collect()
}
