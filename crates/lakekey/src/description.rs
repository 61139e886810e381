use lakekey_core::{Origin, Settings};

use crate::chain::Chain;

/// What credentials were made from: the strategy, and each value with its origin.
///
/// It holds no secret: the value of a secret attribute is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// The strategy in use, or the first that will be tried; `None` when none applies.
    pub strategy: Option<&'static str>,
    /// The profile the values came from, if a file was read.
    pub profile: Option<String>,
    /// The values, sorted by key.
    pub values: Vec<DescribedValue>,
    /// The strategies that were passed over, each with the reason.
    pub passed: Vec<(&'static str, String)>,
}

/// One value of a [`Description`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DescribedValue {
    /// The name of the setting, as in `.databrickscfg`.
    pub key: &'static str,
    /// The value; `None` when it is secret.
    pub value: Option<String>,
    /// Where the value came from.
    pub origin: Origin,
}

impl Description {
    pub(crate) fn of(settings: &Settings, chain: &Chain) -> Self {
        let values = settings.iter().map(|setting| DescribedValue {
            key: setting.attribute().key(),
            value: settings.get(setting.attribute()).map(str::to_owned),
            origin: setting.origin().clone(),
        });
        Self {
            strategy: chain.name(),
            profile: settings.profile().map(str::to_owned),
            values: values.collect(),
            passed: chain.passed().to_vec(),
        }
    }
}
