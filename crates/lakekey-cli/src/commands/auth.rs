//! `lakekey auth`: signing in and out, tokens, and which login is used.

mod describe;
mod env;
mod exec;
mod explain;
mod login;
mod logout;
mod profiles;
mod serve;
mod storage;
mod switch;
mod token;
mod who;

use lakekey::Error;

use crate::args::{Auth, AuthCommand, Common};
use crate::selection::Wanted;

pub(super) fn run(auth: Auth) -> Result<(), Error> {
    let Auth {
        place,
        common: Common {
            profile,
            output,
            here,
        },
        command,
    } = auth;
    let wanted = |subject| Wanted {
        subject,
        profile,
        place,
        here: here.clone(),
    };
    match command {
        AuthCommand::Login(mut login) => {
            let wanted = wanted(login.subject.take());
            login::run(&login, wanted, output)
        }
        AuthCommand::Token(mut token) => {
            let wanted = wanted(token.subject.take());
            token::run(&token, wanted, output)
        }
        AuthCommand::Logout(mut logout) => {
            let wanted = wanted(logout.subject.take());
            logout::run(&logout, wanted, output)
        }
        AuthCommand::Profiles(profiles) => profiles::run(&profiles, &here, output),
        AuthCommand::Switch(switch) => switch::run(&wanted(switch.subject), output),
        AuthCommand::Describe(mut describe) => {
            let wanted = wanted(describe.subject.take());
            describe::run(&describe, wanted, output)
        }
        AuthCommand::Explain(mut explain) => {
            let wanted = wanted(explain.subject.take());
            explain::run(&explain, wanted, output)
        }
        AuthCommand::Env(env) => env::run(wanted(env.subject)),
        AuthCommand::Exec(exec) => exec::run(&exec, wanted(None)),
        AuthCommand::Serve(mut serve) => {
            let wanted = wanted(serve.subject.take());
            serve::run(&serve, wanted, output)
        }
        AuthCommand::Storage(of) => storage::run(&of.command, &here, output),
    }
}
