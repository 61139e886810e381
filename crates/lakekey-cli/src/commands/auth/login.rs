//! `lakekey auth login`: a person signs in through the browser.

mod plan;
mod questions;
mod remote;

use std::path::Path;

use lakekey::{Attempt, Browser, Credentials, Error, Inbox, Ports, SignedIn};
use serde::Serialize;

use self::plan::Plan;
use crate::args::{Format, Login as Args};
use crate::machine::Machine;
use crate::render::{self, GOOD, STRONG};
use crate::selection::Wanted;
use crate::{output, runtime, terminal};

/// Signs in, keeps token and profile, and says who signed in and where.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let plan = Plan::of(args, wanted, &machine)?;
    let credentials = machine.with_settings(plan.settings()).build()?;
    let signed_in = runtime::block_on(sign_in(&credentials, args, &machine))?;
    for warning in signed_in.warnings() {
        render::warn(warning);
    }
    let path = plan.save(signed_in.target(), &machine)?;
    report(&signed_in, &plan, path, format)
}

async fn sign_in(
    credentials: &Credentials,
    args: &Args,
    machine: &Machine,
) -> Result<SignedIn, Error> {
    // Where standard input is no terminal, it may belong to somebody else, such as a shell's loop.
    let can_paste = terminal::is_there(&machine.environment) || args.no_browser;
    let attempt = credentials
        .sign_in()
        .ports(args.callback_port.map_or(Ports::Default, Ports::Exactly))
        .timeout(args.timeout.0)
        .paste(can_paste)
        .start()
        .await?;
    announce(&attempt);
    if !args.no_browser {
        open(&attempt, machine);
    }
    remote::advise(&attempt, machine);
    say_what_is_awaited(&attempt, args, can_paste);
    if can_paste {
        let inbox = attempt.inbox();
        terminal::listen(move |line| is_wanted_still(&inbox, line));
    }
    attempt.wait().await
}

/// The address stands on a line of its own, flush left, so that it can be copied in one go.
fn announce(attempt: &Attempt) {
    let target = attempt.target();
    let account = target
        .account_id()
        .map_or_else(String::new, |id| format!(", account {id}"));
    output::talk(format_args!(
        "{STRONG}Sign in to {}{account}{STRONG:#} in a browser, at this address:",
        target.host()
    ));
    output::talk(attempt.url());
}

/// Opens the address. Where that fails the address is there all the same.
fn open(attempt: &Attempt, machine: &Machine) {
    let browser = Browser::new(machine.environment.iter());
    if let Err(error) = browser.and_then(|browser| browser.open(attempt.url())) {
        render::warn(&error);
    }
}

fn say_what_is_awaited(attempt: &Attempt, args: &Args, can_paste: bool) {
    let span = args.timeout;
    if attempt.listening() {
        output::talk(format_args!(
            "Waiting {span} for the browser to come back to {}.",
            attempt.redirect_uri()
        ));
    } else {
        output::talk(format_args!(
            "No port is free for the browser to come back to. Waiting {span}."
        ));
    }
    if can_paste {
        output::talk("The browser is elsewhere? Paste here the address that it ends on.");
    }
}

/// Hands in what was pasted; says whether another line is of use.
fn is_wanted_still(inbox: &Inbox, line: &str) -> bool {
    if line.trim().is_empty() {
        return true;
    }
    match inbox.offer(line) {
        Ok(()) => false,
        Err(error) => {
            render::warn(&error);
            true
        }
    }
}

/// What was done, as programs read it.
#[derive(Serialize)]
struct Report<'a> {
    user: Option<&'a str>,
    host: &'a str,
    account_id: Option<&'a str>,
    workspace_id: Option<&'a str>,
    profile: &'a str,
    profile_file: &'a Path,
}

fn report(
    signed_in: &SignedIn,
    plan: &Plan,
    path: &Path,
    format: Option<Format>,
) -> Result<(), Error> {
    let target = signed_in.target();
    let user = signed_in.user().map(render::clean);
    output::talk(format_args!(
        "{GOOD}Signed in{GOOD:#} as {STRONG}{}{STRONG:#} at {}.",
        user.as_deref()
            .unwrap_or("somebody the server does not name"),
        target.host()
    ));
    output::talk(format_args!(
        "Profile {STRONG}{}{STRONG:#} is in {}.",
        plan.profile(),
        path.display()
    ));
    if format != Some(Format::Json) {
        return Ok(());
    }
    let report = Report {
        user: user.as_deref(),
        host: target.host().as_str(),
        account_id: target.account_id().map(lakekey::AccountId::as_str),
        workspace_id: target.workspace_id().map(lakekey::WorkspaceId::as_str),
        profile: plan.profile(),
        profile_file: path,
    };
    let text =
        serde_json::to_string_pretty(&report).map_err(|error| output::failed(error.into()))?;
    output::data(&format!("{text}\n"))
}
