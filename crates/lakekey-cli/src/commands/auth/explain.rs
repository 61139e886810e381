//! `lakekey auth explain`: which login would be used, and why, without any network.

mod chosen;
mod json;
mod text;

use std::path::{Path, PathBuf};

use lakekey::{ATTRIBUTES, Attribute, Code, Credentials, Environment, Error, Explanation, Setting};

use self::chosen::Files;
use crate::args::{Explain as Args, Format};
use crate::machine::Machine;
use crate::render::clean;
use crate::selection::Wanted;
use crate::{output, terminal};

/// Explains. What stops a login is a part of the explanation, not a failure.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let environment = Environment::process();
    let (machine, unreadable) = match Machine::of(environment.clone()) {
        Ok(machine) => (machine, None),
        Err(error) => (Machine::without_profiles(environment), Some(error)),
    };
    let format = machine.format(format);
    let is_read = unreadable.is_none();
    let mut story = Story {
        all: args.all,
        ..Story::of(wanted, &machine, unreadable)?
    };
    story.files.is_read = is_read;
    match format {
        Format::Json => output::data(&format!("{}\n", json::text(&story))),
        Format::Text => output::say(text::text(&story, terminal::width())),
    }
}

/// All that is told.
struct Story {
    /// Whether what is unset is listed too.
    all: bool,
    home: Option<PathBuf>,
    files: Files,
    /// The variables that would count if the command line had not chosen.
    set_aside: Vec<&'static str>,
    found: Explanation,
}

impl Story {
    fn of(wanted: Wanted, machine: &Machine, unreadable: Option<Error>) -> Result<Self, Error> {
        let whole = machine.wanted(wanted).and_then(|chosen| {
            let found = chosen.builder(machine).explain()?;
            Ok((found, chosen.by_command_line))
        });
        let (mut found, by_command_line) = match whole {
            Ok(whole) => whole,
            // Flags that contradict each other leave nothing to explain.
            Err(error) if error.code() == Code::Usage => return Err(error),
            Err(error) => return Self::without_profiles(machine, unreadable.unwrap_or(error)),
        };
        found.problem = found.problem.or(unreadable);
        Ok(Self {
            all: false,
            home: machine.environment.home().map(Path::to_owned),
            files: Files::of(machine, &found.settings, by_command_line),
            set_aside: if by_command_line {
                set_aside(machine)
            } else {
                Vec::new()
            },
            found,
        })
    }

    /// What can still be seen when the profile cannot be had: the environment.
    fn without_profiles(machine: &Machine, error: Error) -> Result<Self, Error> {
        let builder = Credentials::builder().environment(machine.environment_without_profiles());
        let Ok(mut found) = builder.explain() else {
            return Err(error);
        };
        found.problem = Some(error);
        Ok(Self {
            all: false,
            home: machine.environment.home().map(Path::to_owned),
            files: Files::without_profile(machine),
            set_aside: Vec::new(),
            found,
        })
    }
}

fn set_aside(machine: &Machine) -> Vec<&'static str> {
    let kept = machine.places();
    let names = ATTRIBUTES.iter().flat_map(Attribute::env_names).copied();
    names
        .filter(|name| machine.environment.get_os(name).is_some() && kept.get_os(name).is_none())
        .collect()
}

/// A value as it may be shown.
fn shown(setting: &Setting) -> String {
    if setting.attribute().is_secret() {
        HIDDEN.to_owned()
    } else {
        clean(setting.value().expose())
    }
}

/// What stands in place of a secret.
const HIDDEN: &str = "********";
