//! Response bodies, with the damage a real connection can take.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use crate::{Cut, listen::Watch};

/// A body that arrives whole, or not.
#[derive(Debug)]
pub(crate) struct WireBody {
    data: Bytes,
    length: u64,
    script: Script,
    watch: Watch,
}

#[derive(Debug)]
enum Script {
    Whole,
    /// Gives the rest of the data, lets it be flushed, and breaks.
    Stop {
        reset: Option<Arc<AtomicBool>>,
        flushed: u8,
    },
    /// Gives the rest of the data and then nothing.
    Hang,
    /// Gives one byte at a time, then spaces for ever.
    Drip {
        pause: Duration,
        sleep: Pin<Box<Sleep>>,
    },
}

impl WireBody {
    pub(crate) fn whole(data: Vec<u8>, mut watch: Watch) -> Self {
        let length = data.len() as u64;
        if data.is_empty() {
            watch.is_whole();
        }
        Self {
            data: data.into(),
            length,
            script: Script::Whole,
            watch,
        }
    }

    /// A body that suffers `cut`; `reset` is told to the connection when it has to be reset.
    pub(crate) fn cut(data: Vec<u8>, cut: Cut, reset: &Arc<AtomicBool>, watch: Watch) -> Self {
        let whole = Self::whole(data, watch);
        let first = |after: usize| whole.data.slice(..after.min(whole.data.len()));
        match cut {
            Cut::Truncate { after, reset: hard } => {
                let script = Script::Stop {
                    reset: hard.then(|| Arc::clone(reset)),
                    flushed: 0,
                };
                Self {
                    data: first(after),
                    script,
                    ..whole
                }
            }
            Cut::Hang { after } => Self {
                data: first(after.unwrap_or(0)),
                script: Script::Hang,
                ..whole
            },
            Cut::Drip { bytes_per_second } => {
                let pause = Duration::from_secs(1) / bytes_per_second.max(1);
                Self {
                    script: Script::Drip {
                        pause,
                        sleep: Box::pin(sleep(Duration::ZERO)),
                    },
                    ..whole
                }
            }
            Cut::Reset => whole,
        }
    }
}

impl Body for WireBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if let Script::Drip { pause, sleep } = &mut this.script {
            ready!(sleep.as_mut().poll(cx));
            *sleep = Box::pin(tokio::time::sleep(*pause));
            let byte = if this.data.is_empty() {
                Bytes::from_static(b" ")
            } else {
                this.data.split_to(1)
            };
            return Poll::Ready(Some(Ok(Frame::data(byte))));
        }
        if !this.data.is_empty() {
            if matches!(this.script, Script::Whole) {
                this.watch.is_whole();
            }
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.data)))));
        }
        match &mut this.script {
            Script::Whole | Script::Drip { .. } => Poll::Ready(None),
            Script::Hang => Poll::Pending,
            Script::Stop { flushed, .. } if *flushed < FLUSHES => {
                *flushed += 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Script::Stop { reset, .. } => {
                if let Some(reset) = reset {
                    reset.store(true, Ordering::SeqCst);
                }
                Poll::Ready(Some(Err(std::io::Error::other("cut short by a fault"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.script, Script::Whole) && self.data.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match self.script {
            Script::Drip { .. } => SizeHint::default(),
            _ => SizeHint::with_exact(self.length),
        }
    }
}

/// A connection that can be reset instead of closed.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    pub(crate) reset: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::SeqCst) {
            // Where lingering can not be set, the peer sees an orderly close.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// How often the data is given the chance to leave before the connection breaks.
const FLUSHES: u8 = 3;
