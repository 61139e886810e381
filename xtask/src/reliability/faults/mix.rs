//! What goes wrong, and how often.

use serde_json::{Value, json};

use super::super::dice::SEED;

/// The faults of a server. The first that hits ends the search, so each is given the share that is
/// left to it.
pub(super) fn mix(seed: u64) -> Vec<Value> {
    let mut left = 100.0;
    let faults = weighted()
        .into_iter()
        .zip(1_u64..)
        .map(|((weight, action), number)| {
            let probability = weight / left;
            left -= weight;
            json!({
                "match": { "endpoint": "token", "grant": "refresh_token" },
                "probability": probability,
                "seed": SEED + 100 * seed + number,
                "action": action,
            })
        });
    faults.collect()
}

/// Percent of all requests, and what happens to them.
fn weighted() -> [(f64, Value); 12] {
    let delay = |milliseconds: u64| json!({ "http.delay": { "ms": milliseconds } });
    let reset = |when: &str| json!({ "http.reset": { "when": when } });
    let status = |status: u16| json!({ "http.status": { "status": status } });
    let html = json!({ "value": "text/html" });
    [
        (2.5, status(500)),
        (2.5, status(503)),
        (2.0, reset("before_commit")),
        (2.0, reset("after_commit")),
        (1.0, delay(500)),
        (1.0, delay(1500)),
        (1.0, delay(3000)),
        (
            2.0,
            json!({ "http.status": { "status": 429 }, "http.headers": { "set": { "retry-after": "1" } } }),
        ),
        (2.0, json!({ "http.truncate": { "at": 40 } })),
        (
            2.0,
            json!({ "http.body": { "bytes": "<html>Sign in</html>" }, "http.content_type": html }),
        ),
        (
            1.0,
            json!({ "http.redirect": { "status": 302, "location": "https://elsewhere.example/token" } }),
        ),
        (1.0, json!({ "http.content_type": html })),
    ]
}
