//! What Google is asked with a key or with default credentials, and what its answers become.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and makes the files it needs"
)]

mod credentials;
mod documents;
mod id;
mod world;
