use std::fmt::Write as _;
use std::io;

use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::page::Page;

/// The response that carries a page.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    page: Page,
    bodiless: bool,
}

impl Answer {
    /// The page with its headers.
    pub(super) fn page(page: Page) -> Self {
        Self {
            page,
            bodiless: false,
        }
    }

    /// The headers alone, which is what `HEAD` gets.
    pub(super) fn without_body(page: Page) -> Self {
        Self {
            page,
            bodiless: true,
        }
    }

    /// Sends everything and closes this half of the connection.
    pub(super) async fn send<S: AsyncWrite + Unpin>(&self, stream: &mut S) -> io::Result<()> {
        stream.write_all(self.text().as_bytes()).await?;
        stream.shutdown().await
    }

    /// Status line, headers and page. No header lets another origin read any of it.
    fn text(&self) -> String {
        let status = self.page.status;
        let body = if self.bodiless {
            String::new()
        } else {
            self.page.to_html()
        };
        let mut text = String::with_capacity(body.len() + 1024);
        let reason = status.canonical_reason().unwrap_or_default();
        let _ = write!(
            text,
            "HTTP/1.1 {} {reason}\r\n{FIXED_HEADERS}",
            status.as_u16()
        );
        let _ = write!(
            text,
            "Content-Security-Policy: {}\r\n",
            Page::content_security_policy()
        );
        if !self.bodiless {
            let _ = write!(text, "Content-Length: {}\r\n", body.len());
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            text.push_str("Allow: GET\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&body);
        text
    }
}

/// Reads and forgets what the other side still sends, until it closes its half too.
///
/// Closing a socket with unread bytes resets the connection, and a reset can overtake the page.
pub(super) async fn drain<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut chunk = [0; 4096];
    while stream.read(&mut chunk).await.is_ok_and(|read| read > 0) {}
}

const FIXED_HEADERS: &str = "Content-Type: text/html; charset=utf-8\r\n\
    Cache-Control: no-store\r\n\
    Referrer-Policy: no-referrer\r\n\
    X-Content-Type-Options: nosniff\r\n\
    X-Frame-Options: DENY\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Connection: close\r\n";
