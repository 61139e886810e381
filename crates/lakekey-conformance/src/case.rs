//! A case, and the ways in which it says that something is wrong.

use std::fmt::{self, Debug};

use crate::probe::Probe;

/// The code that checks one entry of the catalogue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// The id in the catalogue.
    pub(crate) id: &'static str,
    pub(crate) checks: Checks,
}

/// A check: asks the probe for what it needs, and fails with what is wrong.
pub(crate) type Check = fn(&mut Probe) -> Finding;

/// Nothing wrong, or what is.
pub(crate) type Finding<T = ()> = Result<T, Wrong>;

/// The checks of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checks {
    /// The case has no variants.
    One(Check),
    /// Each variant has its own.
    Each(&'static [(&'static str, Check)]),
}

impl Case {
    /// A case without variants.
    pub(crate) const fn one(id: &'static str, check: Check) -> Self {
        Self {
            id,
            checks: Checks::One(check),
        }
    }

    /// A case with a check for each variant.
    pub(crate) const fn each(id: &'static str, checks: &'static [(&'static str, Check)]) -> Self {
        Self {
            id,
            checks: Checks::Each(checks),
        }
    }

    /// The checks with the names of their variants; no variant is an empty name.
    pub(crate) fn variants(&self) -> Vec<(&'static str, Check)> {
        match self.checks {
            Checks::One(check) => vec![("", check)],
            Checks::Each(checks) => checks.to_vec(),
        }
    }
}

/// What is wrong, in words for the person who has to put it right.
pub(crate) struct Wrong(pub(crate) String);

impl Wrong {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// The same, after what was being tried.
    pub(crate) fn during(self, what: impl fmt::Display) -> Self {
        Self(format!("{what}: {}", self.0))
    }
}

impl Debug for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Fails unless `found` is `wanted`.
#[expect(clippy::needless_pass_by_value, reason = "it reads like an assertion")]
pub(crate) fn same<T: Debug + PartialEq<U>, U: Debug>(what: &str, found: T, wanted: U) -> Finding {
    if found == wanted {
        return Ok(());
    }
    Err(Wrong(format!("{what} is {found:?}, wanted {wanted:?}")))
}

/// Fails with `what` unless the condition holds.
pub(crate) fn holds(condition: bool, what: impl Into<String>) -> Finding {
    if condition {
        Ok(())
    } else {
        Err(Wrong::new(what))
    }
}

/// The value, or a failure that it is missing.
pub(crate) fn there<T>(what: &str, value: Option<T>) -> Finding<T> {
    value.ok_or_else(|| Wrong(format!("{what} is missing")))
}
