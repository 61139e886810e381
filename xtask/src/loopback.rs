//! The socket door: plain HTTP to servers that a task has started on this machine.

use std::time::Duration;

use http::{HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::terminal::Failure;

/// An answer, read to its end.
pub(crate) type Answer = Response<Bytes>;

/// Sends a request and waits for the whole answer; redirects are not followed.
pub(crate) fn send(request: Request<Vec<u8>>) -> Result<Answer, Failure> {
    runtime()?.block_on(exchange(request))
}

/// Fetches an address; redirects are not followed.
pub(crate) fn get(url: &str) -> Result<Answer, Failure> {
    send(request(Method::GET, url, Vec::new())?)
}

/// A request for an address.
pub(crate) fn request(
    method: Method,
    url: &str,
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, Failure> {
    let built = Request::builder().method(method).uri(url).body(body);
    built.map_err(|error| Failure::new(format!("`{url}` is no address: {error}")))
}

/// Fetches an address and whatever it redirects to, as the user agent of a person does.
pub(crate) fn follow(url: &str) -> Result<Answer, Failure> {
    let mut url = address(url)?;
    for _ in 0..MAX_REDIRECTS {
        let answer = get(url.as_str())?;
        let Some(target) = answer.headers().get(header::LOCATION) else {
            return Ok(answer);
        };
        let target = target.to_str().unwrap_or_default();
        url = url
            .join(target)
            .map_err(|error| Failure::new(format!("{url} redirects to `{target}`: {error}")))?;
    }
    Err(Failure::new(format!("{url} redirects without end")))
}

/// Whether nobody listens on a port.
pub(crate) fn is_free(port: u16) -> Result<bool, Failure> {
    Ok(runtime()?.block_on(connect("localhost", port)).is_err())
}

/// Text as an address.
pub(crate) fn address(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|error| Failure::new(format!("`{text}` is no address: {error}")))
}

/// A runtime for one thread; tasks wait for one thing at a time.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Failure::new(format!("no runtime for network calls: {error}")))
}

/// Sends a request over a connection of its own.
pub(crate) async fn exchange(request: Request<Vec<u8>>) -> Result<Answer, Failure> {
    let uri = request.uri().clone();
    match tokio::time::timeout(PATIENCE, exchange_for_ever(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::new(format!("no answer from {uri}: {error}"))),
        Err(_) => Err(Failure::new(format!(
            "no answer from {uri} in {} s",
            PATIENCE.as_secs()
        ))),
    }
}

async fn exchange_for_ever(mut request: Request<Vec<u8>>) -> Result<Answer, Error> {
    let authority = request.uri().authority().cloned().ok_or("it has no host")?;
    let host = HeaderValue::from_str(authority.as_str())?;
    request.headers_mut().insert(header::HOST, host);
    *request.uri_mut() = Uri::from(request.uri().path_and_query().cloned().ok_or("no path")?);
    let stream = connect(authority.host(), authority.port_u16().unwrap_or(80)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let (parts, body) = sender
            .send_request(request.map(Full::<Bytes>::from))
            .await?
            .into_parts();
        Ok::<_, Error>(Response::from_parts(
            parts,
            body.collect().await?.to_bytes(),
        ))
    };
    // The connection moves the bytes; it ends without a word once the answer is read.
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = connection => match ended {
            Ok(()) => answer.await,
            Err(error) => Err(error.into()),
        },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to sockets, on loopback"
)]
async fn connect(host: &str, port: u16) -> std::io::Result<TcpStream> {
    TcpStream::connect((host.trim_matches(['[', ']']), port)).await
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Everything a task talks to is on this machine; a browser may take its time to start.
const PATIENCE: Duration = Duration::from_secs(60);
const MAX_REDIRECTS: usize = 10;
