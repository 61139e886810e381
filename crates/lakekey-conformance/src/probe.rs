//! What a check works with: servers, a home folder, the command, a browser; and what it leaves behind.

mod browser;
mod calls;
mod command;
pub(crate) mod connection;
mod disguise;
mod evidence;
mod form;
mod home;
mod network;
mod page;
mod plant;
mod processes;
mod program;
mod proxy;
mod server;
mod signal;
mod transcripts;
mod wire;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use lakekey_mock::{Mock, Setup};

use crate::case::{Finding, Wrong, holds};
use crate::catalogue::Entry;
use crate::journey::Start;

pub(crate) use browser::Browser;
pub(crate) use calls::{Calls, Seen};
pub(crate) use command::{Lakekey, Outcome, Running};
pub(crate) use evidence::Evidence;
pub(crate) use form::Form;
pub(crate) use home::{Home, PROFILES, TOKEN_CACHE};
pub(crate) use network::{Families, STRANGERS};
pub(crate) use page::{Arrival, arrival, header, json};
pub(crate) use program::folder;
pub(crate) use proxy::{Manner, Proxy};
pub(crate) use server::{Server, noon};
pub(crate) use signal::Signal;
pub(crate) use transcripts::Transcripts;

/// Everything a check may use. What it started is stopped, and what was printed is searched, when it ends.
#[derive(Debug)]
pub(crate) struct Probe {
    entry: &'static Entry,
    variant: &'static str,
    servers: Vec<Server>,
    home: Option<Home>,
    transcripts: Transcripts,
    kind: Option<String>,
    counted: Counted,
    hits: BTreeMap<String, u64>,
    lacking: Option<String>,
    starts: Vec<Start>,
}

/// Which token requests count for the catalogue's `token_posts`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counted {
    /// All since the last `count_from_here`.
    Automatically,
    /// The check says how many.
    ByTheCheck(u64),
}

impl Probe {
    pub(crate) fn new(entry: &'static Entry, variant: &'static str) -> Self {
        Self {
            entry,
            variant,
            servers: Vec::new(),
            home: None,
            transcripts: Transcripts::default(),
            kind: None,
            counted: Counted::Automatically,
            hits: BTreeMap::new(),
            lacking: None,
            starts: Vec::new(),
        }
    }

    /// The variant that is being checked; empty if there are none.
    pub(crate) fn variant(&self) -> &'static str {
        self.variant
    }

    /// A mock that is called as a value: no socket, its clock stands still until it is advanced.
    pub(crate) fn server(&mut self, setup: Setup) -> Server {
        let server = Server::value(Mock::new(setup));
        self.servers.push(server.clone());
        server
    }

    /// A mock on a loopback socket of its own, until the check ends.
    pub(crate) fn listening(&mut self, setup: Setup) -> Finding<Server> {
        let server = Server::listening(Mock::new(setup))?;
        self.servers.push(server.clone());
        Ok(server)
    }

    /// The home folder of the user in this check: empty at first, gone afterwards.
    pub(crate) fn home(&mut self) -> Finding<&Home> {
        if self.home.is_none() {
            self.home = Some(Home::new()?);
        }
        self.home
            .as_ref()
            .ok_or_else(|| Wrong::new("no home folder"))
    }

    /// The command `lakekey` with these arguments, in this home folder and with nothing else in its environment.
    pub(crate) fn lakekey(&mut self, arguments: &[&str]) -> Finding<Lakekey> {
        let transcripts = self.transcripts.clone();
        self.starts.push(Start {
            line: format!("lakekey {}", arguments.join(" ")),
            received: self.servers.iter().map(Server::received).collect(),
        });
        let home = self.home()?;
        Lakekey::new(home, arguments, transcripts)
    }

    /// The same as a test build, which obeys the variables that make it fail.
    pub(crate) fn sabotaged(&mut self, arguments: &[&str]) -> Finding<Lakekey> {
        self.lakekey(arguments)?.sabotaged()
    }

    /// A browser without a screen: it follows redirects and keeps nothing.
    #[expect(
        clippy::unused_self,
        reason = "everything a check uses comes from the probe"
    )]
    pub(crate) fn browser(&self) -> Browser {
        Browser
    }

    /// Takes note of the outcome: an error kind (`reauth_required`), `ok`, a status or an OAuth error.
    ///
    /// For client cases it must be one of the `kinds` of the catalogue.
    #[expect(clippy::needless_pass_by_value, reason = "words and numbers alike")]
    pub(crate) fn saw(&mut self, kind: impl ToString) {
        self.kind = Some(kind.to_string());
    }

    /// Hands over something the library printed or could print (`Display`, `Debug`, a log line), to be
    /// searched for secrets.
    pub(crate) fn printed(&mut self, what: &str, text: impl Into<String>) {
        self.transcripts.add(what, text.into());
    }

    /// Hands over a secret no mock knows of (a personal access token, a passphrase), to be searched for.
    pub(crate) fn secret(&mut self, secret: &str) {
        self.transcripts.add_secret(secret);
    }

    /// Says that access tokens are what this check's commands print on standard output.
    pub(crate) fn token_is_output(&mut self) {
        self.transcripts.allow_access_tokens_on_stdout();
    }

    /// Counts token requests from here on: what came before only set the scene.
    pub(crate) fn count_from_here(&mut self) {
        for server in &self.servers {
            server.count_from_here();
        }
    }

    /// Says how many token requests count, where the mocks cannot know (a thousand logins, each with one).
    pub(crate) fn counts(&mut self, token_posts: u64) {
        self.counted = Counted::ByTheCheck(token_posts);
    }

    /// Takes note that a fault happened that no mock makes: `env.*`, `client.*`, and what the check does
    /// in the browser's place.
    pub(crate) fn fault_happened(&mut self, name: &str) {
        *self.hits.entry(name.to_owned()).or_default() += 1;
    }

    /// Says that the check cannot be made here, and what it would need; it counts as skipped.
    pub(crate) fn lacks(&mut self, what: &str) {
        self.lacking = Some(what.to_owned());
    }

    /// Whether the command was started.
    pub(crate) fn has_started_one(&self) -> bool {
        !self.starts.is_empty()
    }

    /// Fails if any mock receives another request within [`SILENCE`].
    pub(crate) fn expect_silence(&self) -> Finding {
        let received = || self.servers.iter().map(Server::received).sum::<u64>();
        let before = received();
        if self.servers.iter().any(Server::has_socket) {
            thread::sleep(SILENCE);
        }
        let more = received() - before;
        holds(
            more == 0,
            format!("{more} further requests came where none may come"),
        )
    }
}

/// How long it must stay quiet. A request in flight on loopback arrives in a hundredth of it.
const SILENCE: Duration = Duration::from_millis(200);
