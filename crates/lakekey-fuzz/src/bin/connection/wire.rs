//! A connection that is only memory.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is still to come in, piece by piece with a pause before each, and what went out.
pub(crate) struct Wire {
    pieces: VecDeque<Vec<u8>>,
    end: End,
    paused: bool,
    pub(crate) written: Vec<u8>,
}

/// How the other side stops to send.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Close,
    Reset,
}

impl Wire {
    pub(crate) fn new(pieces: Vec<Vec<u8>>, end: End) -> Self {
        Self {
            pieces: pieces.into(),
            end,
            paused: false,
            written: Vec::new(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.paused = !self.paused;
        if self.paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = self.pieces.front_mut() else {
            return Poll::Ready(match self.end {
                End::Close => Ok(()),
                End::Reset => Err(Error::from(ErrorKind::ConnectionReset)),
            });
        };
        let rest = piece.split_off(buffer.remaining().min(piece.len()));
        buffer.put_slice(piece);
        *piece = rest;
        if piece.is_empty() {
            self.pieces.pop_front();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}
