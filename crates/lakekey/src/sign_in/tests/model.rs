//! A sign-in as a state machine: whatever happens in whatever order, it ends once, as the first
//! event that decides says, and leaves nothing open.

use std::net::Ipv4Addr;
use std::time::Duration;

use lakekey_core::{Code, Error};
use lakekey_oauth::{Client, RedirectUri, Scopes, authorize};
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use super::{
    Attempt, Bound, Codes, Finish, PATIENCE, Ports, SignedIn, ada, endpoints, exchange, get, target,
};

/// What can happen to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// Nothing that belongs to it.
    Empty,
    WrongState,
    Undecodable,
    OtherPath,
    /// Its answer.
    Code,
    Denied,
    NoCode,
    CodeTwice,
    OtherIssuer,
    /// Its end from this side.
    TimeIsUp,
    GivenUp,
}

/// How it ended: with or without a token, or not at all because nobody waits any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    SignedIn,
    Failed(Code),
    Abandoned,
}

impl Event {
    /// The rules once more: how a sign-in ends by this event, if it does.
    fn ends(self, exchange: Result<(), Code>) -> Option<End> {
        match self {
            Self::Empty | Self::WrongState | Self::Undecodable | Self::OtherPath => None,
            Self::Code => Some(exchange.map_or_else(End::Failed, |()| End::SignedIn)),
            Self::Denied => Some(End::Failed(Code::AuthDenied)),
            Self::NoCode | Self::CodeTwice => Some(End::Failed(Code::InvalidCallback)),
            Self::OtherIssuer => Some(End::Failed(Code::IssuerMismatch)),
            Self::TimeIsUp => Some(End::Failed(Code::CallbackTimeout)),
            Self::GivenUp => Some(End::Abandoned),
        }
    }

    /// The target of the request that it is.
    fn callback(self, state: &str) -> String {
        match self {
            Self::Empty => "/".to_owned(),
            Self::WrongState => "/?code=c-1&state=other".to_owned(),
            Self::Undecodable => format!("/?code=c-1&state={state}&x=%zz"),
            Self::OtherPath => format!("/callback?code=c-1&state={state}x"),
            Self::Denied => format!("/?error=access_denied&state={state}"),
            Self::NoCode => format!("/?state={state}"),
            Self::CodeTwice => format!("/?code=c-1&code=c-1&state={state}"),
            Self::OtherIssuer => format!("/?code=c-1&state={state}&iss=https://evil.example"),
            _ => format!("/?code=c-1&state={state}"),
        }
    }
}

/// A sign-in that lasts a minute, with an exchange that ends as told.
struct Machine {
    attempt: Attempt,
    state: String,
    codes: Codes,
}

impl Machine {
    fn new(port: u16, exchanged: Result<(), Code>) -> Self {
        let codes = Codes::default();
        let noted = codes.clone();
        let finish: Finish = Box::new(move |grant| {
            Box::pin(async move {
                noted.note(grant);
                exchanged.map_err(|code| Error::new(code, "as told"))?;
                Ok(ada())
            })
        });
        let (client, scopes) = (Client::databricks_cli(), Scopes::default());
        let redirect_uri = RedirectUri::loopback(port);
        let (url, pending) = authorize(&endpoints(), &client, redirect_uri, &scopes);
        let state = pending.state().as_str().to_owned();
        let attempt = Attempt::new(target(), url, pending, finish);
        Self {
            attempt,
            state,
            codes,
        }
    }
}

/// Callbacks are pasted, and time is the test's own.
async fn by_inbox(events: Vec<Event>, exchanged: Result<(), Code>) {
    let machine = Machine::new(8020, exchanged);
    let (inbox, codes) = (machine.attempt.inbox(), machine.codes.clone());
    let attempt = machine.attempt.ending_after(MINUTE);
    let mut waiting = Some(tokio::spawn(attempt.wait()));
    let mut expected = None;
    let mut end = None;
    for event in events.into_iter().chain([Event::TimeIsUp]) {
        let over = expected.is_some();
        match event {
            Event::TimeIsUp => tokio::time::advance(MINUTE * 2).await,
            Event::GivenUp if !over => {
                let waiting = waiting.take().expect("nobody has given up yet");
                waiting.abort();
                assert!(waiting.await.is_err_and(|error| error.is_cancelled()));
                end = Some(End::Abandoned);
            }
            Event::GivenUp => {}
            callback => {
                let offered = inbox.offer(&callback.callback(&machine.state));
                let is_fine = over || callback.ends(exchanged).is_some();
                // Of a sign-in that was given up nobody asks what became of it.
                let is_abandoned = expected == Some(End::Abandoned);
                assert!(offered.is_ok() == is_fine || is_abandoned, "{callback:?}");
            }
        }
        expected = expected.or(event.ends(exchanged));
        settle().await;
    }
    if let Some(waiting) = waiting {
        end = Some(ended(waiting.await.expect("it does not panic")));
    }
    assert_eq!(end, expected);
    assert_eq!(
        codes.all().len(),
        usize::from(was_redeemed(expected, exchanged))
    );
}

