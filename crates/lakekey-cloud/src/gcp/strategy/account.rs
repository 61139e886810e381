use lakekey_core::{Code, Error, Settings};

use crate::attributes::GOOGLE_SERVICE_ACCOUNT;

/// The e-mail address of a service account, safe to put in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceAccount(String);

impl ServiceAccount {
    /// The service account that settings name, if any.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, Error> {
        let Some(text) = settings
            .get(&GOOGLE_SERVICE_ACCOUNT)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let is_part = |part: &str| !part.is_empty() && part.chars().all(is_plain);
        match text.split_once('@') {
            Some((name, domain)) if is_part(name) && is_part(domain) => {
                Ok(Some(Self(text.to_owned())))
            }
            _ => Err(settings.with_origin_of(no_address(), &GOOGLE_SERVICE_ACCOUNT)),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn no_address() -> Error {
    let message = "`google_service_account` is not the e-mail address of a service account";
    Error::new(Code::Config, message)
        .with_hint("write it as <NAME>@<PROJECT>.iam.gserviceaccount.com")
}
