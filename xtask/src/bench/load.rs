//! `wrk`, the load generator, and what it prints.

use crate::shell;
use crate::terminal::Failure;
use crate::workspace;

/// What a server did under load.
#[derive(Debug, PartialEq)]
pub(super) struct Load {
    pub(super) requests_per_second: f64,
    pub(super) median: String,
    pub(super) p99: String,
}

/// Asks a server for five seconds, on two threads and 16 connections; `script` is one of `xtask/bench`
/// with its arguments, or nothing.
pub(super) fn load(url: &str, script: &[&str]) -> Result<Load, Failure> {
    let mut wrk = shell::command("wrk");
    wrk.args(["-t2", "-c16", "-d5s", "--latency", url]);
    if let [script, args @ ..] = script {
        wrk.arg("-s")
            .arg(workspace::root().join("xtask/bench").join(script));
        wrk.arg("--").args(args);
    }
    let printed = shell::stdout(&mut wrk)?;
    if printed.contains("Non-2xx or 3xx responses") || printed.contains("Socket errors") {
        return Err(Failure::new(format!("{url} failed under load\n{printed}")));
    }
    let missing = || Failure::new(format!("`wrk` is not understood:\n{printed}"));
    parse(&printed).ok_or_else(missing)
}

fn parse(printed: &str) -> Option<Load> {
    let value = |name: &str| {
        let mut lines = printed.lines().map(str::trim);
        lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    Some(Load {
        requests_per_second: value("Requests/sec:")?.parse().ok()?,
        median: value("50%")?,
        p99: value("99%")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_prints_is_understood() {
        let printed = "Running 5s test @ http://127.0.0.1:1/\n  2 threads and 16 connections\n  \
            Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency   505.85us    1.06ms  23.08ms   95.62%\n  \
            Latency Distribution\n     50%  298.00us\n     75%  412.00us\n     90%  702.00us\n     99%    4.92ms\n  \
            211735 requests in 5.10s, 128.21MB read\nRequests/sec:  41516.84\nTransfer/sec:     25.14MB\n";
        let expected = Load {
            requests_per_second: 41516.84,
            median: "298.00us".to_owned(),
            p99: "4.92ms".to_owned(),
        };
        assert_eq!(parse(printed), Some(expected));
        assert_eq!(parse("unable to connect"), None);
    }
}
