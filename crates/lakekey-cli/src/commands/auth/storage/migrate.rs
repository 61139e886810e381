//! `lakekey auth storage migrate`.

use lakekey::{Clock as _, Error, Migration, Storage, SystemClock};
use serde::Serialize;

use super::show::is_of_the_whole;
use crate::args::{Format, Migrate as Args};
use crate::commands::auth::profiles::row::of_persons;
use crate::machine::Machine;
use crate::output;
use crate::render::{ERROR, Failure, GOOD, STRONG, clean};

/// Moves every login, one after the other; one that cannot be moved keeps no other from it.
pub(super) fn run(args: &Args, machine: &Machine, format: Format) -> Result<(), Error> {
    let usual = machine.storage().map(|choice| choice.storage);
    let to = match args.to {
        Some(to) => to,
        None => usual?,
    };
    let mut report = Report::new(to);
    report.fill(machine, format)?;
    if format == Format::Json {
        let text = serde_json::to_string_pretty(&report).expect("texts can be written as JSON");
        output::data(&format!("{text}\n"))?;
    } else if report.logins.is_empty() {
        output::say(format_args!("There is nothing to move to {}.", to.place()))?;
    }
    if machine.storage().is_ok_and(|choice| choice.storage != to) {
        output::talk(format_args!(
            "New logins go to {} still. To change that: {STRONG}lakekey auth storage set {to}{STRONG:#}",
            to.other().place()
        ));
    }
    match report.failed {
        // The document has the errors in it.
        Some(error) if format == Format::Json => {
            std::process::exit(error.code().exit_status().into())
        }
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// What was done, as programs read it.
#[derive(Serialize)]
struct Report {
    to: &'static str,
    logins: Vec<Row>,
    #[serde(skip)]
    place: Storage,
    /// The first failure.
    #[serde(skip)]
    failed: Option<Error>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

impl Report {
    fn new(place: Storage) -> Self {
        Self {
            to: place.as_str(),
            logins: Vec::new(),
            place,
            failed: None,
        }
    }

    /// Moves each login, and says so at once to people.
    fn fill(&mut self, machine: &Machine, format: Format) -> Result<(), Error> {
        let stores = machine.stores()?;
        let names = stores.names(&of_persons(machine))?;
        stores.ready(self.place)?;
        for name in names {
            let outcome = stores.migrate(&name, self.place, SystemClock.now());
            let (result, error) = match outcome {
                Ok(Migration::Absent) => continue,
                Ok(moved) => (word(moved), None),
                Err(error) if is_of_the_whole(&error) => return Err(error),
                Err(error) => ("failed", Some(error)),
            };
            let name = clean(name.as_str());
            if format == Format::Text {
                output::say(self.line(&name, result, error.as_ref()))?;
            }
            self.logins.push(Row {
                name,
                result,
                error: error.as_ref().map(Failure::of),
            });
            self.failed = self.failed.take().or(error);
        }
        Ok(())
    }

    fn line(&self, name: &str, result: &str, error: Option<&Error>) -> String {
        let place = self.place.place();
        let fate = match (result, error) {
            (_, Some(error)) => format!("{ERROR}not moved{ERROR:#}: {}", clean(&error.to_string())),
            ("moved", _) => format!("{GOOD}moved{GOOD:#} to {place}"),
            ("superseded", _) => format!("dropped, since a newer login is in {place}"),
            ("second_name", _) => format!("dropped, since the login of its profile is in {place}"),
            _ => format!("in {place} already"),
        };
        format!("{STRONG}{name}{STRONG:#}: {fate}")
    }
}

fn word(moved: Migration) -> &'static str {
    match moved {
        Migration::Moved => "moved",
        Migration::Superseded => "superseded",
        Migration::SecondName => "second_name",
        _ => "already_there",
    }
}
