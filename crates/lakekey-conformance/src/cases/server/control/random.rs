//! S-CT-02: chance that a seed repeats.

use std::thread;

use http::Request;
use lakekey_mock::{Fault, Setup};

use crate::case::{Finding, Wrong, holds, same};
use crate::probe::{Probe, Server};

/// The same seed hits the same requests, another one others, and a stream is not moved by its neighbours.
pub(super) fn repeats_with_its_seed(probe: &mut Probe) -> Finding {
    let first = sequence(probe, 42)?;
    same("the same seed", sequence(probe, 42)? == first, true)?;
    same("another seed", sequence(probe, 43)? == first, false)?;
    let hits = u32::try_from(first.iter().filter(|hit| **hit).count())?;
    let rate = f64::from(hits) / f64::from(REQUESTS);
    holds(
        (rate - PROBABILITY).abs() <= FOUR_SIGMA,
        format!("the rate is {rate}, wanted {PROBABILITY}"),
    )?;
    let streams = at_once(probe)?;
    same("the streams of two runs", at_once(probe)? == streams, true)?;
    holds(
        streams.windows(2).any(|pair| pair[0] != pair[1]),
        "all streams are the same",
    )?;
    for (number, stream) in streams.iter().enumerate() {
        let alone = of_stream(&faulty(probe, 42)?, number, STREAM_REQUESTS)?;
        same("a stream on its own", &alone == stream, true)?;
    }
    probe.saw(200);
    Ok(())
}

/// Which of so many requests, one after another, a fault of this seed hits.
fn sequence(probe: &mut Probe, seed: u64) -> Finding<Vec<bool>> {
    let server = faulty(probe, seed)?;
    (0..REQUESTS).map(|_| is_hit(&server, None)).collect()
}

/// Sixteen clients at once, each with a stream of its own.
fn at_once(probe: &mut Probe) -> Finding<Vec<Vec<bool>>> {
    let server = faulty(probe, 42)?;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..STREAMS)
            .map(|number| {
                let server = &server;
                scope.spawn(move || of_stream(server, number, STREAM_REQUESTS))
            })
            .collect();
        let streams = clients.into_iter().map(|client| {
            let panicked = |_| Err(Wrong::new("a client panicked"));
            client.join().unwrap_or_else(panicked)
        });
        streams.collect()
    })
}

fn of_stream(server: &Server, number: usize, requests: u32) -> Finding<Vec<bool>> {
    (0..requests)
        .map(|_| is_hit(server, Some(number)))
        .collect()
}

fn is_hit(server: &Server, stream: Option<usize>) -> Finding<bool> {
    let mut request = Request::get(format!("{}/oidc/jwks.json", server.url()));
    if let Some(number) = stream {
        request = request.header("x-client-stream", number.to_string());
    }
    Ok(server.send(request.body(Vec::new())?)?.status() == 503)
}

fn faulty(probe: &mut Probe, seed: u64) -> Finding<Server> {
    let mut setup = Setup::workspace();
    setup.journal = 1;
    let server = probe.server(setup);
    let fault = Fault::new("http.status").param("status", 503);
    server.inject(fault.probability(PROBABILITY, seed))?;
    Ok(server)
}

const PROBABILITY: f64 = 0.2;
const REQUESTS: u32 = 10_000;
/// Four standard deviations of the rate of [`REQUESTS`] throws.
const FOUR_SIGMA: f64 = 0.016;
const STREAMS: usize = 16;
const STREAM_REQUESTS: u32 = 60;
