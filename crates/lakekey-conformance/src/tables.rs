//! The area `config`: what the official SDKs do, in tables of facts under `fixtures/config/`.
//!
//! A table is a fact of the catalogue's kind, and each of its cases is one check. A case holds, or
//! `differs` says why lakekey does otherwise on purpose (its facts are then what lakekey does), or
//! `gap` says why it cannot hold yet.

mod az;
mod command;
mod doubles;
mod expiry;
mod granted;
mod hosts;
mod list;
mod logins;
mod resolution;
mod traffic;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::case::{Finding, Wrong, there};
use crate::catalogue::{Entry, Level, Side, Tier};
use crate::doors;
use crate::probe::Probe;

/// A table, with its cases.
#[derive(Debug)]
pub(crate) struct Table {
    /// The fact as which it is reported.
    pub(crate) entry: Entry,
    pub(crate) rows: Vec<Row>,
    /// How many cases the file says it has.
    count: usize,
    /// Why the file could not be read at all.
    wrong: Option<String>,
}

/// A case of a table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) standing: Standing,
    /// The facts, unless they are written in another way than the table has them.
    facts: Result<Box<dyn Facts>, String>,
}

/// The facts of a case, and what they are held against.
pub(crate) trait Facts: Debug + Send + Sync {
    /// Fails with what is wrong.
    fn judge(&self, probe: &mut Probe) -> Finding;
}

/// How a case relates to what the official SDKs do.
#[derive(Debug)]
pub(crate) enum Standing {
    /// lakekey does the same.
    Same,
    /// lakekey does otherwise on purpose, in the words of `docs/differences.md`.
    Differs(String),
    /// It cannot hold yet, for this reason.
    Gap(String),
}

impl Row {
    /// Fails with what is wrong, be it a gap or not.
    pub(crate) fn judge(&self, probe: &mut Probe) -> Finding {
        match &self.facts {
            Ok(facts) => facts.judge(probe)?,
            Err(wrong) => return Err(Wrong::new(wrong)),
        }
        probe.saw(HELD);
        Ok(())
    }

    fn reason(&self) -> Option<&str> {
        match &self.standing {
            Standing::Same => None,
            Standing::Differs(reason) | Standing::Gap(reason) => Some(reason),
        }
    }
}

/// Every table, in the order in which they are reported.
pub(crate) fn all() -> &'static [Table] {
    static EMBEDDED: LazyLock<Vec<Table>> =
        LazyLock::new(|| list::TABLES.iter().map(read).collect());
    &EMBEDDED
}

/// What is wrong with the tables themselves, each a sentence.
pub(crate) fn complaints() -> Vec<String> {
    match differences() {
        Ok(listed) => complaints_of(all(), &listed),
        Err(wrong) => vec![wrong.0],
    }
}

fn complaints_of(tables: &[Table], differences: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for table in tables {
        let (id, count) = (&table.entry.id, table.rows.len());
        complaints.extend(table.wrong.as_ref().map(|wrong| format!("{id}: {wrong}")));
        if count == 0 || count != table.count {
            complaints.push(format!("{id}: {count} cases, `count` is {}", table.count));
        }
        let mut seen = BTreeSet::new();
        for row in &table.rows {
            let name = format!("{id}/{}", row.id);
            if row.id.is_empty() {
                complaints.push(format!("{id}: a case has no id"));
            }
            if !seen.insert(&row.id) {
                complaints.push(format!("{name}: there are two cases of this id"));
            }
            if row.reason().is_some_and(|reason| reason.trim().is_empty()) {
                complaints.push(format!("{name}: a gap or a difference needs a reason"));
            }
            let misread = row.facts.as_ref().err();
            complaints.extend(misread.map(|wrong| format!("{name}: {wrong}")));
            complaints.extend(unlisted(&name, &row.standing, differences));
        }
    }
    complaints
}

/// A difference is listed for people too: as a cell of `docs/differences.md`, word by word.
fn unlisted(name: &str, standing: &Standing, differences: &str) -> Option<String> {
    let Standing::Differs(reason) = standing else {
        return None;
    };
    let cell = format!("| {reason} |");
    (!differences.contains(&cell))
        .then(|| format!("{name}: docs/differences.md does not list `{reason}`"))
}

fn differences() -> Finding<String> {
    let page = doors::read(&doors::root().join("docs/differences.md"))?;
    Ok(String::from_utf8(there("docs/differences.md", page)?)?)
}

