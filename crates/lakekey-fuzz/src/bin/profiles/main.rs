//! Fuzz target `profiles`: a profile file, and an edit of it.
//!
//! The input is the text of the file. After a line `%%%` may follow a profile, a key and a value,
//! each on its own line: they are what the edits are about.

#![cfg_attr(fuzzing, no_main)]

mod document;
mod edits;
mod reading;

lakekey_fuzz::target!(document::property);
