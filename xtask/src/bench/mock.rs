//! The mock: how soon it answers, how much it takes, how much it bears.

use std::path::Path;

use super::load::{Load, load};
use super::machine::memory_of;
use super::sample::Sample;
use super::{markdown, mebibytes};
use crate::loopback;
use crate::stage::{Mock, ensure};
use crate::stopwatch::timed;
use crate::terminal::Failure;

/// Starts it often, then puts it under load, with the load generator on the same cores.
pub(super) fn table(program: &Path) -> Result<String, Failure> {
    let mut starts = Sample::default();
    for _ in 0..STARTS {
        let (started, took) = timed(|| first_answer(program));
        drop(started?);
        starts.add(took);
    }
    let [min, median, p95] = starts.cells();
    let mock = first_answer(program)?;
    let idle = memory_of(mock.process(), "VmRSS");
    let discovery = load(&discovery_url(&mock), None)?;
    let tokens = load(&format!("{}/oidc/v1/token", mock.url()), Some("token.lua"))?;
    let loaded = memory_of(mock.process(), "VmHWM");
    let size = |bytes: Option<u64>| {
        bytes.map_or("–".to_owned(), |bytes| {
            format!("{} MiB", mebibytes(bytes))
        })
    };
    let rows = [
        [
            "start to first answer, median",
            &format!("{median} ms (min {min}, p95 {p95})"),
            "≤ 20 ms",
        ],
        ["RS256 tokens", &told(&tokens), "≥ 3,000/s"],
        ["discovery", &told(&discovery), "≥ 30,000/s"],
        ["memory, idle", &size(idle), ""],
        ["memory, most under load", &size(loaded), ""],
    ];
    let rows = rows.map(|row| row.map(str::to_owned).to_vec());
    Ok(markdown(&["mock", "measured", "budget"], rows))
}

/// A mock that has answered once.
fn first_answer(program: &Path) -> Result<Mock, Failure> {
    let mock = Mock::start(program, &["--consent", "approve"])?;
    let answer = loopback::get(&discovery_url(&mock))?;
    ensure(answer.status().is_success(), || {
        format!("the mock answered {}", answer.status())
    })?;
    Ok(mock)
}

fn discovery_url(mock: &Mock) -> String {
    format!("{}/oidc/.well-known/oauth-authorization-server", mock.url())
}

fn told(load: &Load) -> String {
    let Load {
        requests_per_second,
        median,
        p99,
    } = load;
    format!("{requests_per_second:.0}/s (median {median}, p99 {p99})")
}

const STARTS: usize = 41;
