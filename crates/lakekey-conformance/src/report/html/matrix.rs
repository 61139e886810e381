//! The matrix of the last `cargo xtask sabotage` on the page.

use crate::report::escaped;
use crate::sabotage::matrix::Matrix;
use crate::sabotage::row::{Row, Verdict};

/// The section; empty where there was no such run.
pub(super) fn of(matrix: Option<&Matrix>) -> String {
    let Some(matrix) = matrix else {
        return String::new();
    };
    let count = |verdict| {
        matrix
            .rows
            .iter()
            .filter(|row| row.verdict() == verdict)
            .count()
    };
    let rows: String = matrix.rows.iter().map(row).collect();
    format!(
        "<section id=\"sabotage\"><h2>Would it notice?</h2><p>{} protections were switched off in a test build, one at a \
         time: {} noticed, {} unnoticed, {} without a check yet. With all of them on, {} tests passed. \
         <small>{}, commit {}</small></p><div class=\"wide\"><table><thead><tr><th>Switched off</th><th>Without it</th>\
         <th></th><th>What turned red</th></tr></thead><tbody>{rows}</tbody></table></div></section>\n",
        matrix.rows.len(),
        count(Verdict::Red),
        count(Verdict::Green),
        count(Verdict::Waiting),
        matrix.baseline,
        escaped(&matrix.date),
        escaped(&matrix.commit),
    )
}

/// Words in backticks as code.
fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let part = |(index, part)| match index % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    parts.map(part).collect()
}

fn row(row: &Row) -> String {
    // Red is what is wanted here: the suite saw it.
    let (class, word) = match row.verdict() {
        Verdict::Red => ("passed", "noticed"),
        Verdict::Green => ("failed", "unnoticed"),
        Verdict::Waiting => ("gap", "no check yet"),
    };
    let cases = row.noticed_by.iter().map(|it| {
        let (case, red, tests) = (escaped(&it.case), it.red.len(), it.tests);
        let id = case.split('/').next().unwrap_or_default();
        let share = if tests > 1 {
            format!(" <small>{red} of {tests}</small>")
        } else {
            String::new()
        };
        format!("<a href=\"#{id}\">{case}</a>{share}")
    });
    let others = match row.others.len() {
        0 => String::new(),
        others => format!(
            " <small title=\"{}\">and {others} more</small>",
            escaped(&row.others.join(", "))
        ),
    };
    format!(
        "<tr><td><code>{}</code> <small>{}</small></td><td>{}</td><td><span class=\"badge {class}\">{word}</span></td>\
         <td>{}{others}</td></tr>",
        escaped(&row.switch),
        escaped(&row.judged),
        with_code(&row.without),
        cases.collect::<Vec<_>>().join(", "),
    )
}
