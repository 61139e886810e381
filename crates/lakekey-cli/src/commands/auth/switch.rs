//! `lakekey auth switch`: which profile is the default.

use std::fmt::Write as _;

use lakekey::{Code, Error, shell_word};
use lakekey_config::ProfileFile;
use serde::Serialize;

use crate::args::Format;
use crate::machine::Machine;
use crate::render::{DIM, GOOD, STRONG, clean};
use crate::selection::Wanted;
use crate::{output, terminal};

/// Makes a profile the default one.
pub(super) fn run(wanted: &Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read()?;
    let path = machine.profile_file()?;
    let name = match named(wanted)? {
        Some(name) => name.to_owned(),
        None => asked_for(&machine)?,
    };
    if machine.profiles.profile(&name).is_none() {
        return Err(unknown(&name, &machine.profiles));
    }
    let before = ProfileFile::edit(path, |file| {
        let before = file.default_profile();
        file.set_default_profile(&name)?;
        Ok(before)
    })?;
    let shown = clean(&name);
    output::talk(format_args!(
        "Default profile is {GOOD}{shown}{GOOD:#}{}, in {}.",
        match &before {
            Some(before) if *before == name => " already".to_owned(),
            Some(before) => format!(" now, and was {}", clean(before)),
            None => " now".to_owned(),
        },
        path.display()
    ));
    if format != Some(Format::Json) {
        return Ok(());
    }
    let report = Report {
        default_profile: &name,
        before: before.as_deref(),
    };
    let text = serde_json::to_string_pretty(&report).expect("texts can be written as JSON");
    output::data(&format!("{text}\n"))
}

/// What was done, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    default_profile: &'a str,
    before: Option<&'a str>,
}

/// The profile that the command line names.
fn named(wanted: &Wanted) -> Result<Option<&str>, Error> {
    match (wanted.subject.as_deref(), wanted.profile.as_deref()) {
        (Some(_), Some(_)) => Err(Error::new(
            Code::Usage,
            "the profile is named twice, once with --profile",
        )
        .with_hint("lakekey auth switch <PROFILE>")),
        (subject, profile) => Ok(subject.or(profile)),
    }
}

/// The profile that the person at the terminal chooses.
fn asked_for(machine: &Machine) -> Result<String, Error> {
    let names: Vec<_> = names(&machine.profiles).collect();
    if names.is_empty() {
        return Err(
            Error::new(Code::Usage, "there is no profile to choose from")
                .with_hint("lakekey auth login --host <HOST>"),
        );
    }
    if !terminal::is_there(&machine.environment) {
        return Err(Error::new(
            Code::Usage,
            "no profile is named, and there is no terminal to ask at",
        )
        .with_note(there_are(&machine.profiles))
        .with_hint("lakekey auth switch <PROFILE>"));
    }
    let current = machine.profiles.default_profile();
    for (number, name) in (1..).zip(&names) {
        let mark = if current.as_deref() == Some(*name) {
            " (default)"
        } else {
            ""
        };
        output::talk(format_args!(
            "{STRONG}{number:>3}{STRONG:#}  {}{DIM}{mark}{DIM:#}",
            clean(name)
        ));
    }
    loop {
        let answer = terminal::ask("Profile, by number or name", current.as_deref())?;
        match picked(&answer, &names) {
            Some(name) => return Ok(name.to_owned()),
            None => output::talk("That is none of them."),
        }
    }
}

/// The profile that an answer means: a name counts before a number.
fn picked<'a>(answer: &str, names: &[&'a str]) -> Option<&'a str> {
    let by_name = names.iter().find(|name| **name == answer);
    let by_number = || names.get(answer.parse::<usize>().ok()?.checked_sub(1)?);
    by_name.or_else(by_number).copied()
}

fn names(profiles: &ProfileFile) -> impl Iterator<Item = &str> {
    profiles.profiles().map(|profile| profile.name())
}

fn unknown(name: &str, profiles: &ProfileFile) -> Error {
    let hint = match profiles.nearest(name).first() {
        Some(near) => format!("lakekey auth switch {}", shell_word(near)),
        None => "lakekey auth profiles".to_owned(),
    };
    Error::new(
        Code::Config,
        format!("there is no profile `{}`", clean(name)),
    )
    .with_note(there_are(profiles))
    .with_hint(hint)
}

fn there_are(profiles: &ProfileFile) -> String {
    let mut text = String::new();
    for name in names(profiles).take(MOST) {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}`{}`", clean(name));
    }
    match names(profiles).count() {
        0 => "there are no profiles".to_owned(),
        count if count > MOST => format!("there are {text} and {} more", count - MOST),
        1 => format!("there is {text}"),
        _ => format!("there are {text}"),
    }
}

/// How many names a message lists.
const MOST: usize = 10;

#[cfg(test)]
mod tests {
    use super::picked;

    #[test]
    fn an_answer_is_a_name_or_else_a_number_of_the_list() {
        let names = ["dev", "1", "prod"];
        for (answer, expected) in [
            ("dev", Some("dev")),
            ("3", Some("prod")),
            ("1", Some("1")),
            ("0", None),
            ("4", None),
            ("-1", None),
            ("pro", None),
        ] {
            assert_eq!(picked(answer, &names), expected, "{answer}");
        }
    }
}
