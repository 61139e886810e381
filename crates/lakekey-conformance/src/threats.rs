//! `docs/threat-model.md` against the catalogue: every row names its cases, and they exist.

use crate::case::{Finding, there};
use crate::catalogue::Catalogue;
use crate::doors;

/// What is wrong with the page, each a sentence.
pub(crate) fn complaints() -> Finding<Vec<String>> {
    let bytes = doors::read(&doors::root().join(PAGE))?;
    let page = String::from_utf8(there(PAGE, bytes)?)?;
    Ok(about(&page, Catalogue::get()))
}

fn about(page: &str, catalogue: &Catalogue) -> Vec<String> {
    let rows: Vec<_> = page.lines().filter_map(Row::parse).collect();
    let mut complaints = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.number != index + 1 {
            complaints.push(format!(
                "{PAGE}: row {} stands where {} belongs",
                row.number,
                index + 1
            ));
        }
        if row.ids.is_empty() {
            complaints.push(format!("{PAGE}: row {} names no case", row.number));
        }
        let unknown = row.ids.iter().filter(|id| catalogue.find(id).is_none());
        complaints.extend(unknown.map(|id| {
            format!(
                "{PAGE}: row {} names `{id}`, which is not in the catalogue",
                row.number
            )
        }));
    }
    if rows.is_empty() {
        complaints.push(format!("{PAGE} has no rows"));
    }
    complaints
}

/// A row of one of the tables.
struct Row<'a> {
    number: usize,
    ids: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The row, if this is a line of a table that begins with a number.
    fn parse(line: &'a str) -> Option<Self> {
        let cells = line.strip_prefix('|')?.strip_suffix('|')?;
        let (number, rest) = cells.split_once('|')?;
        let (_, ids) = rest.rsplit_once('|')?;
        let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
        Some(Self {
            number: number.trim().parse().ok()?,
            ids: ids.collect(),
        })
    }
}

const PAGE: &str = "docs/threat-model.md";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_cases_that_exist() {
        assert_eq!(complaints().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_row_without_a_case_or_with_a_wrong_one_is_found() {
        let about = |rows: &str| about(rows, Catalogue::get());
        assert_eq!(
            about("| 1 | a | b | c | C-REQ-01, S-TK-05 |"),
            Vec::<String>::new()
        );
        assert_eq!(about("| 1 | a | b | c |  |").len(), 1);
        assert_eq!(about("| 1 | a | b | c | C-REQ-99 |").len(), 1);
        assert_eq!(about("| 2 | a | b | c | C-REQ-01 |").len(), 1);
        assert_eq!(about("no table").len(), 1);
    }
}
