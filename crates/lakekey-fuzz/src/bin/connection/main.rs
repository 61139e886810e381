//! Fuzz target `connection`: bytes that come in at the listener of a sign-in.
//!
//! The bytes of the first line say how the rest is cut, each how large a piece is; an even number of
//! them says that the connection is reset in place of closed. A `~` in the rest stands for a thousand
//! `a`s, so that bounds are within reach.

#![cfg_attr(fuzzing, no_main)]

mod page;
mod served;
mod wire;

lakekey_fuzz::target!(served::property);