fn read((id, text, facts_of): &(&str, &str, Reader)) -> Table {
    let (document, wrong) = match toml::from_str::<Document>(text) {
        Ok(document) => (document, None),
        Err(error) => (Document::default(), Some(error.to_string())),
    };
    let row = |mut facts: toml::Table| Row {
        id: taken(&mut facts, "id").unwrap_or_default(),
        standing: standing(&mut facts),
        facts: facts_of(facts),
    };
    let rows: Vec<_> = document.case.into_iter().map(row).collect();
    Table {
        entry: entry(id, document.about, document.source, &rows),
        rows,
        count: document.count,
        wrong,
    }
}

/// Reads the facts of a case.
type Reader = fn(toml::Table) -> Result<Box<dyn Facts>, String>;

fn facts_of<T: Facts + DeserializeOwned + 'static>(
    facts: toml::Table,
) -> Result<Box<dyn Facts>, String> {
    match facts.try_into::<T>() {
        Ok(facts) => Ok(Box::new(facts)),
        Err(error) => Err(error.message().to_owned()),
    }
}

/// A table as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// What the official SDKs do, in a sentence.
    about: String,
    /// Where that can be seen.
    source: String,
    /// How many cases there are.
    count: usize,
    #[serde(default)]
    case: Vec<toml::Table>,
}

fn standing(facts: &mut toml::Table) -> Standing {
    let differs = taken(facts, "differs").map(Standing::Differs);
    // Where both are given, `gap` is left behind, which no case knows as a fact.
    let standing = differs.or_else(|| taken(facts, "gap").map(Standing::Gap));
    standing.unwrap_or(Standing::Same)
}

fn taken(facts: &mut toml::Table, key: &str) -> Option<String> {
    match facts.remove(key)? {
        toml::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn entry(id: &str, about: String, source: String, rows: &[Row]) -> Entry {
    Entry {
        id: id.to_owned(),
        side: Side::Client,
        area: AREA.to_owned(),
        level: Level::Should,
        tier: Tier::Fast,
        statement: about,
        rfc: source,
        kinds: vec![HELD.to_owned()],
        variants: rows.iter().map(|row| row.id.clone()).collect(),
        token_posts: None,
        faults: Vec::new(),
        platforms: Vec::new(),
    }
}

const AREA: &str = "config";
const HELD: &str = "ok";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_table() {
        let folder = doors::root().join("fixtures/config/vectors");
        let files = folder.read_dir().unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let tables = all()
            .iter()
            .filter_map(|table| table.entry.id.split_once('/'));
        let tables: BTreeSet<_> = tables.map(|(_, name)| format!("{name}.toml")).collect();
        assert_eq!(files.collect::<BTreeSet<_>>(), tables);
    }

    #[test]
    fn the_tables_are_in_order() {
        assert_eq!(complaints(), Vec::<String>::new());
    }

    #[test]
    fn a_table_without_cases_or_with_too_few_is_found() {
        assert_eq!(found(0, "").len(), 1);
        assert_eq!(found(2, "[[case]]\nid = \"a\"\n").len(), 1);
        assert_eq!(found(1, "[[case]]\nid = \"a\"\n"), Vec::<String>::new());
    }

    #[test]
    fn a_table_that_does_not_parse_and_a_case_without_an_id_are_found() {
        let found_in = |cases: &str| found(1, cases).concat();
        assert!(found_in("[[case").contains("TOML parse error"));
        assert!(found_in("[[case]]\n").contains("a case has no id"));
    }

    #[test]
    fn two_cases_of_one_id_are_found() {
        assert_eq!(
            found(2, "[[case]]\nid = \"a\"\n[[case]]\nid = \"a\"\n"),
            ["config/t/a: there are two cases of this id"]
        );
    }

    #[test]
    fn a_difference_without_its_line_and_a_gap_without_a_reason_are_found() {
        assert_eq!(
            found(1, "[[case]]\nid = \"a\"\ndiffers = \"It is kept.\"\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            found(1, "[[case]]\nid = \"a\"\ndiffers = \"kept\"\n"),
            ["config/t/a: docs/differences.md does not list `kept`"]
        );
        assert_eq!(
            found(1, "[[case]]\nid = \"a\"\ngap = \" \"\n"),
            ["config/t/a: a gap or a difference needs a reason"]
        );
    }

    #[test]
    fn a_fact_that_the_table_does_not_know_is_found() {
        let found = found(1, "[[case]]\nid = \"a\"\nhots = \"typo\"\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("unknown field `hots`"), "{found:?}");
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    impl Facts for Nothing {
        fn judge(&self, _: &mut Probe) -> Finding {
            Ok(())
        }
    }

    /// What is found wrong with a table of these cases, beside a page with one difference.
    fn found(count: usize, cases: &str) -> Vec<String> {
        let text = format!("about = \"a\"\nsource = \"s\"\ncount = {count}\n{cases}");
        let table = read(&("config/t", &text, facts_of::<Nothing>));
        complaints_of(&[table], "| It is lost. | It is kept. |\n")
    }
}
