use lakekey_endpoints::Host;

/// A DNS zone whose hosts belong to one cloud.
///
/// ```
/// use lakekey_cloud::{Stage, Zone};
///
/// const ZONE: Zone = Zone::new("databricks.example.eu").accounts(&["accounts.databricks.example.eu"]);
/// assert!(ZONE.contains(&"ws-1.databricks.example.eu:8443".parse()?));
/// assert!(!ZONE.contains(&"evildatabricks.example.eu".parse()?));
/// assert_eq!(ZONE.stage(), Stage::Production);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    suffix: &'static str,
    environment: &'static str,
    stage: Stage,
    accounts: &'static [&'static str],
}

impl Zone {
    /// The zone below `suffix`, which is in lower case and has no dot in front.
    ///
    /// Its environment is `PUBLIC`, its stage production, and no accounts host is known.
    pub const fn new(suffix: &'static str) -> Self {
        Self {
            suffix,
            environment: "PUBLIC",
            stage: Stage::Production,
            accounts: &[],
        }
    }

    /// Sets the name of the environment, in upper case as `azure_environment` spells it.
    pub const fn environment(self, environment: &'static str) -> Self {
        Self {
            environment,
            ..self
        }
    }

    /// Sets the stage.
    pub const fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// Sets the names of the account consoles, the usual one first.
    pub const fn accounts(self, accounts: &'static [&'static str]) -> Self {
        Self { accounts, ..self }
    }

    /// The DNS suffix, without a dot in front.
    pub const fn suffix(&self) -> &'static str {
        self.suffix
    }

    /// The name of the environment, such as `PUBLIC` or `USGOVERNMENT`.
    pub const fn environment_name(&self) -> &'static str {
        self.environment
    }

    /// The stage its hosts are at.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The names of the account consoles, the usual one first; empty where none is known.
    pub const fn accounts_hosts(&self) -> &'static [&'static str] {
        self.accounts
    }

    /// Whether `host` is below this zone: its name ends with a dot and the suffix, whatever its
    /// port.
    pub fn contains(&self, host: &Host) -> bool {
        let above = host
            .name()
            .strip_suffix(self.suffix)
            .and_then(|name| name.strip_suffix('.'));
        above.is_some_and(|label| !label.is_empty())
    }
}

/// What the hosts of a zone are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// For customers.
    Production,
    /// For Databricks itself, before production.
    Staging,
    /// For Databricks itself, before staging.
    Development,
}
