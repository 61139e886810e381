//! The ways to ask, and what the token endpoint does meanwhile.

use serde_json::{Value, json};

/// A way to ask, and what is right then.
pub(super) struct Trial {
    pub(super) name: &'static str,
    pub(super) args: &'static [&'static str],
    /// What the mock does with token requests, as its control API wants it.
    pub(super) fault: fn() -> Value,
    pub(super) most_refreshes: usize,
    pub(super) expected: Expected,
    pub(super) sabotage: Option<&'static str>,
    /// How often, for each size.
    pub(super) repetitions: [usize; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    OneToken,
    Tokens,
    Unavailable,
    SurvivorsOfAKill,
}

fn no_fault() -> Value {
    Value::Null
}

fn busy() -> Value {
    fault(&json!({ "http.delay": { "ms": 300 } }))
}

fn slow() -> Value {
    fault(&json!({ "http.delay": { "ms": 2000 } }))
}

/// Slow enough for the last process to have been started before the first has its answer.
fn down() -> Value {
    fault(&json!({ "http.delay": { "ms": 200 }, "http.status": { "status": 503 } }))
}

fn held_once() -> Value {
    let mut fault = fault(&json!({ "http.hang": { "where": "before_headers" } }));
    fault["times"] = 1.into();
    fault
}

fn fault(action: &Value) -> Value {
    json!({ "match": { "endpoint": "token" }, "action": action })
}

const PLAIN: Trial = Trial {
    name: "plain",
    args: &[],
    fault: no_fault,
    most_refreshes: 1,
    expected: Expected::OneToken,
    sabotage: None,
    repetitions: [100, 100, 50, 20],
};

pub(super) const TRIALS: [Trial; 6] = [
    PLAIN,
    Trial {
        name: "forced, endpoint takes 300 ms",
        args: &["--force-refresh"],
        fault: busy,
        most_refreshes: 2,
        expected: Expected::Tokens,
        repetitions: [10, 10, 10, 5],
        ..PLAIN
    },
    Trial {
        name: "forced, endpoint answers at once",
        args: &["--force-refresh"],
        most_refreshes: 2,
        expected: Expected::Tokens,
        repetitions: [50, 50, 20, 10],
        ..PLAIN
    },
    Trial {
        name: "endpoint at 503",
        fault: down,
        most_refreshes: 3,
        expected: Expected::Unavailable,
        repetitions: [5, 5, 5, 5],
        ..PLAIN
    },
    Trial {
        name: "endpoint 2 s slow",
        fault: slow,
        repetitions: [3, 3, 3, 3],
        ..PLAIN
    },
    Trial {
        name: "holder killed",
        fault: held_once,
        expected: Expected::SurvivorsOfAKill,
        repetitions: [20, 20, 20, 10],
        ..PLAIN
    },
];
