use serde_json::{Value, json};
use url::Url;

use crate::metadata::{Document, url_on};
use crate::{AccountId, Host, MetadataError, WorkspaceId};

/// What a host says about itself at `/.well-known/databricks-config`.
///
/// The document is optional and so is each member: one that is missing, of another type or not
/// usable is `None`. It fills gaps in the settings and never overrides them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostMetadata {
    /// The account the host belongs to.
    pub account_id: Option<AccountId>,
    /// The workspace the host is.
    pub workspace_id: Option<WorkspaceId>,
    /// The cloud's name (`AWS`, `Azure`, `GCP` or another), to be compared without case.
    pub cloud: Option<String>,
    /// What the host serves.
    pub host_type: Option<HostType>,
    /// The audiences an identity token may have for token federation, the default one first.
    pub audiences: Vec<String>,
    oidc_endpoint: Option<String>,
}

impl HostMetadata {
    /// Where `host` has this document.
    pub fn url(host: &Host) -> Url {
        host.at("/.well-known/databricks-config")
    }

    /// Reads the document that was fetched from `host`.
    ///
    /// # Errors
    ///
    /// [`MetadataError::Unreadable`] where it is no JSON object: go on without it.
    /// [`MetadataError::Untrusted`] where its OIDC endpoint is not on `host`: stop.
    ///
    /// ```
    /// use lakekey_endpoints::{HostMetadata, HostType};
    ///
    /// let document = br#"{
    ///     "oidc_endpoint": "https://acme.example.test/oidc/accounts/{account_id}",
    ///     "account_id": "abc-123",
    ///     "host_type": "unified"
    /// }"#;
    /// let metadata = HostMetadata::parse(document, &"acme.example.test".parse()?)?;
    /// assert_eq!(metadata.host_type, Some(HostType::Unified));
    /// assert_eq!(
    ///     metadata.oidc_endpoint(metadata.account_id.as_ref()).as_deref(),
    ///     Some("https://acme.example.test/oidc/accounts/abc-123"),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(document: &[u8], host: &Host) -> Result<Self, MetadataError> {
        let document = Document::parse(document)?;
        Ok(Self {
            account_id: document
                .text("account_id")
                .and_then(|text| text.parse().ok()),
            workspace_id: workspace_id(&document),
            cloud: document.text("cloud").map(str::to_owned),
            host_type: document.text("host_type").and_then(HostType::from_name),
            audiences: audiences(&document),
            oidc_endpoint: oidc_endpoint(&document, host)?,
        })
    }

    /// The document again, with the members known here and nothing else the host may have sent.
    ///
    /// [`HostMetadata::parse`] reads it back, for the same host, as an equal value.
    ///
    /// ```
    /// use lakekey_endpoints::{Host, HostMetadata};
    ///
    /// let host: Host = "acme.example.test".parse()?;
    /// let metadata = HostMetadata::parse(br#"{"cloud": "AWS", "motd": "hello"}"#, &host)?;
    /// assert_eq!(metadata.document(), r#"{"cloud":"AWS"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn document(&self) -> String {
        let Self {
            account_id,
            workspace_id,
            cloud,
            host_type,
            audiences,
            oidc_endpoint,
        } = self;
        let mut document = json!({
            "account_id": account_id.as_ref().map(AccountId::as_str),
            "workspace_id": workspace_id.as_ref().map(WorkspaceId::as_str),
            "cloud": cloud,
            "host_type": host_type.map(HostType::name),
            "token_federation_default_oidc_audiences": audiences,
            "oidc_endpoint": oidc_endpoint,
        });
        if let Some(members) = document.as_object_mut() {
            members.retain(|_, value| !value.is_null() && *value != json!([]));
        }
        document.to_string()
    }

    /// The root of the OIDC issuer, without a trailing slash and with the account id in its place.
    ///
    /// `None` where the host names none, or one with a place for an account id and there is none.
    pub fn oidc_endpoint(&self, account_id: Option<&AccountId>) -> Option<String> {
        let template = self.oidc_endpoint.as_deref()?;
        if !template.contains(PLACEHOLDER) {
            return Some(template.to_owned());
        }
        account_id.map(|account_id| template.replace(PLACEHOLDER, account_id.as_str()))
    }

    pub(crate) fn is_account_issuer(&self) -> bool {
        self.oidc_endpoint
            .as_deref()
            .is_some_and(|text| text.contains("/oidc/accounts/"))
    }
}

/// What a host serves, by its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostType {
    /// One workspace.
    Workspace,
    /// The account console.
    Account,
    /// An account and its workspaces.
    Unified,
}

impl HostType {
    const ALL: [Self; 3] = [Self::Workspace, Self::Account, Self::Unified];

    fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Account => "account",
            Self::Unified => "unified",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| name.eq_ignore_ascii_case(kind.name()))
    }
}

/// A text, or the number that it is at heart.
fn workspace_id(document: &Document) -> Option<WorkspaceId> {
    let text = match document.get("workspace_id")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64()?.to_string(),
        _ => return None,
    };
    WorkspaceId::parse_optional(&text).ok().flatten()
}

fn audiences(document: &Document) -> Vec<String> {
    let listed = document
        .get("token_federation_default_oidc_audiences")
        .and_then(Value::as_array);
    let texts = listed.into_iter().flatten().filter_map(Value::as_str);
    texts
        .filter(|text| !text.is_empty() && !text.contains(char::is_control))
        .map(str::to_owned)
        .collect()
}

fn oidc_endpoint(document: &Document, host: &Host) -> Result<Option<String>, MetadataError> {
    const MEMBER: &str = "oidc_endpoint";
    let Some(text) = document
        .get(MEMBER)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    // A lenient parser takes the braces of the placeholder in a path, and nowhere before it.
    url_on(host, MEMBER, text)?;
    Ok(Some(text.trim_end_matches('/').to_owned()))
}

const PLACEHOLDER: &str = "{account_id}";
