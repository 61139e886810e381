//! The profile file: a document model that keeps every byte it does not change.

mod disk;
mod document;
mod edit;
mod login;
mod names;
mod parse;
mod style;
mod value;

pub(crate) use document::{DEFAULT, SETTINGS};
pub use document::{Profile, ProfileFile};
pub(crate) use names::shown;
pub use parse::ParseError;
