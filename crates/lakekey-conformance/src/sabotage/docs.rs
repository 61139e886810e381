//! The table of the switches in `docs/conformance.md`.

use super::SWITCHES;

/// The switches with what must notice; the same for every run.
pub(crate) fn table() -> String {
    let rows = SWITCHES.iter().map(|switch| {
        let (judged, cases) = (switch.side.judged(), switch.noticed_by.join(", "));
        format!(
            "| `{}` | {judged} | {} | {cases} |\n",
            switch.name, switch.without
        )
    });
    let head = "| Switch | Of | Without it | Must turn red |\n|---|---|---|---|\n";
    rows.fold(head.to_owned(), |table, row| table + &row)
}
