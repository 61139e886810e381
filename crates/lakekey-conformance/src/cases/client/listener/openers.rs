//! What opens the browser, and what if it does not.

use lakekey_mock::Setup;

use super::super::opener::Opener;
use super::waiting::{LOGIN, NOTHING, Waiting};
use crate::case::{Case, Finding, same};
use crate::probe::{Lakekey, Probe};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-LST-06",
    &[
        ("none", no_opener),
        ("exit-1", |probe| that(probe, "exit 1")),
        ("blocks", blocking),
        ("killed", |probe| that(probe, "kill -9 $$")),
        ("no-browser-flag", told_not_to),
    ],
)];

/// Nothing is set, and nothing is in `PATH`.
fn no_opener(probe: &mut Probe) -> Finding {
    if !cfg!(target_os = "linux") {
        probe.lacks("a system that opens browsers with programs from PATH");
        return Ok(());
    }
    let empty = probe.home()?.file("empty");
    crate::doors::make_folder(&empty)?;
    let path = empty.display().to_string();
    signs_in(probe, &[], |lakekey| {
        lakekey.without_env("BROWSER").env("PATH", &path)
    })?;
    Ok(())
}

fn that(probe: &mut Probe, does: &str) -> Finding {
    if !has_shell(probe) {
        return Ok(());
    }
    let opener = Opener::that(probe.home()?, does)?;
    let address = signs_in(probe, &[], |lakekey| opener.of(lakekey))?;
    same(
        "what the browser was given",
        opener.wait()?,
        vec!["1".to_owned(), address],
    )
}

/// It reads from a pipe that nobody writes to until everything is over.
fn blocking(probe: &mut Probe) -> Finding {
    if !has_shell(probe) {
        return Ok(());
    }
    probe.home()?.pipe(PIPE)?;
    let opener = Opener::that(
        probe.home()?,
        &format!("cat <\"$here/{PIPE}\" >\"$here/read\""),
    )?;
    let address = signs_in(probe, &[], |lakekey| opener.of(lakekey))?;
    same(
        "what the browser was given",
        opener.wait()?,
        vec!["1".to_owned(), address],
    )?;
    same(
        "what was read of the pipe",
        probe.home()?.read("read")?,
        None,
    )?;
    probe.home()?.write(PIPE, "enough")
}

fn told_not_to(probe: &mut Probe) -> Finding {
    let opener = Opener::that(probe.home()?, "exit 0")?;
    signs_in(probe, &["--no-browser"], |lakekey| opener.of(lakekey))?;
    same("what the browser was given", opener.addresses()?, NOTHING)
}

/// The address stands on a line of its own, once, and leads to a login when a person opens it. Gives it.
fn signs_in(
    probe: &mut Probe,
    words: &[&str],
    prepare: impl FnOnce(Lakekey) -> Lakekey,
) -> Finding<String> {
    let server = probe.listening(Setup::workspace())?;
    let words = [&LOGIN, &["--host", server.url()], words].concat();
    let waiting = Waiting::start(prepare(probe.lakekey(&words)?))?;
    let address = waiting.address.to_string();
    let outcome = waiting.finish(probe)?;
    same("standard output", outcome.stdout.as_str(), "")?;
    let lines = outcome.stderr.lines();
    let with_address: Vec<_> = lines.filter(|line| line.contains(&address)).collect();
    same("the lines with the address", with_address, vec![&address])?;
    Ok(address)
}

/// What takes the place of the browser is a script.
fn has_shell(probe: &mut Probe) -> bool {
    if !cfg!(unix) {
        probe.lacks("a shell");
    }
    cfg!(unix)
}

const PIPE: &str = "pipe";
