//! Who sent what to whom in a check, as the journal of the mock has it.

mod words;

use http::header::USER_AGENT;
use lakekey_mock::{Endpoint, Recorded};

use crate::catalogue::Side;

/// What was sent in a check, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journey {
    pub(crate) messages: Vec<Message>,
    /// How many requests there were beyond those that are told.
    pub(crate) more: usize,
}

/// One arrow of a diagram.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) from: Lane,
    pub(crate) to: Lane,
    pub(crate) style: Style,
    /// A few words.
    pub(crate) label: String,
    /// What it carried: names, and the values that are no secrets.
    pub(crate) detail: String,
    /// The rule of the mock that said no.
    pub(crate) rule: Option<&'static str>,
    /// How often it was sent in a row.
    pub(crate) times: usize,
}

/// Who sends and who receives, from left to right.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Lane {
    /// Who starts commands.
    Terminal,
    Browser,
    Lakekey,
    /// The check itself, where it calls the mock without a client.
    Test,
    /// The mock as authorization server; the number tells several mocks apart.
    Issuer(usize),
    /// The mock as the API behind a token.
    Api(usize),
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    Request,
    Answer,
    /// An answer that a fault kept from arriving whole.
    Broken,
    /// What follows from a message before and is in no journal: a command, or a browser that follows a redirect.
    Inferred,
}

/// A command that was started after each server had received so many requests.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) line: String,
    pub(crate) received: Vec<u64>,
}

/// Marks a request that the library made, where no socket and no header tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfLibrary;

impl Journey {
    /// The journey that these commands and the journals of these servers tell, with no secret in it.
    pub(crate) fn of(
        side: Side,
        starts: &[Start],
        journals: &[Vec<Recorded>],
        secrets: &[String],
    ) -> Self {
        let numbered = journals.iter().enumerate();
        let mut requests: Vec<_> = numbered
            .flat_map(|(server, journal)| journal.iter().map(move |request| (server, request)))
            .collect();
        requests.sort_by_key(|(server, request)| (request.at, *server, request.sequence));
        // A mock that nobody called has no lane, and no number.
        let number = |server: usize| {
            let before = journals[..server].iter();
            before.filter(|journal| !journal.is_empty()).count()
        };
        let mut journey = Self::default();
        let mut starts = starts.iter().peekable();
        for (server, request) in requests {
            let is_earlier = |start: &&Start| {
                start
                    .received
                    .get(server)
                    .is_none_or(|received| request.sequence > *received)
            };
            while let Some(start) = starts.next_if(|start| is_earlier(start)) {
                journey.add(vec![words::start(start)]);
            }
            journey.add(exchange(side, number(server), request));
        }
        for start in starts {
            journey.add(vec![words::start(start)]);
        }
        for message in &mut journey.messages {
            message.clean(secrets);
        }
        journey
    }

    /// Whether nothing was sent to a mock.
    pub(crate) fn is_empty(&self) -> bool {
        self.messages
            .iter()
            .all(|message| message.from == Lane::Terminal)
    }

    /// Who takes part, from left to right.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let both = self
            .messages
            .iter()
            .flat_map(|message| [message.from, message.to]);
        let mut lanes: Vec<_> = both.collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// Adds messages that belong together, or counts them if the same came just before.
    fn add(&mut self, messages: Vec<Message>) {
        let end = self.messages.len();
        let start = end.saturating_sub(messages.len());
        let tail = &mut self.messages[start..];
        let mut both = tail.iter().zip(&messages);
        if tail.len() == messages.len() && both.all(|(old, new)| old.is_like(new)) {
            for message in tail {
                message.times += 1;
            }
        } else if end + messages.len() > MOST {
            self.more += 1;
        } else {
            self.messages.extend(messages);
        }
    }
}

impl Message {
    fn is_like(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.from, it.to, it.style, it.rule);
        key(self) == key(other) && self.label == other.label
    }
}

impl Lane {
    pub(crate) fn name(self) -> String {
        let numbered = |name: &str, number: usize| match number {
            0 => name.to_owned(),
            number => format!("{name} {}", number + 1),
        };
        match self {
            Self::Terminal => "terminal".to_owned(),
            Self::Browser => "browser".to_owned(),
            Self::Lakekey => "lakekey".to_owned(),
            Self::Test => "test".to_owned(),
            Self::Issuer(number) => numbered("issuer", number),
            Self::Api(number) => numbered("API", number),
        }
    }
}

/// A request, its answer, and where the browser goes with it.
fn exchange(side: Side, server: usize, request: &Recorded) -> Vec<Message> {
    let from = sender(side, request);
    let to = match request.endpoint {
        Endpoint::Api => Lane::Api(server),
        _ => Lane::Issuer(server),
    };
    let mut messages = vec![words::request(from, to, request)];
    messages.push(words::answer(to, from, request));
    if from == Lane::Browser {
        messages.extend(words::callback(request));
    }
    messages
}

fn sender(side: Side, request: &Recorded) -> Lane {
    let agent = request.header(USER_AGENT.as_str()).unwrap_or_default();
    let is_library = request.request.extensions().get::<OfLibrary>().is_some();
    match request.endpoint {
        _ if side == Side::Server => Lane::Test,
        _ if is_library || agent.starts_with("lakekey/") => Lane::Lakekey,
        Endpoint::Authorize | Endpoint::Consent => Lane::Browser,
        _ => Lane::Test,
    }
}

/// More messages than this are counted and not told.
const MOST: usize = 60;

#[cfg(test)]
mod tests;
