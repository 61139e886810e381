//! Reading the parameters of a fault.

use serde_json::{Map, Value};

use super::FaultError;

/// The parameters of one fault.
pub(super) struct Args<'a> {
    pub(super) fault: &'a str,
    pub(super) params: &'a Map<String, Value>,
}

impl Args<'_> {
    pub(super) fn text(&self, name: &str) -> Result<String, FaultError> {
        self.optional(name).ok_or_else(|| self.wrong(name))
    }

    pub(super) fn choice(&self, name: &str, choices: &[&str]) -> Result<String, FaultError> {
        let text = self.text(name)?;
        if choices.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(self.wrong(name))
        }
    }

    /// Text as it is; anything else as JSON.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        self.params.get(name).map(plain)
    }

    pub(super) fn flag(&self, name: &str, otherwise: bool) -> bool {
        self.params
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(otherwise)
    }

    pub(super) fn status(&self, name: &str) -> Result<u16, FaultError> {
        self.number(name)
            .ok()
            .filter(|status| (100..=999).contains(status))
            .ok_or_else(|| self.wrong(name))
    }

    pub(super) fn number<N: TryFrom<u64>>(&self, name: &str) -> Result<N, FaultError> {
        let number = self
            .params
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|number| N::try_from(number).ok());
        number.ok_or_else(|| self.wrong(name))
    }

    pub(super) fn number_or<N: TryFrom<u64>>(
        &self,
        name: &str,
        otherwise: N,
    ) -> Result<N, FaultError> {
        if self.params.contains_key(name) {
            self.number(name)
        } else {
            Ok(otherwise)
        }
    }

    /// How much of something an answer has.
    pub(super) fn size(&self, name: &str, otherwise: usize) -> Result<usize, FaultError> {
        let size = self.number_or(name, otherwise)?;
        if size > LARGEST {
            return Err(self.wrong(name));
        }
        Ok(size)
    }

    /// An array of texts, or one text with commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.params.get(name) {
            Some(Value::Array(items)) => items.iter().map(plain).collect(),
            Some(value) => plain(value)
                .split(',')
                .map(|item| item.trim().to_owned())
                .collect(),
            None => Vec::new(),
        }
    }

    pub(super) fn pairs(&self, name: &str) -> Vec<(String, String)> {
        self.params
            .get(name)
            .and_then(Value::as_object)
            .map(pairs_of)
            .unwrap_or_default()
    }

    pub(super) fn wrong(&self, param: &str) -> FaultError {
        FaultError::Param {
            fault: self.fault.to_owned(),
            param: param.to_owned(),
        }
    }
}

pub(super) fn pairs_of(object: &Map<String, Value>) -> Vec<(String, String)> {
    object
        .iter()
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect()
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Larger answers are refused where they are asked for: they would break the mock, not its client.
const LARGEST: usize = 1 << 30;
