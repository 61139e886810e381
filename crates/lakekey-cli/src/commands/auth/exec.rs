//! `lakekey auth exec`: a command with a token in its environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, ExitStatus};
use std::thread;

use lakekey::attributes::ATTRIBUTES;
use lakekey::{AUTH_TYPE, Code, Credentials, Error, HOST, TOKEN};
use tokio::sync::oneshot;

use super::serve::{Server, ids, name};
use super::token;
use crate::args::Exec as Args;
use crate::machine::Machine;
use crate::runtime;
use crate::selection::Wanted;

/// Runs the command in place of this process where the system can, and ends as it ends.
pub(super) fn run(args: &Args, wanted: Wanted) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let credentials = machine.wanted(wanted)?.builder(&machine).build()?;
    if args.serve {
        return while_serving(&args.command, credentials);
    }
    let renewal = credentials.token_on(token::demand(args.min_ttl));
    let token = runtime::block_on(renewal)?;
    token::enough(&token, args.min_ttl)?;
    let lent = token::lendable(&token)?.expose().to_owned();
    let ids = ids(credentials.settings());
    let mut variables: BTreeMap<_, _> = ids.into_iter().collect();
    variables.insert(name(&HOST), credentials.host()?.to_string());
    variables.insert(name(&AUTH_TYPE), "pat".to_owned());
    variables.insert(name(&TOKEN), lent);
    become_it(command(&args.command, &variables), &args.command[0])
}

/// The command, with these variables and none that would name another login.
///
/// Variables of the clouds stay: they may be meant for the command's other business, and the
/// pinned `auth_type` keeps them out of this one.
#[expect(clippy::disallowed_methods, reason = "the door to other programs")]
fn command(words: &[OsString], variables: &BTreeMap<&'static str, String>) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    let names = ATTRIBUTES.iter().flat_map(lakekey::Attribute::env_names);
    for name in names.filter(|name| name.starts_with("DATABRICKS_")) {
        command.env_remove(name);
    }
    command.envs(variables);
    command
}

#[cfg(unix)]
fn become_it(mut command: Command, program: &OsStr) -> Result<(), Error> {
    use std::os::unix::process::CommandExt as _;

    Err(not_started(program, command.exec()))
}

#[cfg(not(unix))]
fn become_it(mut command: Command, program: &OsStr) -> Result<(), Error> {
    let status = command
        .status()
        .map_err(|error| not_started(program, error))?;
    end_as(status)
}

/// Runs the command beside a server of tokens, which ends with it.
fn while_serving(words: &[OsString], credentials: Credentials) -> Result<(), Error> {
    runtime::block_on(async {
        let server = Server::open(credentials, None).await?;
        let child = command(words, &server.variables())
            .spawn()
            .map_err(|error| not_started(&words[0], error))?;
        signals(&child);
        tokio::spawn(server.run(None));
        end_as(end_of(child).await?)
    })
}

/// Waits on a thread of its own.
async fn end_of(mut child: Child) -> Result<ExitStatus, Error> {
    let (tell, told) = oneshot::channel();
    thread::spawn(move || tell.send(child.wait()));
    let status = told.await.expect("the thread tells before it ends");
    status.map_err(|error| lost().caused_by(error))
}

fn lost() -> Error {
    Error::new(Code::Usage, "how the command ended is not known")
}

/// Leaves Ctrl+C to the command, which gets it from the terminal too, and hands the wish to end on.
#[cfg(unix)]
fn signals(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{SignalKind, signal};

    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (Ok(mut interrupts), Ok(mut ends), Some(id)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        id,
    ) else {
        return;
    };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = interrupts.recv() => {}
                Some(()) = ends.recv() => {
                    let _ = kill_process(id, Signal::TERM);
                }
                else => return,
            }
        }
    });
}

#[cfg(not(unix))]
fn signals(_: &Child) {
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
}

/// Ends this process with the status of the command, or as a shell tells of a signal.
fn end_as(status: ExitStatus) -> Result<(), Error> {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|it| 128 + it);
    #[cfg(not(unix))]
    let by_signal = None;
    match status.code().or(by_signal) {
        Some(0) => Ok(()),
        Some(code) => std::process::exit(code),
        None => Err(lost()),
    }
}

fn not_started(program: &OsStr, error: std::io::Error) -> Error {
    let message = format!("`{}` cannot be started", program.display());
    Error::new(Code::Usage, message)
        .with_hint("check its name, and whether it is in PATH")
        .caused_by(error)
}
