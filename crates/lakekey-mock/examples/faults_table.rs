//! Prints the table of faults of `docs/mock.md`.

use std::io::{Result, Write};

use lakekey_mock::fault_kinds;

fn main() -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "| For instance | What goes wrong | Also | Acts on |")?;
    writeln!(out, "|---|---|---|---|")?;
    for kind in fault_kinds() {
        let words = kind.choices();
        let choices = match words.split_first() {
            Some((_, rest)) if !rest.is_empty() => format!("; or `{}`", rest.join("`, `")),
            _ => String::new(),
        };
        writeln!(
            out,
            "| `{}` | {}{choices} | {} | {} |",
            kind.example(),
            kind.says,
            kind.others,
            kind.acts_on(),
        )?;
    }
    Ok(())
}
