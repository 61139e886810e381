//! `lakekey auth`: signing in and out, and tokens.

mod login;
mod logout;
mod token;

use lakekey::Error;

use crate::args::{Auth, AuthCommand, Common};
use crate::selection::Wanted;

pub(super) fn run(auth: Auth) -> Result<(), Error> {
    let Auth {
        place,
        common: Common { profile, output },
        command,
    } = auth;
    let wanted = |subject| Wanted {
        subject,
        profile,
        place,
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
    }
}
