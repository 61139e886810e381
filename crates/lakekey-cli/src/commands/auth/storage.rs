//! `lakekey auth storage`: where logins are kept.

mod migrate;
mod place;
mod set;
mod show;

use lakekey::Error;

pub(super) use self::place::Place;
use crate::args::{Format, Here, StorageCommand};
use crate::machine::Machine;

pub(super) fn run(
    command: &StorageCommand,
    here: &Here,
    format: Option<Format>,
) -> Result<(), Error> {
    let machine = Machine::read_with(here)?;
    match command {
        StorageCommand::Show => show::run(&machine, machine.format(format)),
        StorageCommand::Set(set) => set::run(set, &machine, format),
        StorageCommand::Migrate(migrate) => migrate::run(migrate, &machine, machine.format(format)),
    }
}
