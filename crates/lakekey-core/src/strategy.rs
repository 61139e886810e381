use std::fmt::Debug;

use http::HeaderName;

use crate::{Error, HostSource, Settings, TokenSource};

/// One way to authenticate, such as a personal access token or a stored sign-in.
///
/// A strategy decides from [`Settings`] alone. It performs no I/O: that is the business of the
/// [`TokenSource`]s it returns.
pub trait Strategy: Debug + Send + Sync {
    /// The stable name, as `auth_type` spells it.
    fn name(&self) -> &'static str;

    /// The login these settings describe; `None` when they are not for this strategy.
    ///
    /// # Errors
    ///
    /// The settings are for this strategy, and wrong.
    fn login(&self, settings: &Settings) -> Result<Option<Login>, Error>;
}

/// Which token goes in which header: what a [`Strategy`] found, as data.
#[derive(Debug)]
pub struct Login {
    /// The source of the token in the `Authorization` header.
    pub authorization: Box<dyn TokenSource>,
    /// Further headers, each with the source of the token that is its value. A header whose source
    /// has nothing ([`Kind::Absent`](crate::Kind::Absent)) is left out.
    pub headers: Vec<(HeaderName, Box<dyn TokenSource>)>,
    /// Who finds the host that requests go to, where the settings name it by other means.
    pub host: Option<Box<dyn HostSource>>,
}

impl Login {
    /// A login of one token in the `Authorization` header.
    pub fn bearer(source: impl TokenSource + 'static) -> Self {
        Self {
            authorization: Box::new(source),
            headers: Vec::new(),
            host: None,
        }
    }
}
