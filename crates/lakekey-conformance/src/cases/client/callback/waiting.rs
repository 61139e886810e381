//! `lakekey auth login` while it waits for the browser, and the browser's side of it.

use std::thread;
use std::time::Duration;

use http::Response;
use lakekey::Code;
use lakekey_mock::Setup;
use url::Url;

use super::super::support::failed_as;
use super::port::free_port;
use crate::case::{Finding, holds, same, there};
use crate::doors;
use crate::probe::connection::exchange;
use crate::probe::{
    Arrival, Form, Outcome, PROFILES, Probe, Running, Server, TOKEN_CACHE, arrival,
};

/// What a browser is shown.
pub(super) type Page = Response<Vec<u8>>;

/// A sign-in that waits, with the mock it is at.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) server: Server,
    pub(super) running: Running,
    /// The address that a person is asked to open.
    pub(super) address: String,
    /// The port that the browser is sent back to.
    pub(super) port: u16,
}

impl Waiting {
    /// A sign-in at a mock of its own.
    pub(super) fn anywhere(probe: &mut Probe) -> Finding<Self> {
        let server = probe.listening(Setup::workspace())?;
        Self::at(probe, &server)
    }

    /// A sign-in at that mock.
    pub(super) fn at(probe: &mut Probe, server: &Server) -> Finding<Self> {
        Self::with(probe, server, &["--host", server.url()])
    }

    /// The same, and it waits no longer than [`BRIEFLY`].
    pub(super) fn briefly(probe: &mut Probe, server: &Server) -> Finding<Self> {
        Self::with(
            probe,
            server,
            &["--host", server.url(), "--timeout", BRIEFLY],
        )
    }

    /// A sign-in with these arguments.
    pub(super) fn with(probe: &mut Probe, server: &Server, arguments: &[&str]) -> Finding<Self> {
        let arguments = [&["--no-browser"], arguments].concat();
        Self::opened_by(probe, server, &arguments, "none")
    }

    /// The same with this command for a browser.
    pub(super) fn opened_by(
        probe: &mut Probe,
        server: &Server,
        arguments: &[&str],
        browser: &str,
    ) -> Finding<Self> {
        let port = free_port()?;
        let number = port.to_string();
        let words = ["auth", "login", "--output=json", "--profile", PROFILE];
        let arguments = [&words[..], &["--callback-port", &number], arguments].concat();
        let lakekey = probe.lakekey(&arguments)?.env("BROWSER", browser);
        let mut running = lakekey.start()?;
        let address = running.authorization_url()?;
        Ok(Self {
            server: server.clone(),
            running,
            address,
            port,
        })
    }

    /// Where the server sends the browser back to when the address is opened.
    pub(super) fn sent_back(&self, probe: &Probe) -> Finding<Arrival> {
        arrival(&probe.browser().look(&self.address)?)
    }

    /// The same as the target of the browser's next request, such as `/?code=…`.
    pub(super) fn target(&self, probe: &Probe) -> Finding<String> {
        let location = Url::parse(&self.sent_back(probe)?.location)?;
        same("the port of the redirect", location.port(), Some(self.port))?;
        let query = location.query().map(|query| format!("?{query}"));
        Ok(location.path().to_owned() + &query.unwrap_or_default())
    }

    /// The request of a browser for that target.
    pub(super) fn request(&self, target: &str) -> Vec<u8> {
        self.request_to(target, &format!("localhost:{}", self.port))
    }

