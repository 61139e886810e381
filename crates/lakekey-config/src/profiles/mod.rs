//! The profile file: a document model that keeps every byte it does not change.

mod default_profile;
mod disk;
mod document;
mod edit;
mod lines;
mod login;
mod names;
mod parse;
mod remarks;
mod rename;
mod style;
mod trust;
mod value;

pub(crate) use document::{DEFAULT, DEFAULT_PROFILE, SETTINGS};
pub use document::{Profile, ProfileFile};
pub(crate) use names::shown;
pub use parse::ParseError;
pub use remarks::Remark;
