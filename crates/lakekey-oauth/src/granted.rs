use lakekey_core::Token;

use crate::text::sanitised;
use crate::{Scopes, ScopesMissing};

/// What a token may do, compared with what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Granted {
    /// All that was asked for.
    AsRequested,
    /// All that was asked for, but no refresh token: this sign-in cannot be renewed, which the
    /// person should be told.
    WithoutRefresh,
}

/// Compares the scope of a token with the one that was requested (RFC 6749 §5.1).
///
/// A token that does not say its scope has the requested one. Scopes are compared as a set, case
/// by case; more than was requested is fine. `offline_access` is judged by the refresh token.
///
/// # Errors
///
/// [`ScopesMissing`] when the token may do less than was asked for.
///
/// ```
/// use lakekey_core::Token;
/// use lakekey_oauth::{Granted, Scopes, check_granted};
///
/// let requested = Scopes::default().with_offline_access();
/// let token = Token::bearer("a-1").with_scope("all-apis");
/// assert_eq!(check_granted(&token, &requested), Ok(Granted::WithoutRefresh));
/// assert!(check_granted(&token.with_scope("sql"), &requested).is_err());
/// ```
pub fn check_granted(token: &Token, requested: &Scopes) -> Result<Granted, ScopesMissing> {
    let wanted = || {
        requested
            .iter()
            .filter(|scope| *scope != Scopes::OFFLINE_ACCESS)
    };
    if let Some(granted) = token.scope() {
        let is_granted = |scope: &str| granted.split(' ').any(|own| own == scope);
        let missing: Vec<_> = wanted().filter(|scope| !is_granted(scope)).collect();
        if !missing.is_empty() {
            return Err(ScopesMissing {
                missing: missing.join(" "),
                granted: sanitised(granted),
            });
        }
    }
    if requested.contains(Scopes::OFFLINE_ACCESS) && token.refresh().is_none() {
        return Ok(Granted::WithoutRefresh);
    }
    Ok(Granted::AsRequested)
}

#[cfg(test)]
mod tests {
    use lakekey_core::Token;

    use super::{Granted, check_granted};
    use crate::Scopes;

    #[test]
    fn scopes_are_compared_as_a_set() {
        let requested = Scopes::default().with_offline_access();
        let with = |scope: &str| Token::bearer("a").with_refresh("r").with_scope(scope);
        for scope in [
            "offline_access all-apis",
            "all-apis offline_access",
            "all-apis",
            "x all-apis",
        ] {
            assert_eq!(
                check_granted(&with(scope), &requested),
                Ok(Granted::AsRequested),
                "{scope}"
            );
        }
        for scope in ["sql", "", "ALL-APIS", "all-apis-not", "offline_access"] {
            assert!(check_granted(&with(scope), &requested).is_err(), "{scope}");
        }
        assert_eq!(
            check_granted(&Token::bearer("a").with_refresh("r"), &requested),
            Ok(Granted::AsRequested)
        );
    }

    #[test]
    fn a_sign_in_that_cannot_be_renewed_is_no_error() {
        let offline = Scopes::default().with_offline_access();
        for token in [
            Token::bearer("a"),
            Token::bearer("a").with_scope("all-apis offline_access"),
        ] {
            assert_eq!(check_granted(&token, &offline), Ok(Granted::WithoutRefresh));
            assert_eq!(
                check_granted(&token, &Scopes::default()),
                Ok(Granted::AsRequested)
            );
        }
    }
}
