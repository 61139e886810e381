/// One row of the attribute table: a setting that lakekey understands.
///
/// The crate that reads a setting owns its row, as a `const`. Parsing, environment look-up,
/// redaction, explanations and the attributes page all read the same rows.
///
/// ```
/// use lakekey_core::{Attribute, Value};
///
/// const WAREHOUSE_ID: Attribute = Attribute::new("warehouse_id", "SQL warehouse to use")
///     .env(&["DATABRICKS_WAREHOUSE_ID"]);
/// assert_eq!(WAREHOUSE_ID.key(), "warehouse_id");
/// assert_eq!(WAREHOUSE_ID.value(), Value::Text);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    key: &'static str,
    aliases: &'static [&'static str],
    doc: &'static str,
    env: &'static [&'static str],
    strategies: &'static [&'static str],
    group: Option<&'static str>,
    secret: bool,
    value: Value,
    default: Option<&'static str>,
}

/// The kind of value an [`Attribute`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Any text.
    Text,
    /// A host or an address pasted from a browser.
    Host,
    /// Items separated by commas.
    List,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// A path; a leading `~` is the home directory.
    Path,
}

impl Attribute {
    /// A row for `key`, the name in `.databrickscfg`, with one line of documentation.
    ///
    /// It is a text, not secret, without environment variable, group or default.
    pub const fn new(key: &'static str, doc: &'static str) -> Self {
        Self {
            key,
            aliases: &[],
            doc,
            env: &[],
            strategies: &[],
            group: None,
            secret: false,
            value: Value::Text,
            default: None,
        }
    }

    /// Sets the environment variables that carry it; the first one set to a non-empty text wins.
    pub const fn env(self, env: &'static [&'static str]) -> Self {
        Self { env, ..self }
    }

    /// Sets the names that other official SDKs have for the key; in a profile they count where
    /// the key itself has no value.
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Sets the strategies that read it, as `auth_type` spells them.
    pub const fn strategies(self, strategies: &'static [&'static str]) -> Self {
        Self { strategies, ..self }
    }

    /// Sets the authentication group: two groups present at once are a contradiction unless
    /// `auth_type` chooses.
    pub const fn group(self, group: &'static str) -> Self {
        Self {
            group: Some(group),
            ..self
        }
    }

    /// Marks the value as secret: never shown, never in an error.
    pub const fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }

    /// Sets the kind of value; the default is [`Value::Text`].
    pub const fn of(self, value: Value) -> Self {
        Self { value, ..self }
    }

    /// Sets the value used when nothing else gives one.
    pub const fn default(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    /// The name of the setting, as in `.databrickscfg`.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// One line that says what the setting is.
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// The environment variables that carry it, strongest first.
    pub const fn env_names(&self) -> &'static [&'static str] {
        self.env
    }

    /// The names that other official SDKs have for the key.
    pub const fn key_aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The strategies that read it; empty when it concerns all of them, or none.
    pub const fn strategy_names(&self) -> &'static [&'static str] {
        self.strategies
    }

    /// The authentication group, if any.
    pub const fn auth_group(&self) -> Option<&'static str> {
        self.group
    }

    /// Whether the value must never be shown.
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// The kind of value.
    pub const fn value(&self) -> Value {
        self.value
    }

    /// The value used when nothing else gives one.
    pub const fn default_value(&self) -> Option<&'static str> {
        self.default
    }
}

/// The host: a workspace, an accounts console or a unified host.
pub const HOST: Attribute = Attribute::new(
    "host",
    "workspace, accounts console or unified host to sign in to",
)
.env(&["DATABRICKS_HOST"])
.of(Value::Host);

/// The account id, needed at an accounts host.
pub const ACCOUNT_ID: Attribute = Attribute::new(
    "account_id",
    "Databricks account id, needed at an accounts host",
)
.env(&["DATABRICKS_ACCOUNT_ID"]);

/// The workspace id, which picks a workspace behind a unified host.
pub const WORKSPACE_ID: Attribute =
    Attribute::new("workspace_id", "workspace to use behind a unified host")
        .env(&["DATABRICKS_WORKSPACE_ID"]);
