//! The benchmarks of the crates, as criterion has written them down.

use std::path::Path;

use serde_json::Value;

use super::markdown;
use crate::files;
use crate::shell;
use crate::terminal::Failure;
use crate::workspace::Metadata;

/// Runs `cargo bench` and reads its estimates.
pub(super) fn table() -> Result<String, Failure> {
    for package in PACKAGES {
        let args = ["bench", "--quiet", "--package", package, "--bench", "*"];
        shell::stdout(&mut shell::cargo(&args))?;
    }
    let folder = Metadata::read()?.output_folder("criterion");
    let mut rows = Vec::new();
    for path in files::named(&folder, "estimates.json")? {
        // Beside the newest figures are those of earlier runs.
        if let Some(newest) = path.parent().filter(|parent| parent.ends_with("new")) {
            rows.push(row(newest)?);
        }
    }
    Ok(markdown(&["in process", "median", "95 % confidence"], rows))
}

/// A row from the folder of one benchmark's figures.
fn row(folder: &Path) -> Result<Vec<String>, Failure> {
    let benchmark = json(&folder.join("benchmark.json"))?;
    let median = &json(&folder.join("estimates.json"))?["median"];
    let interval = &median["confidence_interval"];
    let names = ["group_id", "function_id"].map(|name| benchmark[name].as_str());
    let time = |value: &Value| told(value.as_f64().unwrap_or_default());
    Ok(vec![
        names.into_iter().flatten().collect::<Vec<_>>().join(", "),
        time(&median["point_estimate"]),
        format!(
            "{} to {}",
            time(&interval["lower_bound"]),
            time(&interval["upper_bound"])
        ),
    ])
}

fn json(path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&files::text(path)?)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Nanoseconds in a unit that suits them.
fn told(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        medium if medium < 1e6 => format!("{:.2} µs", medium / 1e3),
        large => format!("{:.2} ms", large / 1e6),
    }
}

/// The crates that have benchmarks.
const PACKAGES: [&str; 2] = ["lakekey", "lakekey-config"];

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn times_are_told_in_a_unit_that_suits_them() {
        assert_eq!(
            [12.34, 1234.5, 1_234_567.0].map(told),
            ["12.3 ns", "1.23 µs", "1.23 ms"]
        );
    }
}
