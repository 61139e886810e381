//! Azure with a stand-in for its CLI, or without one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lakekey_cloud::{Azure, AzureCli, Cloud, Zone};
use lakekey_core::Strategy;

use crate::case::Finding;
use crate::probe::Home;

/// Azure as on a machine that has the CLI in that place, or nothing there.
#[derive(Debug)]
pub(super) struct AzureWith(PathBuf);

impl AzureWith {
    /// Puts the stand-in of `fixtures/az/` into the home folder; `environment` says how it behaves.
    pub(super) fn stand_in(home: &Home, environment: &BTreeMap<String, String>) -> Finding<Self> {
        let lines = environment.iter();
        let lines = lines.map(|(name, value)| format!("{name}='{value}'\n"));
        home.write("settings", lines.collect::<String>())?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(crate::doors::root().join("fixtures/az/az"), home.file(NAME))?;
        Ok(Self::none(home))
    }

    /// No CLI.
    pub(super) fn none(home: &Home) -> Self {
        Self(home.file(NAME))
    }
}

impl Cloud for AzureWith {
    fn name(&self) -> &'static str {
        Azure.name()
    }

    fn zones(&self) -> &[Zone] {
        Azure.zones()
    }

    fn strategies(&self) -> Vec<Box<dyn Strategy>> {
        let cli = AzureCli::at(&self.0);
        let mut strategies = Azure.strategies();
        strategies.retain(|strategy| strategy.name() != cli.name());
        strategies.push(Box::new(cli));
        strategies
    }
}

const NAME: &str = "az";
