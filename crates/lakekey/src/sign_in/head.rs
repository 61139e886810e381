use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::gate::Reason;

/// Reads a request up to the empty line that ends its head; the inner error says why the head is
/// refused, the outer one that the connection broke.
///
/// Line ends are `\r\n` and nothing else, and no empty line comes before the request line: RFC 9112
/// §2.2 lets a recipient be lenient, and no browser needs it. Neither the request line nor the whole
/// head may pass its bound.
pub(super) async fn read_head<S>(stream: &mut S) -> io::Result<Result<Vec<u8>, Reason>>
where
    S: AsyncRead + Unpin,
{
    let mut head = Head::default();
    let mut chunk = [0; 2048];
    loop {
        let read = match stream.read(&mut chunk).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        for byte in &chunk[..read] {
            match head.push(*byte) {
                Ok(true) => return Ok(Ok(head.bytes)),
                Ok(false) => {}
                Err(reason) => return Ok(Err(reason)),
            }
        }
    }
}

/// The part of a head that has come in. It is judged byte by byte, so that it does not matter how
/// the bytes were cut on their way.
#[derive(Default)]
struct Head {
    bytes: Vec<u8>,
    has_line: bool,
}

impl Head {
    /// Takes the next byte, and says whether it is the last one.
    fn push(&mut self, byte: u8) -> Result<bool, Reason> {
        let is_end_of_line = byte == b'\n';
        if is_end_of_line != (self.bytes.last() == Some(&b'\r')) {
            return Err(Reason::Framing);
        }
        self.bytes.push(byte);
        if self.bytes == EMPTY_LINE {
            return Err(Reason::Framing);
        }
        self.has_line |= is_end_of_line;
        if !self.has_line && self.bytes.len() > LONGEST_LINE {
            return Err(Reason::Target);
        }
        if self.bytes.len() > LARGEST_HEAD {
            return Err(Reason::Headers);
        }
        Ok(self.bytes.ends_with(END))
    }
}

const EMPTY_LINE: &[u8] = b"\r\n";
const END: &[u8] = b"\r\n\r\n";
const LONGEST_LINE: usize = 16 << 10;
/// Browsers send the cookies of every program that ever served `localhost`.
const LARGEST_HEAD: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reason, read_head};

    /// Reads from pieces that arrive one by one.
    fn read(pieces: &[&[u8]]) -> Option<Result<Vec<u8>, Reason>> {
        let mut stream = tokio_test_stream(pieces);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(read_head(&mut stream)).ok()
    }

    fn tokio_test_stream(pieces: &[&[u8]]) -> impl tokio::io::AsyncRead + Unpin {
        use tokio::io::AsyncReadExt as _;
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        let empty: Box<dyn tokio::io::AsyncRead + Unpin> = Box::new(tokio::io::empty());
        pieces.into_iter().rev().fold(empty, |rest, piece| {
            Box::new(std::io::Cursor::new(piece).chain(rest))
                as Box<dyn tokio::io::AsyncRead + Unpin>
        })
    }

    #[test]
    fn a_head_ends_with_its_empty_line() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
        assert_eq!(read(&[&head]), Some(Ok(head.clone())));
        assert_eq!(
            read(&[&head, b"GET /?second HTTP/1.1"]),
            Some(Ok(head.clone()))
        );
        assert_eq!(read(&[&head[..head.len() - 1]]), None);
    }

    #[test]
    fn c_cb_21_other_line_ends_are_refused_at_once() {
        for head in [
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET /\r HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\n\n",
            "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\n\r\n",
        ] {
            assert_eq!(
                read(&[head.as_bytes()]),
                Some(Err(Reason::Framing)),
                "{head:?}"
            );
        }
        assert_eq!(
            read(&[b"GET / HTTP/1.1\r", b"X"]),
            Some(Err(Reason::Framing))
        );
    }

    #[test]
    fn c_cb_20_oversized_heads_are_refused_before_they_end() {
        let line = format!("GET /?{} HTTP/1.1", "a".repeat(16 << 10));
        assert_eq!(read(&[line.as_bytes()]), Some(Err(Reason::Target)));
        let header = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(64 << 10));
        assert_eq!(read(&[header.as_bytes()]), Some(Err(Reason::Headers)));
    }

    #[test]
    fn the_bounds_hold_however_a_head_is_cut() {
        let line = format!("GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(16 << 10));
        let header = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(64 << 10));
        let feed = format!("GET /?{}\n", "a".repeat(16 << 10));
        for (head, reason) in [
            (line, Reason::Target),
            (header, Reason::Headers),
            (feed, Reason::Target),
        ] {
            for size in [100, 1000, 2048, head.len()] {
                let pieces: Vec<_> = head.as_bytes().chunks(size).collect();
                assert_eq!(read(&pieces), Some(Err(reason)), "{size}");
            }
        }
    }

    proptest! {
        #[test]
        fn how_a_head_is_cut_does_not_matter(cut in 0_usize..28, bytes in "[a\r\n]{0,24}") {
            for head in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", bytes.as_str()] {
                let (first, second) = head.as_bytes().split_at(cut.min(head.len()));
                prop_assert_eq!(read(&[first, second]), read(&[head.as_bytes()]));
            }
        }
    }
}
