//! What comes in on a connection, byte for byte.

use std::{
    io::{IoSlice, Result},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use http::{
    HeaderMap,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What was read from a connection and belongs to no request yet.
#[derive(Debug, Default)]
pub(super) struct Heard(Mutex<Option<Vec<u8>>>);

impl Heard {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(Vec::new()))))
    }

    /// Takes the bytes of the first request, which has these headers.
    pub(super) fn take(&self, headers: &HeaderMap) -> Vec<u8> {
        let mut heard = self.lock();
        let Some(bytes) = heard.as_mut() else {
            return Vec::new();
        };
        let length = request_length(bytes, headers).unwrap_or(bytes.len());
        let rest = bytes.split_off(length);
        std::mem::replace(bytes, rest)
    }

    /// Takes everything, and lets what comes later be forgotten.
    pub(super) fn take_all(&self) -> Vec<u8> {
        self.lock().take().unwrap_or_default()
    }

    fn hear(&self, bytes: &[u8]) {
        if let Some(heard) = self.lock().as_mut() {
            heard.extend_from_slice(bytes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of the first request, head and body (RFC 9112 §6.3). `None` if they are not all there.
fn request_length(bytes: &[u8], headers: &HeaderMap) -> Option<usize> {
    let blank = bytes
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let head = blank + after_blank_line(&bytes[blank..])?;
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let body = if header(TRANSFER_ENCODING).is_some() {
        chunked_length(&bytes[head..])?
    } else {
        header(CONTENT_LENGTH).map_or(Some(0), |length| length.trim().parse().ok())?
    };
    let length = head.checked_add(body)?;
    (length <= bytes.len()).then_some(length)
}

/// The bytes of a chunked body (RFC 9112 §7.1).
fn chunked_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = bytes.get(at..)?;
        let end = line.iter().position(|&byte| byte == b'\n')? + 1;
        let text = std::str::from_utf8(&line[..end]).ok()?;
        let size = usize::from_str_radix(text.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            // The line end of the last chunk is the first half of a blank line, or the trailers follow.
            return Some(at + end - 1 + after_blank_line(&line[end - 1..])?);
        }
        let end_of_data = line.get(end + size..)?;
        let line_end = end_of_data.iter().position(|&byte| byte == b'\n')? + 1;
        at += end + size + line_end;
    }
}

/// Where the text after the first blank line begins.
fn after_blank_line(bytes: &[u8]) -> Option<usize> {
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.find_map(|(index, _)| match &bytes[index + 1..] {
        [b'\n', ..] => Some(index + 2),
        [b'\r', b'\n', ..] => Some(index + 3),
        _ => None,
    })
}

/// A stream that remembers what was read from it.
#[derive(Debug)]
pub(super) struct Tap<S> {
    pub(super) stream: S,
    pub(super) heard: Arc<Heard>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Some(new @ [_, ..]) = buffer.filled().get(before..) {
            self.heard.hear(new);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_their_own_framing() {
        let plain = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        let sized = "\r\nPOST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello";
        let chunked = "POST / HTTP/1.1\ntransfer-encoding: chunked\n\n5;x=y\r\nhello\r\n0\r\n\r\n";
        let trailers =
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n";
        for (request, header) in [
            (plain, None),
            (sized, Some((CONTENT_LENGTH, "5"))),
            (chunked, Some((TRANSFER_ENCODING, "chunked"))),
            (trailers, Some((TRANSFER_ENCODING, "chunked"))),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|(name, value)| (name, value.parse().unwrap())));
            let heard = Heard::new();
            heard.hear(request.as_bytes());
            heard.hear(plain.as_bytes());
            assert_eq!(heard.take(&headers), request.as_bytes());
            assert_eq!(heard.take(&HeaderMap::new()), plain.as_bytes());
            let half = &request.as_bytes()[..request.len() - 1];
            assert_eq!(request_length(half, &headers), None, "{request}");
        }
    }
}
