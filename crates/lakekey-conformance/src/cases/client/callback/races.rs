//! Two answers to one sign-in, both right.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use lakekey_mock::{Endpoint, Fault, Setup};

use super::waiting::{PATIENCE, Page, Waiting, claims_nothing, claims_success, text_of};
use crate::case::{Case, Finding, Wrong, holds, same, there};
use crate::probe::connection::{self, exchange};
use crate::probe::{Probe, Server};

pub(super) const CASES: &[Case] = &[Case::each(
    "C-CB-13",
    &[
        ("simultaneous", simultaneous),
        ("during-exchange", during_the_exchange),
        ("after", after),
    ],
)];

/// Both are on their way before either is whole.
fn simultaneous(probe: &mut Probe) -> Finding {
    let waiting = held(probe)?;
    let target = waiting.target(probe)?;
    let (request, port) = (waiting.request(&target), waiting.port);
    let (together, (sender, pages)) = (Arc::new(Barrier::new(2)), mpsc::channel());
    for _ in 0..2 {
        let (request, together, sender) = (request.clone(), Arc::clone(&together), sender.clone());
        thread::spawn(move || {
            // Nobody listens any more if the check has failed already.
            let _ = sender.send(send_in_two(port, &request, &together));
        });
    }
    waiting.server.wait_until_held(GATE, 1)?;
    is_handled(&next(&pages)?)?;
    waiting.server.release(GATE);
    claims_success(&next(&pages)?)?;
    ends_with_one(probe, waiting, None)
}

/// The second one has a code of its own.
fn during_the_exchange(probe: &mut Probe) -> Finding {
    let waiting = held(probe)?;
    let target = waiting.target(probe)?;
    let (request, port) = (waiting.request(&target), waiting.port);
    let first = thread::spawn(move || exchange(port, &request));
    waiting.server.wait_until_held(GATE, 1)?;
    let second = waiting.target(probe)?;
    holds(second != target, "both answers have the same code")?;
    is_handled(&waiting.get(probe, &second)?)?;
    waiting.server.release(GATE);
    let first = first.join().map_err(|_| Wrong::new("the browser fell"))?;
    claims_success(&first?)?;
    ends_with_one(probe, waiting, Some(&target))
}

/// The port may be closed by then.
fn after(probe: &mut Probe) -> Finding {
    let waiting = Waiting::anywhere(probe)?;
    let target = waiting.target(probe)?;
    claims_success(&waiting.get(probe, &target)?)?;
    if let Ok(page) = waiting.get(probe, &target) {
        is_handled(&page)?;
    }
    ends_with_one(probe, waiting, Some(&target))
}

/// A sign-in whose exchange is held at the mock.
fn held(probe: &mut Probe) -> Finding<Waiting> {
    let server = probe.listening(Setup::workspace())?;
    let gate = Fault::new("http.barrier").param("name", GATE);
    server.inject(gate.on(Endpoint::Token))?;
    Waiting::at(probe, &server)
}

/// Sends the last byte when the other one does.
fn send_in_two(port: u16, request: &[u8], together: &Barrier) -> Finding<Page> {
    let mut stream = connection::open(("127.0.0.1", port))?;
    let (first, last) = request.split_at(request.len() - 1);
    stream.write_all(first)?;
    together.wait();
    stream.write_all(last)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    connection::read(&answer)
}

fn next(pages: &mpsc::Receiver<Finding<Page>>) -> Finding<Page> {
    pages.recv_timeout(PATIENCE)?
}

/// Fails unless the page says that nothing is left to do, without a claim about how it ended.
fn is_handled(page: &Page) -> Finding {
    same("the status of the second page", page.status(), 200)?;
    claims_nothing(page)?;
    holds(
        text_of(page).contains("already handled"),
        format!("the second page is {}", text_of(page)),
    )
}

/// Fails unless the command ends well after one token request, with the code of that target.
fn ends_with_one(probe: &mut Probe, waiting: Waiting, target: Option<&str>) -> Finding {
    let server = waiting.server.clone();
    waiting.has_succeeded(probe)?;
    let code = only_code(&server)?;
    let fits = target.is_none_or(|target| target.contains(&format!("code={code}&")));
    holds(fits, "another code was redeemed")
}

fn only_code(server: &Server) -> Finding<String> {
    let mut posts = server.token_posts();
    same("the number of token requests", posts.len(), 1)?;
    there("the code", posts.pop().and_then(|post| post.param("code")))
}

const GATE: &str = "exchange";
