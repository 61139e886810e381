//! `lakekey auth profiles`: what is in the profile file, and, when asked, what works.

mod check;
pub(super) mod row;
mod table;

use lakekey::Error;
use serde::Serialize;

use self::check::Outcome;
use self::row::{Row, rows};
use crate::args::{Format, Here, Profiles as Args};
use crate::machine::Machine;
use crate::output;
use crate::render::{Failure, clean};

/// Lists the profiles, without any network unless they are to be checked.
pub(super) fn run(args: &Args, here: &Here, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(here).map_err(recognisable)?;
    let mut rows = rows(&machine);
    let outcomes = if args.check {
        check::all(&rows, &machine)?
    } else {
        Vec::new()
    };
    for (row, outcome) in rows.iter_mut().zip(&outcomes) {
        row.kind = outcome.kind.or(row.kind);
    }
    match machine.format(format) {
        Format::Json => json(&rows, &outcomes),
        Format::Text if rows.is_empty() => {
            talk_of_nothing(&machine);
            Ok(())
        }
        Format::Text => output::say(table::text(&rows, &outcomes).trim_end()),
    }
}

/// The error with the words by which an editor tells a damaged file from everything else.
fn recognisable(error: Error) -> Error {
    error.with_note("cannot parse config file")
}

fn talk_of_nothing(machine: &Machine) {
    match machine.profile_file() {
        Ok(path) => output::talk(format_args!("There are no profiles in {}.", path.display())),
        Err(_) => output::talk("There are no profiles: no home directory is known."),
    }
    output::talk("Sign in to make one: lakekey auth login --host <HOST>");
}

fn json(rows: &[Row], outcomes: &[Outcome]) -> Result<(), Error> {
    let entries = rows.iter().enumerate();
    let answer = Answer {
        profiles: entries
            .map(|(at, row)| Entry::of(row, outcomes.get(at)))
            .collect(),
    };
    let text = serde_json::to_string_pretty(&answer).expect("texts and flags are JSON");
    output::data(&format!("{text}\n"))
}

#[derive(Serialize)]
struct Answer<'a> {
    profiles: Vec<Entry<'a>>,
}

/// A profile as programs read it: the members of the official command, and `kind`, `checked`,
/// `user` and `error` beside them.
#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_id: Option<&'a str>,
    cloud: &'a str,
    auth_type: &'a str,
    valid: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    checked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

impl<'a> Entry<'a> {
    fn of(row: &'a Row, outcome: Option<&Outcome>) -> Self {
        let Row {
            name,
            host,
            account_id,
            workspace_id,
            cloud,
            auth_type,
            kind,
            is_default,
            settings: _,
        } = row;
        let found = outcome.map(|outcome| &outcome.found);
        Self {
            name,
            host: host.as_deref(),
            account_id: account_id.as_deref(),
            workspace_id: workspace_id.as_deref(),
            cloud,
            auth_type,
            valid: matches!(found, Some(Ok(_))),
            default: *is_default,
            kind: *kind,
            checked: outcome.is_some(),
            user: match found {
                Some(Ok(who)) => who.user.as_deref().map(clean),
                _ => None,
            },
            error: match found {
                Some(Err(error)) => Some(Failure::of(error)),
                _ => None,
            },
        }
    }
}
