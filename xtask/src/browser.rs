//! `cargo xtask browser`: people sign in, and look into the mock, in a real browser.

mod chrome;
mod client;
mod inspector;
mod scenarios;
mod visit;

use crate::files;
use crate::programs::Programs;
use crate::stage::play_all;
use crate::terminal::{Failure, say};
use crate::workspace::Metadata;

use self::scenarios::{LAST, SIGN_INS, Stage};

/// Plays each scenario in headless Chromium and leaves pictures of every page.
pub(crate) fn run() -> Result<(), Failure> {
    let programs = Programs::built()?;
    let pictures = Metadata::read()?.output_folder("browser");
    files::create_folder(&pictures)?;
    let mut stage = Stage::new(programs, pictures.clone())?;
    let scenarios = SIGN_INS.iter().chain(inspector::SCENARIOS);
    play_all(&mut stage, scenarios.chain(LAST))?;
    say(format_args!("pictures are in {}", pictures.display()));
    Ok(())
}
