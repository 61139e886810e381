//! The program `lakekey-mock`, as a library, so that other programs can offer it as a command.

mod announce;
mod options;
mod stop;

use std::{
    io::{Error, Result, Write},
    path::PathBuf,
    time::Duration,
};

use clap::{Parser, ValueEnum};

use crate::{Consent, DEFAULT_ACCOUNT_ID, Fault, Lifetimes, Listening, Mock, Rotation, Setup};

/// What can be said on the command line.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "lakekey-mock",
    version,
    about = "A mock Databricks sign-in server that can say no"
)]
pub struct Args {
    /// Listen on this port of the loopback addresses [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "N")]
    pub port: u16,
    /// Speak TLS with a certificate of an authority made for this run
    #[arg(long)]
    pub tls: bool,
    /// Write the authority's certificate here [default: a file in the temporary folder]
    #[arg(long, value_name = "PATH", requires = "tls")]
    pub ca_file: Option<PathBuf>,
    /// Be the accounts console, with this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Be a unified host: the account and its workspaces on one host
    #[arg(long)]
    pub unified: bool,
    /// How long access tokens live, for instance 90s, 10m or 1h
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = options::duration)]
    pub ttl: Duration,
    /// How long a session lives, however often it is refreshed
    #[arg(long, default_value = "90d", value_name = "TIME", value_parser = options::duration)]
    pub session: Duration,
    /// What happens to a used refresh token: strict, single, grace=30s or never
    #[arg(long, default_value = "strict", value_name = "MODE", value_parser = options::rotation)]
    pub rotation: Rotation,
    /// Who decides about a sign-in: ask (a person, on a page), approve or deny
    #[arg(long, default_value = "ask", value_name = "WHO", value_parser = options::consent)]
    pub consent: Consent,
    /// Let something go wrong, for instance token:http.status=503,times=2 (can be repeated)
    #[arg(long = "fault", value_name = "FAULT", value_parser = options::fault)]
    pub faults: Vec<Fault>,
    /// Decides every code and token: equal seeds give equal values
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Print only the lines for a shell to evaluate, with which an SDK signs in as the service principal
    #[arg(long, conflicts_with = "output")]
    pub print_env: bool,
    /// How to say where the mock is
    #[arg(long, value_enum, default_value_t = Output::Text, value_name = "FORM")]
    pub output: Output,
}

/// How the program says where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Output {
    /// Lines for a shell on standard output, words for a person on standard error.
    Text,
    /// One line of JSON on standard output.
    Json,
}

impl Args {
    /// The setup these arguments ask for.
    pub fn setup(&self) -> Setup {
        let account = self.account.as_deref().unwrap_or(DEFAULT_ACCOUNT_ID);
        let mut setup = match (self.unified, &self.account) {
            (true, _) => Setup::unified(account),
            (false, Some(id)) => Setup::account(id),
            (false, None) => Setup::workspace(),
        };
        setup.port = self.port;
        setup.tls = self.tls;
        setup.lifetimes = Lifetimes {
            access: self.ttl,
            absolute: self.session,
            ..setup.lifetimes
        };
        setup.rotation = self.rotation;
        setup.consent = self.consent;
        setup.faults.clone_from(&self.faults);
        setup.seed = self.seed;
        setup
    }
}

/// Runs a mock until Ctrl-C or SIGTERM. `data` is what programs read, `talk` what people read.
///
/// Must not be called from within an async runtime.
///
/// # Errors
///
/// If the port is taken, the certificate can not be written, or `data` or `talk` can not be written to.
pub fn run(args: &Args, data: &mut dyn Write, talk: &mut dyn Write) -> Result<()> {
    let stop = stop::Stop::listen()?;
    let listening = Mock::new(args.setup()).listen()?;
    let ca_file = write_ca(args, &listening)?;
    announce::announce(args, &announce::Place::of(&listening, ca_file), data, talk)?;
    stop.wait();
    Ok(())
}

/// Puts the authority's certificate where clients can be pointed at it.
#[expect(clippy::disallowed_methods, reason = "the one file the program writes")]
fn write_ca(args: &Args, listening: &Listening) -> Result<Option<PathBuf>> {
    let Some(pem) = listening.ca_pem() else {
        return Ok(None);
    };
    let usual = || std::env::temp_dir().join(format!("lakekey-mock-{}-ca.pem", listening.port()));
    let path = args.ca_file.clone().unwrap_or_else(usual);
    std::fs::write(&path, pem)
        .map_err(|error| Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    Ok(Some(path))
}
