//! Who signs in: the person at the browser, or the built-in user agent.

use std::sync::Arc;

use lakekey::{Attempt, Browser, Code, Credentials, Environment, Error, Ports, SignedIn};
use tokio::sync::Notify;

use super::agent;
use crate::{output, terminal};

/// How the pages are clicked through.
#[derive(Debug)]
pub(super) enum Person {
    /// In a browser that is opened; at a terminal, the Enter key calls the built-in user agent.
    AtBrowser {
        browser: Browser,
        enter: Option<Arc<Notify>>,
    },
    /// By the built-in user agent.
    BuiltIn,
}

impl Person {
    pub(super) fn of(no_browser: bool, environment: &Environment) -> Result<Self, Error> {
        if no_browser {
            return Ok(Self::BuiltIn);
        }
        let browser = Browser::new(environment.iter())?;
        if browser.is_none() {
            return Ok(Self::BuiltIn);
        }
        Ok(Self::AtBrowser {
            browser,
            enter: terminal::is_there(environment).then(enter_key),
        })
    }

    /// Signs in through the pages of the server.
    pub(super) async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, Error> {
        let attempt = start(credentials).await?;
        match self {
            Self::BuiltIn => click_through(attempt).await,
            Self::AtBrowser { browser, enter } => {
                in_browser(attempt, browser, enter.as_deref()).await
            }
        }
    }
}

/// On the usual port, or on any other where all usual ones are taken.
async fn start(credentials: &Credentials) -> Result<Attempt, Error> {
    match credentials.sign_in().start().await {
        Err(error) if error.code() == Code::ListenerUnavailable => {
            credentials.sign_in().ports(Ports::Any).start().await
        }
        outcome => outcome,
    }
}

async fn in_browser(
    attempt: Attempt,
    browser: &Browser,
    enter: Option<&Notify>,
) -> Result<SignedIn, Error> {
    output::say(format_args!(
        "   In the browser that opens now, click Allow. The address:\n{}",
        attempt.url()
    ))?;
    if !browser.open(attempt.url()).unwrap_or(false) {
        output::say("   No browser can be opened here: the built-in user agent clicks for you.")?;
        return click_through(attempt).await;
    }
    let Some(enter) = enter else {
        return attempt.wait().await;
    };
    output::say("   No browser opens? Press Enter, and the built-in user agent clicks for you.")?;
    let url = attempt.url().clone();
    let called = async {
        enter.notified().await;
        agent::click_through(url).await
    };
    let signed_in = attempt.wait();
    tokio::pin!(signed_in);
    tokio::select! {
        outcome = &mut signed_in => outcome,
        clicked = called => match clicked {
            Ok(()) => signed_in.await,
            Err(error) => Err(error),
        },
    }
}

async fn click_through(attempt: Attempt) -> Result<SignedIn, Error> {
    let url = attempt.url().clone();
    let (signed_in, ()) = tokio::try_join!(attempt.wait(), agent::click_through(url))?;
    Ok(signed_in)
}

/// Is notified of each line that is entered.
fn enter_key() -> Arc<Notify> {
    let enter = Arc::new(Notify::new());
    let notify = Arc::clone(&enter);
    terminal::listen(move |_| {
        notify.notify_one();
        true
    });
    enter
}
