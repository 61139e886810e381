use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::timeout;

use super::answer::{Answer, drain};
use super::gate::{Gate, Reason, Verdict};
use super::head::read_head;
use super::page::Page;
use super::request;

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Service {
    gate: std::sync::Arc<Gate>,
    port: u16,
    patience: Patience,
    /// One permit for each connection that may be answered at the same time.
    answers: Semaphore,
}

/// How long a connection may take for each part of its one exchange.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Sending the request head; 10 s by default.
    pub(super) head: Duration,
    /// Waiting for the outcome that the request has set off; 35 s by default.
    pub(super) outcome: Duration,
    /// Taking the response; 2 s by default.
    pub(super) response: Duration,
    /// Closing its own half after the response; 1 s by default.
    pub(super) farewell: Duration,
}

impl Service {
    pub(super) fn new(gate: std::sync::Arc<Gate>, port: u16, patience: Patience) -> Self {
        Self {
            gate,
            port,
            patience,
            answers: Semaphore::new(MOST_ANSWERS as usize),
        }
    }

    /// Serves the one request of a connection, and closes it.
    ///
    /// Until the head is read, the connection ends as soon as `evicted` resolves: slow ones give
    /// way to new ones.
    pub(super) async fn serve<S>(&self, mut stream: S, evicted: oneshot::Receiver<()>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let arrival = timeout(self.patience.head, self.arrival(&mut stream));
        let (head, _permit) = tokio::select! {
            arrived = arrival => match arrived {
                Ok(Ok(arrived)) => arrived,
                Ok(Err(_)) | Err(_) => return,
            },
            _ = evicted => return,
        };
        let answer = self.answer(head).await;
        let sent = timeout(self.patience.response, answer.send(&mut stream)).await;
        if matches!(sent, Ok(Ok(()))) {
            let _ = timeout(self.patience.farewell, drain(&mut stream)).await;
        }
    }

    /// Returns when every answer under way has been delivered.
    pub(super) async fn all_answered(&self) {
        let _ = self.answers.acquire_many(MOST_ANSWERS).await;
    }

    /// The request head, or why it is refused, with the permit to answer it.
    async fn arrival<S>(&self, stream: &mut S) -> io::Result<(Head, SemaphorePermit<'_>)>
    where
        S: AsyncRead + Unpin,
    {
        let head = read_head(stream).await?;
        let permit = self.answers.acquire().await.map_err(io::Error::other)?;
        Ok((head, permit))
    }

    async fn answer(&self, head: Head) -> Answer {
        let callback = match &head {
            Ok(head) => request::callback(head, self.port),
            Err(reason) => Err((*reason).into()),
        };
        match callback {
            Ok(callback) => Answer::page(self.knock(callback).await),
            Err(refusal) => {
                self.gate.count(refusal.reason);
                let page = Page::refused(refusal.reason);
                if refusal.bodiless {
                    Answer::without_body(page)
                } else {
                    Answer::page(page)
                }
            }
        }
    }

    /// Puts the callback to the gate; where it decides the attempt, waits for the outcome, so that
    /// the page tells the truth.
    async fn knock(&self, callback: &str) -> Page {
        match self.gate.knock(callback) {
            Verdict::Refused(reason) => Page::refused(reason),
            Verdict::AlreadyHandled => Page::already_handled(),
            Verdict::Decided => match timeout(self.patience.outcome, self.gate.outcome()).await {
                Ok(Some(outcome)) => Page::finished(&outcome),
                Ok(None) | Err(_) => Page::still_working(),
            },
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            outcome: Duration::from_secs(35),
            response: Duration::from_secs(2),
            farewell: Duration::from_secs(1),
        }
    }
}

type Head = Result<Vec<u8>, Reason>;

/// As many connections may be answered at once; the rest waits, and may be evicted.
const MOST_ANSWERS: u32 = 64;
