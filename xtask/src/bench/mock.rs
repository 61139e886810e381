//! The mock: how soon it answers, how much it takes, how much it bears; and others side by side.

use std::path::Path;

use super::load::{Load, load};
use super::machine::memory_of;
use super::sample::Sample;
use super::server::Server;
use super::{markdown, mebibytes};
use crate::node::Node;
use crate::stopwatch::timed;
use crate::terminal::{Failure, say};

/// Starts each server in turn, often; then puts each under load, with the load generator on the same cores.
pub(super) fn table(program: &Path) -> Result<String, Failure> {
    let node = Node::installed();
    let mut servers = vec![Server::ours(program)];
    match &node {
        Ok(node) => servers.extend(Server::of_others(node)?),
        Err(failure) => say(format_args!("\nthe mock alone is measured: {failure}")),
    }
    let starts = starts(&servers)?;
    let columns = servers.iter().zip(starts);
    let columns = columns.map(|(server, starts)| column(server, starts));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = MEASURES.iter().enumerate().map(|(at, (name, budget))| {
        let cells = columns.iter().map(|column| column[at].clone());
        let cells = std::iter::once((*name).to_owned()).chain(cells);
        cells.chain([(*budget).to_owned()]).collect()
    });
    let names = servers.iter().map(|server| server.name.as_str());
    let heads: Vec<_> = std::iter::once("mock")
        .chain(names)
        .chain(["budget"])
        .collect();
    Ok(markdown(&heads, rows))
}

/// How long each takes to its first answer; they take turns, so that what else the machine does hits all alike.
fn starts(servers: &[Server<'_>]) -> Result<Vec<Sample>, Failure> {
    let mut samples: Vec<_> = servers.iter().map(|_| Sample::default()).collect();
    for _ in 0..STARTS {
        for (server, sample) in servers.iter().zip(&mut samples) {
            let (started, took) = timed(|| server.start());
            drop(started?);
            sample.add(took);
        }
    }
    Ok(samples)
}

/// What a server shows, in the order of `MEASURES`.
fn column(server: &Server<'_>, starts: Sample) -> Result<[String; MEASURES.len()], Failure> {
    let [min, median, p95] = starts.cells();
    let started = server.start()?;
    let memory = |name| {
        memory_of(started.process(), name).map_or("–".to_owned(), |bytes| {
            format!("{} MiB", mebibytes(bytes))
        })
    };
    let idle = memory("VmRSS");
    let discovery = load(&started.discovery, &[])?;
    let form = server.form();
    let tokens = load(&started.token, &["token.lua", &form])?;
    Ok([
        format!("{median} ms (min {min}, p95 {p95})"),
        told(&tokens),
        told(&discovery),
        idle,
        memory("VmHWM"),
    ])
}

fn told(load: &Load) -> String {
    let Load {
        requests_per_second,
        median,
        p99,
    } = load;
    format!("{requests_per_second:.0}/s (median {median}, p99 {p99})")
}

/// What is measured, and the budget.
const MEASURES: [(&str, &str); 5] = [
    ("start to first answer, median", "≤ 20 ms"),
    ("RS256 tokens", "≥ 3,000/s"),
    ("discovery", "≥ 30,000/s"),
    ("memory, idle", "≤ 12 MiB"),
    ("memory, most under load", ""),
];

const STARTS: usize = 21;
