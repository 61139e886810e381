use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use lakekey_endpoints::Host;

use crate::{BoxFuture, Context, Error, Secret, Token};

/// Something that yields tokens: a fixed one, a stored login, a cloud's identity service.
///
/// This is where I/O starts, and only here: every outside effect goes through the [`Context`].
/// A source does not cache what it got from the network for longer than its own store does; the
/// cache above it does that once, for all sources.
pub trait TokenSource: Debug + Send + Sync {
    /// A token that satisfies the context's [`Demand`].
    ///
    /// # Errors
    ///
    /// An error of kind [`Absent`](crate::Kind::Absent) says that there is nothing here and the
    /// next strategy may be tried; any other error is final.
    fn token<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Token, Error>>;
}

/// Something that finds the host of a workspace which is named by other means, such as its Azure
/// resource id. It may keep what it found.
pub trait HostSource: Debug + Send + Sync {
    /// The host that requests go to.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::token`].
    fn host<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<Host, Error>>;
}

/// How new a token must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// Any token that is still good.
    #[default]
    Usable,
    /// A token that is not stale either; a stale one only where no newer one can be had.
    Fresh,
    /// A token that stays good for at least this long.
    GoodFor(Duration),
    /// A token whose minting was started at this moment or later, by the wall clock: any
    /// refresh that began after the request arrived will do.
    MintedSince(SystemTime),
    /// Any good token but this one, which the server has rejected.
    OtherThan(Secret),
}
