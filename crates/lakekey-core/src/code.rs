use std::fmt;

/// What a reader of an [`Error`](crate::Error) should do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing is there: the next strategy may be tried. The one kind that continues a chain.
    Absent,
    /// A setting or an argument is wrong: fix it.
    Settings,
    /// Sign in, or sign in again.
    SignIn,
    /// The sign-in was refused or failed: try it again, or ask who refused.
    Denied,
    /// The other side, or the network, cannot answer now: try again later.
    Unavailable,
    /// The other side answered something that must not be trusted.
    Untrusted,
    /// Tokens could not be read or kept on this machine.
    Store,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $kind:ident, $exit:literal, $retry:literal;)*) => {
        /// The stable name of an error, for programs to match and for people to search.
        ///
        /// Each code belongs to one [`Kind`], has one exit status in the command `lakekey`, and
        /// says whether the same call may succeed later without anybody changing anything.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as programs see it, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What to do next.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// The exit status of the command `lakekey`.
            pub const fn exit_status(self) -> u8 {
                match self { $(Self::$variant => $exit,)* }
            }

            /// Whether the same call may succeed later with nothing changed on this side.
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retry,)* }
            }
        }
    };
}

codes! {
    /// Arguments that do not fit.
    Usage = "usage", Settings, 2, false;
    /// Configuration that is unreadable or contradicts itself.
    Config = "config", Settings, 2, false;
    /// A host refused before any network use.
    InvalidHost = "invalid_host", Settings, 2, false;
    /// An account id refused before it enters a URL.
    InvalidAccountId = "invalid_account_id", Settings, 2, false;
    /// No strategy applies to these settings.
    NotConfigured = "not_configured", Absent, 3, false;
    /// No login is stored for this profile or host.
    NotLoggedIn = "not_logged_in", Absent, 3, false;
    /// A login is stored but cannot be renewed.
    ReauthRequired = "reauth_required", SignIn, 3, false;
    /// The grant is narrower than what was asked for.
    ScopeInsufficient = "scope_insufficient", SignIn, 3, false;
    /// The user or a policy said no.
    AuthDenied = "auth_denied", Denied, 4, false;
    /// Another error of the authorization endpoint.
    AuthError = "auth_error", Denied, 4, false;
    /// The state was right but the rest of the callback was not.
    InvalidCallback = "invalid_callback", Denied, 4, false;
    /// The callback names another issuer, or none where one was promised.
    IssuerMismatch = "issuer_mismatch", Denied, 4, false;
    /// The code was not exchanged for a token, or nobody knows whether it was.
    LoginFailed = "login_failed", Denied, 4, false;
    /// No acceptable callback came in time.
    CallbackTimeout = "callback_timeout", Denied, 4, true;
    /// No loopback port could be opened.
    ListenerUnavailable = "listener_unavailable", Denied, 4, true;
    /// The token endpoint answered with an OAuth error.
    TokenError = "token_error", Unavailable, 5, false;
    /// The server asked to wait longer than the cap.
    RateLimited = "rate_limited", Unavailable, 5, true;
    /// The server failed, also after retries.
    ServerError = "server_error", Unavailable, 5, true;
    /// A deadline was reached.
    Timeout = "timeout", Unavailable, 5, true;
    /// DNS, connection or proxy failure.
    Transport = "transport", Unavailable, 5, true;
    /// The metadata could not be fetched or read.
    DiscoveryFailed = "discovery_failed", Unavailable, 5, true;
    /// The host has no OAuth metadata.
    OauthNotSupported = "oauth_not_supported", Unavailable, 5, false;
    /// The REST API refused the call.
    ApiError = "api_error", Unavailable, 5, false;
    /// The lease was not obtained in time.
    StoreLocked = "store_locked", Store, 5, true;
    /// Certificate or protocol failure.
    Tls = "tls", Untrusted, 6, false;
    /// The metadata points where it must not.
    DiscoveryUntrusted = "discovery_untrusted", Untrusted, 6, false;
    /// A redirect where none is allowed.
    UnexpectedRedirect = "unexpected_redirect", Untrusted, 6, false;
    /// A successful answer that cannot be used.
    InvalidTokenResponse = "invalid_token_response", Untrusted, 6, false;
    /// A cap on size, depth or ratio was hit.
    ResponseTooLarge = "response_too_large", Untrusted, 6, false;
    /// Reading or writing the store failed.
    StoreIo = "store_io", Store, 7, true;
    /// The store cannot be parsed.
    StoreCorrupt = "store_corrupt", Store, 7, false;
    /// The store has a version nobody here knows.
    StoreVersion = "store_version", Store, 7, false;
    /// Ownership, permission or link rules are violated.
    StoreInsecure = "store_insecure", Store, 7, false;
    /// No keyring backend is usable.
    KeyringUnavailable = "keyring_unavailable", Store, 7, true;
    /// The keyring backend did not answer.
    KeyringTimeout = "keyring_timeout", Store, 7, true;
    /// The result could not be written to standard output.
    OutputFailed = "output_failed", Store, 8, false;
    /// A signal ended the command.
    Cancelled = "cancelled", Denied, 130, false;
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, Kind};

    #[test]
    fn names_are_unique_and_exit_statuses_are_failures() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.exit_status() >= 2));
    }

    #[test]
    fn only_nothing_there_continues_a_chain() {
        let absent: Vec<_> = Code::ALL
            .iter()
            .filter(|code| code.kind() == Kind::Absent)
            .collect();
        assert_eq!(absent, [&Code::NotConfigured, &Code::NotLoggedIn]);
    }
}