    /// The same with that value of `Host`.
    #[expect(clippy::unused_self, reason = "it goes with `request`")]
    pub(super) fn request_to(&self, target: &str, host: &str) -> Vec<u8> {
        format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: keep-alive\r\n\r\n"
        )
        .into_bytes()
    }

    /// Opens that target as a browser does.
    pub(super) fn get(&self, probe: &mut Probe, target: &str) -> Finding<Page> {
        self.send(probe, &self.request(target))
    }

    /// Sends these bytes. What comes back is searched for secrets like everything that is printed.
    pub(super) fn send(&self, probe: &mut Probe, bytes: &[u8]) -> Finding<Page> {
        let page = exchange(self.port, bytes)?;
        probe.printed("a page", format!("{:?} {}", page.headers(), text_of(&page)));
        Ok(page)
    }

    /// Fails unless these bytes are refused with one of these statuses and nothing comes of them.
    pub(super) fn refuses(
        &self,
        probe: &mut Probe,
        bytes: &[u8],
        statuses: &[u16],
    ) -> Finding<Page> {
        let posts = self.server.token_posts().len();
        let page = self.send(probe, bytes)?;
        let status = page.status().as_u16();
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).into_owned();
        holds(
            statuses.contains(&status),
            format!("the status is {status}, wanted one of {statuses:?}, for {what:?}"),
        )?;
        claims_nothing(&page)?;
        same(
            "the number of token requests",
            self.server.token_posts().len(),
            posts,
        )?;
        Ok(page)
    }

    /// Opens the address and fails unless the sign-in succeeds.
    pub(super) fn succeeds(self, probe: &mut Probe) -> Finding<Outcome> {
        let target = self.target(probe)?;
        let request = self.request(&target);
        self.succeeds_with(probe, &request)
    }

    /// Fails unless the sign-in succeeds with this request.
    pub(super) fn succeeds_with(self, probe: &mut Probe, request: &[u8]) -> Finding<Outcome> {
        let page = self.send(probe, request)?;
        claims_success(&page)?;
        self.has_succeeded(probe)
    }

    /// Fails unless the command ends well and the login is stored.
    pub(super) fn has_succeeded(self, probe: &mut Probe) -> Finding<Outcome> {
        let outcome = self.running.finish()?;
        outcome.went_well()?;
        let [_, cache] = stored(probe)?;
        let cache = there("the token cache", cache)?;
        holds(
            cache.contains(&format!("\"{PROFILE}\"")),
            "the login is not stored",
        )?;
        probe.saw("ok");
        Ok(outcome)
    }

    /// Fails unless the command ends with that code, and no request comes after it.
    pub(super) fn fails(self, probe: &mut Probe, code: Code) -> Finding<Outcome> {
        let outcome = self.running.finish()?;
        failed_as(&outcome, code)?;
        probe.expect_silence()?;
        probe.saw(code);
        Ok(outcome)
    }
}

/// The profile file and the token cache.
pub(super) fn stored(probe: &mut Probe) -> Finding<[Option<String>; 2]> {
    let home = probe.home()?;
    Ok([home.read(PROFILES)?, home.read(TOKEN_CACHE)?])
}

/// Waits until it is so; fails after that time.
pub(super) fn until(
    what: &str,
    patience: Duration,
    mut so: impl FnMut() -> Finding<bool>,
) -> Finding {
    let begun = doors::now();
    while !so()? {
        holds(
            begun.elapsed() < patience,
            format!("{what}: not in {patience:?}"),
        )?;
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

/// These parameters as a target.
pub(super) fn with_query(form: &Form) -> String {
    format!("/?{}", form.encoded())
}

/// Fails unless the page says that somebody is signed in.
pub(super) fn claims_success(page: &Page) -> Finding {
    same("the status of the page", page.status(), 200)?;
    holds(
        promises(page),
        format!("the page claims no success: {}", text_of(page)),
    )
}

/// Fails if it does.
pub(super) fn claims_nothing(page: &Page) -> Finding {
    holds(
        !promises(page),
        format!("the page claims success: {}", text_of(page)),
    )
}

fn promises(page: &Page) -> bool {
    let text = text_of(page).to_lowercase();
    SUCCESS.iter().any(|words| text.contains(words))
}

pub(super) fn text_of(page: &Page) -> String {
    String::from_utf8_lossy(page.body()).into_owned()
}

/// How long something may take that must come, however busy the machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// What others do can only be looked at again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);
pub(super) const PROFILE: &str = "dev";
/// Long enough for a request that is sent at once, however busy the machine.
const BRIEFLY: &str = "3s";
/// Words that only the page of a success may hold.
const SUCCESS: [&str; 4] = ["signed in", "logged in", "success", "welcome"];
