//! The runner of the conformance cases of lakekey.
#![doc = include_str!("../README.md")]

mod case;
mod cases;
mod catalogue;
mod coverage;
mod doors;
mod gaps;
mod journey;
mod probe;
pub mod program;
mod report;
mod runner;
mod sabotage;
mod subject;
mod suite;
mod tables;
mod threats;
mod trial;

pub use suite::{Suite, Verdict};
pub use trial::{Record, Status, Trial};
