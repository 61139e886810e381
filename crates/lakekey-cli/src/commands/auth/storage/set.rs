//! `lakekey auth storage set`.

use lakekey::{Error, Origin};
use lakekey_config::ProfileFile;

use super::Place;
use crate::args::{Format, SetStorage as Args};
use crate::machine::Machine;
use crate::output;
use crate::render::{GOOD, STRONG, clean};

/// Chooses the place, once it is known to be able to keep logins.
pub(super) fn run(args: &Args, machine: &Machine, format: Option<Format>) -> Result<(), Error> {
    let to = args.to;
    machine.stores()?.ready(to)?;
    let path = machine.profile_file()?;
    ProfileFile::edit(path, |file| file.set_setting("auth_storage", to.as_str()))?;
    output::talk(format_args!(
        "New logins go to {GOOD}{}{GOOD:#}, as {} says.",
        to.place(),
        path.display()
    ));
    let choice = machine.storage()?;
    if choice.storage != to && !matches!(choice.origin, Origin::Profile { .. } | Origin::Default) {
        let source = Place::of(&choice).source;
        output::talk(format_args!(
            "Here they go to {} all the same, from {}.",
            choice.storage.place(),
            clean(&source)
        ));
    }
    output::talk(format_args!(
        "Logins in {} stay in use. Move them with: {STRONG}lakekey auth storage migrate{STRONG:#}",
        to.other().place()
    ));
    if format == Some(Format::Json) {
        output::data(&format!("{{\n  \"auth_storage\": \"{to}\"\n}}\n"))?;
    }
    Ok(())
}
