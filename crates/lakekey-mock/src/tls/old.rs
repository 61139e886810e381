//! A server from before TLS 1.2 (RFC 4346), as far as a client that refuses it gets to know it.

use std::io::Result;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};

/// Answers a `ClientHello` with a `ServerHello` of TLS 1.1, and listens until the client goes away.
pub(crate) async fn answer_as_tls_1_1<S>(mut stream: S) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut header = [0; RECORD_HEADER];
    stream.read_exact(&mut header).await?;
    let length = u16::from_be_bytes([header[3], header[4]]);
    let mut hello = vec![0; usize::from(length)];
    stream.read_exact(&mut hello).await?;
    stream.write_all(&server_hello()).await?;
    copy(&mut stream, &mut sink()).await?;
    Ok(())
}

/// One record with one message: version, random, no session, a cipher suite and no compression (§7.4.1.3).
fn server_hello() -> Vec<u8> {
    let mut body = TLS_1_1.to_vec();
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(ECDHE_RSA_WITH_AES_256_CBC_SHA);
    body.push(0);
    let message = [&[SERVER_HELLO, 0, 0, size(&body)], &*body].concat();
    [&[HANDSHAKE], &TLS_1_1[..], &[0, size(&message)], &message].concat()
}

/// No part of this hello has more than 255 bytes.
fn size(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(u8::MAX)
}

const RECORD_HEADER: usize = 5;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const TLS_1_1: [u8; 2] = [3, 2];
const ECDHE_RSA_WITH_AES_256_CBC_SHA: [u8; 2] = [0xc0, 0x14];
