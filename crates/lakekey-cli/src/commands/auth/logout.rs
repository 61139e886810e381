//! `lakekey auth logout`.

use lakekey::{Code, Error, Kind, shell_word};
use lakekey_config::ProfileFile;
use serde::Serialize;

use crate::args::{Format, Logout as Args};
use crate::machine::Machine;
use crate::render::{GOOD, STRONG, clean};
use crate::selection::{NOTHING_NAMED, Selection, Wanted};
use crate::{output, runtime, terminal};

/// Forgets a login and, where asked to, its profile. Doing so twice is fine.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let selection = Selection::of(wanted, &machine)?;
    let credentials = machine.login_with_warnings(&selection)?;
    let profile = selection
        .profile
        .or_else(|| credentials.settings().profile().map(str::to_owned));
    let doomed = if args.delete {
        Some(named(profile.as_deref())?)
    } else {
        None
    };
    if let Some(name) = doomed
        && !is_approved(args, name, &machine)?
    {
        output::talk("Nothing was changed.");
        return Ok(());
    }
    let signed_out = match runtime::block_on(credentials.sign_out()) {
        // A profile without a host has no login; it can go all the same.
        Err(error) if args.delete && error.kind() == Kind::Absent => false,
        outcome => outcome.map_err(|error| nothing_named(error, profile.as_deref(), &machine))?,
    };
    let deleted = match doomed {
        Some(name) => ProfileFile::edit(machine.profile_file()?, |file| file.remove_profile(name))?,
        None => false,
    };
    let place = profile.as_deref().map_or_else(
        || credentials.host().map(|host| host.to_string()),
        |name| Ok(format!("profile `{name}`")),
    )?;
    report(
        &Report {
            profile: profile.as_deref(),
            signed_out,
            deleted,
        },
        &place,
        format,
    )
}

/// There is no host whose login could be forgotten.
fn nothing_named(error: Error, profile: Option<&str>, machine: &Machine) -> Error {
    if error.kind() != Kind::Absent {
        return error;
    }
    let (message, hint) = match profile {
        Some(name) => (
            format!("profile `{}` has no host, and so no login", clean(name)),
            format!("lakekey auth logout {} --delete", shell_word(name)),
        ),
        None if machine.profiles.profiles().next().is_some() => (
            NOTHING_NAMED.to_owned(),
            "lakekey auth logout <PROFILE>".to_owned(),
        ),
        None => (
            NOTHING_NAMED.to_owned(),
            "lakekey auth login --host <HOST>".to_owned(),
        ),
    };
    Error::new(error.code(), message).with_hint(hint)
}

/// Removing a profile is asked about where somebody can answer.
fn is_approved(args: &Args, name: &str, machine: &Machine) -> Result<bool, Error> {
    if args.auto_approve || !terminal::is_there(&machine.environment) {
        return Ok(true);
    }
    terminal::confirm(&format!(
        "Sign out and remove profile `{name}` from the profile file?"
    ))
}

fn named(profile: Option<&str>) -> Result<&str, Error> {
    profile.ok_or_else(|| {
        Error::new(Code::Usage, "there is no profile to remove")
            .with_hint("lakekey auth logout <PROFILE> --delete")
    })
}

/// What was done, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    profile: Option<&'a str>,
    signed_out: bool,
    deleted: bool,
}

fn report(report: &Report<'_>, place: &str, format: Option<Format>) -> Result<(), Error> {
    match (report.signed_out, report.deleted) {
        (true, false) => output::talk(format_args!(
            "{GOOD}Signed out{GOOD:#} of {STRONG}{place}{STRONG:#}."
        )),
        (true, true) => {
            output::talk(format_args!(
                "{GOOD}Signed out{GOOD:#} of {STRONG}{place}{STRONG:#}, and removed it."
            ));
        }
        (false, true) => {
            output::talk(format_args!(
                "{GOOD}Removed{GOOD:#} {STRONG}{place}{STRONG:#}; no login was stored for it."
            ));
        }
        (false, false) => output::talk(format_args!(
            "No login is stored for {STRONG}{place}{STRONG:#}."
        )),
    }
    if format == Some(Format::Json) {
        let text =
            serde_json::to_string_pretty(report).expect("texts and flags can be written as JSON");
        return output::data(&format!("{text}\n"));
    }
    Ok(())
}
