//! A sign-in that waits, and the person who answers it in a browser.

use serde_json::Value;
use url::Url;

use super::chrome::Chrome;
use crate::loopback;
use crate::programs::Programs;
use crate::shell;
use crate::stage::{Home, Mock, SignIn, ensure, same};
use crate::terminal::Failure;

/// A host to sign in to: what the mock is told, and what the sign-in is told.
pub(super) struct Place {
    pub(super) mock: &'static [&'static str],
    pub(super) login: &'static [&'static str],
}

/// A sign-in that waits for the browser.
pub(super) struct Visit<'a> {
    programs: &'a Programs,
    mock: Mock,
    pub(super) home: Home,
    pub(super) sign_in: SignIn,
    /// Where the browser is sent back to.
    pub(super) listener: Url,
}

impl<'a> Visit<'a> {
    /// Starts a mock that asks a person, and a sign-in to it as profile `dev`.
    pub(super) fn start(programs: &'a Programs, place: &Place) -> Result<Self, Failure> {
        let mock = Mock::start(
            &programs.mock,
            &[&["--consent", "ask"], place.mock].concat(),
        )?;
        let home = Home::new()?;
        let host = ["--host", mock.url(), "--profile", "dev"];
        let sign_in = SignIn::start(&home, &programs.lakekey, &[&host, place.login].concat())?;
        let listener = redirect_uri(&sign_in.url)?;
        Ok(Self {
            programs,
            mock,
            home,
            sign_in,
            listener,
        })
    }

    /// The origins that pages of this visit may ask.
    pub(super) fn origins(&self) -> Result<[String; 2], Failure> {
        Ok([origin(self.mock.url())?, origin(self.listener.as_str())?])
    }

    /// Allows what is asked, with pictures of both pages, and sees that it worked.
    pub(super) fn allow(self, chrome: &Chrome, picture: &str) -> Result<String, Failure> {
        let title = self.decide(chrome, "#allow", picture)?;
        same("the result page's title", &*title, SIGNED_IN)?;
        let finished = self.sign_in.finish()?;
        ensure(finished.code == 0, || {
            format!(
                "`lakekey auth login` ended with {}: {}",
                finished.code, finished.talk
            )
        })?;
        drop(self.mock);
        token_is_there(self.programs, &self.home)?;
        Ok(title)
    }

    /// Opens the sign-in page, presses a button, and gives the title of the result page.
    pub(super) fn decide(
        &self,
        chrome: &Chrome,
        button: &str,
        picture: &str,
    ) -> Result<String, Failure> {
        chrome.open(&self.sign_in.url)?;
        chrome.text(button)?;
        chrome.picture(&format!("{picture}-1-consent"))?;
        chrome.click(button)?;
        // Only the result page has this mark.
        chrome.text("main .mark")?;
        chrome.picture(&format!("{picture}-2-result"))?;
        let address = chrome.address()?;
        ensure(address.starts_with(self.listener.as_str()), || {
            format!("the browser was left at {address}")
        })?;
        chrome.text("h1")
    }
}

/// Scheme, host and port of an address.
pub(super) fn origin(url: &str) -> Result<String, Failure> {
    Ok(loopback::address(url)?.origin().ascii_serialization())
}

/// `auth token` prints what was just signed in for, without asking anybody.
fn token_is_there(programs: &Programs, home: &Home) -> Result<(), Failure> {
    let mut command = home.command(&programs.lakekey);
    let printed = shell::stdout(command.args(["auth", "token", "--profile", "dev"]))?;
    let token: Value = serde_json::from_str(&printed)
        .map_err(|error| Failure::new(format!("`auth token` printed no JSON: {error}")))?;
    ensure(
        token["access_token"]
            .as_str()
            .is_some_and(|token| token.starts_with("ey")),
        || "`auth token` printed no access token".to_owned(),
    )
}

/// The redirect URI of an authorization request.
fn redirect_uri(authorize: &str) -> Result<Url, Failure> {
    let url = loopback::address(authorize)?;
    let target = url.query_pairs().find(|(name, _)| name == "redirect_uri");
    let target = target.ok_or_else(|| Failure::new(format!("no redirect_uri in {authorize}")))?;
    loopback::address(&target.1)
}

const SIGNED_IN: &str = "You are signed in";
