//! The processes of a check, as Linux shows them.

use std::path::PathBuf;

use super::Home;
use crate::case::Finding;
use crate::doors;

impl Home {
    /// The folders below `/proc` of all processes that have this home; none where there is no `/proc`.
    pub(crate) fn processes(&self) -> Finding<Vec<PathBuf>> {
        let mark = format!("HOME={}", self.path().display());
        let Ok(all) = std::path::Path::new("/proc").read_dir() else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in all {
            let folder = entry?.path();
            // It may be another user's, or over by now.
            let environment = doors::read(&folder.join("environ")).ok().flatten();
            let environment = environment.unwrap_or_default();
            let mut variables = environment.split(|byte| *byte == 0);
            if variables.any(|variable| variable == mark.as_bytes()) {
                found.push(folder);
            }
        }
        Ok(found)
    }
}
