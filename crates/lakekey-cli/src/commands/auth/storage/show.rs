//! `lakekey auth storage show`.

use std::fmt::Write as _;

use lakekey::{Code, Error, LoginName, Storage, Stores};
use serde::Serialize;

use super::Place;
use crate::args::Format;
use crate::commands::auth::profiles::row::of_persons;
use crate::machine::Machine;
use crate::output;
use crate::render::{self, DIM, Failure, STRONG, clean};

/// Looks into both places, and says what is where.
pub(super) fn run(machine: &Machine, format: Format) -> Result<(), Error> {
    let place = Place::of(&machine.storage()?);
    let stores = machine.stores()?;
    let mut view = View::default();
    for name in stores.names(&of_persons(machine))? {
        let row = view.row(&name, &stores);
        let is_empty = row.plaintext == Some(false) && row.secure != Some(true);
        if !(is_empty && name.is_second_name()) {
            view.rows.push(row);
        }
    }
    match format {
        Format::Json => {
            let answer = Answer {
                place,
                logins: &view.rows,
                keyring_error: view.silence.as_ref().map(Failure::of),
            };
            let text = serde_json::to_string_pretty(&answer).expect("texts and flags are JSON");
            output::data(&format!("{text}\n"))
        }
        Format::Text => output::say(text(&place, &view).trim_end()),
    }
}

/// What there is to see.
#[derive(Default)]
struct View {
    rows: Vec<Row>,
    /// Why the keyring is not asked any more.
    silence: Option<Error>,
}

/// A name, and whether something is kept under it; `None` where nobody can tell.
#[derive(Serialize)]
struct Row {
    name: String,
    plaintext: Option<bool>,
    secure: Option<bool>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    place: Place,
    logins: &'a [Row],
    #[serde(skip_serializing_if = "Option::is_none")]
    keyring_error: Option<Failure>,
}

impl View {
    fn row(&mut self, name: &LoginName, stores: &Stores) -> Row {
        Row {
            name: clean(name.as_str()),
            plaintext: stores.holds(name, Storage::Plaintext).ok(),
            secure: self.secure(name, stores),
        }
    }

    /// A keyring that does not answer is asked once, not for every name.
    fn secure(&mut self, name: &LoginName, stores: &Stores) -> Option<bool> {
        if self.silence.is_some() {
            return None;
        }
        match stores.holds(name, Storage::Secure) {
            Ok(held) => Some(held),
            Err(error) if is_of_the_whole(&error) => {
                self.silence = Some(error);
                None
            }
            Err(_) => None,
        }
    }
}

/// Whether an error is about the keyring, and not about one login in it.
pub(super) fn is_of_the_whole(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::KeyringUnavailable | Code::KeyringTimeout
    )
}

fn text(place: &Place, view: &View) -> String {
    let Place {
        mode,
        location,
        source,
    } = place;
    let mut text = format!(
        "New logins go to {STRONG}{location}{STRONG:#} ({mode}, from {}).\n\n",
        clean(source)
    );
    if view.rows.is_empty() {
        text.push_str("There are no logins.\n");
    } else {
        let widths = view.rows.iter().map(|row| row.name.chars().count());
        let width = widths.max().unwrap_or(0).max(HEAD.len());
        let _ = writeln!(text, "{DIM}{HEAD:width$}  FILE  KEYRING{DIM:#}");
        for row in &view.rows {
            let (file, keyring) = (mark(row.plaintext), mark(row.secure));
            let _ = writeln!(text, "{:width$}  {file:4}  {keyring}", row.name);
        }
    }
    if let Some(error) = &view.silence {
        let _ = write!(text, "\n{}\n", render::problem(error));
    }
    text
}

fn mark(held: Option<bool>) -> &'static str {
    match held {
        Some(true) => "yes",
        Some(false) => "-",
        None => "?",
    }
}

const HEAD: &str = "LOGIN";
