//! The door to the clock, to entropy and to the name of this machine.
#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::time::Instant;

use lakekey_core::{Code, Error};

/// The clock that never goes back.
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// 32 hexadecimal digits that nobody else draws.
pub(crate) fn unique() -> Result<String, Error> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Error::new(Code::StoreIo, "the system gives no random numbers"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// This process, as others may find it: `host:pid`.
pub(crate) fn process() -> String {
    format!("{}:{}", host(), std::process::id())
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
