//! The results as a page.

use super::Experiment;
use super::rig::Rig;
use super::row::Row;
use super::rows::Rows;
use crate::bench::{machine, markdown};
use crate::terminal::{Failure, say};
use crate::{files, shell, workspace};

/// Writes the page beside the results, and into `docs` if it is to be kept.
pub(super) fn write(
    rig: &Rig,
    experiments: &[&Experiment],
    rows: &Rows,
    bless: bool,
) -> Result<(), Failure> {
    let text = page(experiments, rows)?;
    let mut paths = vec![rig.folder.join("reliability.md")];
    if bless {
        paths.push(workspace::root().join("docs/reliability.md"));
    }
    for path in paths {
        files::write(&path, &text)?;
        say(format_args!("\n{}", path.display()));
    }
    Ok(())
}

fn page(experiments: &[&Experiment], rows: &Rows) -> Result<String, Failure> {
    let commit = shell::stdout(shell::command("git").args(["describe", "--always", "--dirty"]))?;
    let mut text = OPENING.trim_start().to_owned();
    let (commit, machine) = (commit.trim(), machine::line());
    let figures =
        format!("The figures are of commit `{commit}`, with release programs, on {machine}.\n");
    text.push_str(&figures);
    for experiment in experiments {
        let Experiment {
            name,
            question,
            method,
            ..
        } = experiment;
        let heading = format!(
            "\n## {question}\n\n`cargo xtask reliability --only {name}`\n\n{}\n",
            method.trim()
        );
        text.push_str(&heading);
        text += &markdown(&HEADS, rows.about(name).map(cells));
        text.push('\n');
    }
    Ok(text + CLOSING)
}

fn cells(row: &Row) -> Vec<String> {
    if let Some(reason) = &row.missing {
        let mut cells = vec![row.cell.clone(), format!("not run here: {reason}")];
        cells.resize(HEADS.len(), String::new());
        return cells;
    }
    let cell = if row.is_control {
        format!("*control:* {}", row.cell)
    } else {
        row.cell.clone()
    };
    let verdict = if row.holds() { "" } else { " **broken**" };
    vec![
        cell,
        grouped(row.runs),
        format!("{}{verdict}", grouped(row.failures)),
        row.bound(),
        row.figures.clone(),
        format!("{:.1} s", row.seconds),
    ]
}

/// A number with commas between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const HEADS: [&str; 6] = ["", "runs", "failures", "95 % bound", "seen", "took"];

const OPENING: &str = "
# Reliability

What becomes of logins when much goes wrong at once. `cargo xtask reliability` starts the release programs against the
mock, as many and as often as the tables say, and counts; this page is what it wrote. To count again:

```sh
cargo xtask reliability                # all of it; --bless writes this page, --quick does a tenth
cargo xtask reliability --only race    # one experiment; --list names them
```

A run is a failure when anything about it is not as its section says, so every row must show none. None in n runs means
that, with 95 % confidence, less than 1 − 0.05^(1/n) of all runs would fail, which is about 3/n: the column \"95 % bound\".
The rows marked *control* are the same experiment with one protection switched off, in a test build that obeys such wishes
or by other means that their name tells: they must show failures, or the experiment could not see them. The command fails
if a row is not as it must be. Chance has a fixed seed; when processes get their turn is the system's affair.

";

const CLOSING: &str = "
## What this does not show

Power loss: data that was written but not synced is never taken away here. macOS and Windows: the machine above is the
only one. Real servers: the mock is strict, near, and never tired.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0, 12, 999, 1000, 10_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "10,000", "1,234,567"]);
    }
}