/// Callbacks come in at the listener, which is closed when it is over.
async fn by_listener(events: Vec<Event>, exchanged: Result<(), Code>) {
    let bound = Bound::open(Ports::Any).await.unwrap();
    let port = bound.port();
    let machine = Machine::new(port, exchanged);
    let codes = machine.codes.clone();
    let attempt = machine.attempt.listening_on(Some(bound), PATIENCE);
    let waiting = tokio::spawn(attempt.wait());
    let mut expected = None;
    for event in events {
        if event == Event::GivenUp {
            break;
        }
        let request = get(port, &event.callback(&machine.state));
        let page = exchange(Ipv4Addr::LOCALHOST.into(), port, request.as_bytes()).await;
        expected = event.ends(exchanged);
        let is_welcome = expected == Some(End::SignedIn);
        assert_eq!(page.claims_success(), is_welcome, "{event:?} {page:?}");
        assert_eq!(page.status() == 200, is_welcome, "{event:?} {page:?}");
        if expected.is_some() {
            break;
        }
    }
    if expected.is_none() {
        expected = Some(End::Abandoned);
        waiting.abort();
    }
    let end = match waiting.await {
        Ok(result) => ended(result),
        Err(error) => {
            assert!(error.is_cancelled());
            End::Abandoned
        }
    };
    assert_eq!(Some(end), expected);
    assert_eq!(
        codes.all().len(),
        usize::from(was_redeemed(expected, exchanged))
    );
    is_closed(port).await;
}

/// Dropping a listener drops its tasks, which close their sockets when they are next looked at.
async fn is_closed(port: u16) {
    let opened = async {
        while Bound::open(Ports::Exactly(port)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    let opened = tokio::time::timeout(Duration::from_secs(30), opened).await;
    opened.expect("the port is free again");
}

fn ended(result: Result<SignedIn, Error>) -> End {
    result.map_or_else(|error| End::Failed(error.code()), |_| End::SignedIn)
}

fn was_redeemed(end: Option<End>, exchanged: Result<(), Code>) -> bool {
    match end {
        Some(End::SignedIn) => true,
        Some(End::Failed(code)) => exchanged == Err(code),
        _ => false,
    }
}

/// Lets every task go as far as it can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

fn runtime(paused: bool) -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(paused)
        .build()
        .unwrap()
}

/// Mostly what does not belong to the sign-in, so that it lives for a while.
fn events(from_this_side: bool) -> impl Strategy<Value = Vec<Event>> {
    use Event::{
        Code, CodeTwice, Denied, Empty, GivenUp, NoCode, OtherIssuer, OtherPath, TimeIsUp,
        Undecodable, WrongState,
    };
    let answer = prop::sample::select(vec![Code, Code, Denied, NoCode, CodeTwice, OtherIssuer]);
    let other = prop::sample::select(vec![Empty, WrongState, Undecodable, OtherPath]);
    let own = prop::sample::select(vec![TimeIsUp, GivenUp]);
    let own_weight = u32::from(from_this_side);
    prop::collection::vec(
        prop_oneof![4 => other, 2 => answer, own_weight => own],
        0..8,
    )
}

fn exchanged() -> impl Strategy<Value = Result<(), Code>> {
    prop::sample::select(vec![Ok(()), Ok(()), Err(Code::LoginFailed)])
}

const MINUTE: Duration = Duration::from_secs(60);

proptest! {
    #[test]
    fn a_sign_in_ends_once_and_as_the_first_that_decides_says(
        events in events(true),
        exchanged in exchanged(),
    ) {
        runtime(true).block_on(by_inbox(events, exchanged));
    }

    #[test]
    fn a_listener_is_closed_however_a_sign_in_ends(events in events(false), exchanged in exchanged()) {
        runtime(false).block_on(by_listener(events, exchanged));
    }
}
