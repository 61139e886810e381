use std::time::{Duration, SystemTime};

use crate::Secret;

/// An access token, with what is needed to renew it and to know when.
///
/// Both secrets are redacted in `Debug` and zeroed on drop.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use lakekey_core::Token;
///
/// let minted = SystemTime::UNIX_EPOCH;
/// let token = Token::bearer("eyJ…").lasting(minted, Duration::from_secs(3600));
/// assert_eq!(token.expiry(), Some(minted + Duration::from_secs(3600)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    access: Secret,
    spelled: String,
    refresh: Option<Secret>,
    expiry: Option<SystemTime>,
    lifetime: Option<Duration>,
    scope: Option<String>,
}

impl Token {
    /// A token of type `Bearer` without expiry and without refresh token.
    pub fn bearer(access: impl Into<Secret>) -> Self {
        Self {
            access: access.into(),
            spelled: "Bearer".to_owned(),
            refresh: None,
            expiry: None,
            lifetime: None,
            scope: None,
        }
    }

    /// Sets expiry and lifetime from the moment the token request was started and the lifetime
    /// the server stated.
    ///
    /// An expiry beyond what the clock can hold is kept as no more than `started` itself.
    pub fn lasting(mut self, started: SystemTime, lifetime: Duration) -> Self {
        self.expiry = Some(started.checked_add(lifetime).unwrap_or(started));
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets the expiry alone, for a token whose lifetime is not known, such as one from a file.
    pub fn expiring(mut self, expiry: SystemTime) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// Sets the lifetime alone, in the whole seconds of `expires_in`, for a token from a file.
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets the refresh token.
    pub fn with_refresh(mut self, refresh: impl Into<Secret>) -> Self {
        self.refresh = Some(refresh.into());
        self
    }

    /// Sets the token type as the server spelled it, for example `Bearer`.
    pub fn with_token_type(mut self, token_type: impl Into<String>) -> Self {
        self.spelled = token_type.into();
        self
    }

    /// Sets the scope the server granted, as its space separated list.
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// The same token without its refresh token, as it is handed to callers.
    pub fn without_refresh(mut self) -> Self {
        self.refresh = None;
        self
    }

    /// The access token.
    pub fn access(&self) -> &Secret {
        &self.access
    }

    /// The token type, as the server spelled it; `Bearer` unless said otherwise.
    pub fn token_type(&self) -> &str {
        &self.spelled
    }

    /// The refresh token, if the grant came with one.
    pub fn refresh(&self) -> Option<&Secret> {
        self.refresh.as_ref()
    }

    /// The moment after which the token is refused, by the local wall clock; `None` for a token
    /// that does not say, such as a personal access token.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expiry
    }

    /// How long the token lives from the start of the request that minted it, if known.
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// When the request that minted the token was started, if expiry and lifetime are known.
    pub fn minted(&self) -> Option<SystemTime> {
        self.expiry?.checked_sub(self.lifetime?)
    }

    /// The scope the server granted, as its space separated list, if it said so.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn debug_shows_no_secret() {
        let token = Token::bearer("canary-a").with_refresh("canary-b");
        assert!(!format!("{token:?}").contains("canary"));
    }

    #[test]
    fn a_lifetime_beyond_the_clock_counts_as_over() {
        let now = std::time::SystemTime::UNIX_EPOCH;
        let token = Token::bearer("a").lasting(now, std::time::Duration::MAX);
        assert_eq!(token.expiry(), Some(now));
    }
}
