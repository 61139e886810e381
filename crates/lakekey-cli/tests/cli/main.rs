//! The command as its users see it: the built binary, a home folder of its own, a mock server.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start processes, write files, and fail where they stand"
)]

mod bad_input;
mod commands;
mod explain;
#[cfg(all(target_os = "linux", feature = "keyring"))]
mod keyring;
mod lend;
mod login;
mod machine;
mod oauth;
mod profiles;
mod token;
mod words;
