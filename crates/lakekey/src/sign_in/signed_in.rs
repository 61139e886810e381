use lakekey_core::Error;
use lakekey_endpoints::Target;
use lakekey_oauth::Scopes;

/// Who signed in, where, and to do what.
#[derive(Debug)]
pub struct SignedIn {
    target: Target,
    user: Option<String>,
    scopes: Option<Scopes>,
    warnings: Vec<Error>,
}

impl SignedIn {
    /// A sign-in to `target`, of somebody unnamed.
    pub(crate) fn new(target: Target) -> Self {
        Self {
            target,
            user: None,
            scopes: None,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn with_user(mut self, user: String) -> Self {
        self.user = Some(user);
        self
    }

    pub(crate) fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = Some(scopes);
        self
    }

    pub(crate) fn with_warning(mut self, warning: Error) -> Self {
        self.warnings.push(warning);
        self
    }

    /// Who signed in, as the server names them; `None` when it does not say.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// What was signed in to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What was granted: what the server said, or what was asked for where it said nothing
    /// (RFC 6749 §5.1).
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_ref()
    }

    /// What went wrong without spoiling the sign-in, such as a token that could not be kept.
    pub fn warnings(&self) -> &[Error] {
        &self.warnings
    }
}
