//! One connection at a time.

use std::{
    convert::Infallible,
    io::{Error, Result},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    time::SystemTime,
};

use http::{HeaderValue, Method, Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body, Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::{
    Namespaces, Shared, Watch,
    tap::{Heard, Tap},
};
use crate::{
    Cut, Delay, control,
    fault::{Effect, Sight, Strike},
    journal::Arrival,
    wire::{Wire, WireBody},
};

/// Accepts connections until the task is ended, which ends them too. `_open` closes with it.
pub(super) async fn accept(
    socket: TcpListener,
    shared: Arc<Shared>,
    tls: Option<TlsAcceptor>,
    _open: Option<Sender<()>>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(welcome(stream, Arc::clone(&shared), tls.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Takes a new connection to its end.
async fn welcome(stream: TcpStream, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    // Small answers leave at once; without it they leave a little later.
    let _ = stream.set_nodelay(true);
    let accepted_at = shared.lock().now();
    let line = Line {
        number: shared.next_connection(),
        accepted_at,
        heard: Heard::new(),
        reset: Arc::new(AtomicBool::new(false)),
        shared,
    };
    let wire = Wire {
        stream,
        reset: Arc::clone(&line.reset),
    };
    let strike = line.shared.lock().faults.strike(&Sight::of_accept());
    if let Some(strike) = strike {
        return refuse(wire, strike).await;
    }
    match tls {
        Some(tls) => {
            if let Ok(stream) = tls.accept(wire).await {
                serve(stream, line).await;
            }
        }
        None => serve(wire, line).await,
    }
}

/// A connection and what was said on it.
struct Line {
    number: u64,
    accepted_at: SystemTime,
    heard: Arc<Heard>,
    /// Whether it is to be reset instead of closed.
    reset: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

impl Line {
    fn arrival(&self, raw: Vec<u8>) -> Arrival {
        Arrival {
            connection: self.number,
            accepted_at: self.accepted_at,
            raw,
        }
    }
}

/// Accepts connections of the control API.
pub(super) async fn accept_control(
    socket: TcpListener,
    namespaces: Arc<Namespaces>,
    _open: Sender<()>,
) {
    loop {
        let Ok((stream, _)) = socket.accept().await else {
            continue;
        };
        let namespaces = Arc::clone(&namespaces);
        tokio::spawn(async move {
            let service = service_fn(async |request| {
                Ok::<_, Infallible>(answer_control(&namespaces, request).await)
            });
            // A client that breaks off is no concern of ours.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Keeps or resets a connection that a fault hit before anything was read.
async fn refuse(wire: Wire, strike: Strike) {
    if strike
        .effects()
        .any(|effect| matches!(effect, Effect::Reset(_)))
    {
        wire.reset.store(true, Ordering::SeqCst);
        return;
    }
    std::future::pending::<()>().await;
    drop(wire);
}

async fn serve<S>(stream: S, line: Line)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Tap {
        stream,
        heard: Arc::clone(&line.heard),
    };
    let end = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(
            TokioIo::new(stream),
            service_fn(|request| answer(&line, request)),
        )
        .await;
    let rest = line.heard.take_all();
    if !rest.is_empty() {
        let refused = end.err().and_then(|error| refusal(&error));
        line.shared.lock().overhear(line.arrival(rest), refused);
        line.shared.notify();
    }
}

/// The status that hyper gives to what it can not read.
fn refusal(error: &hyper::Error) -> Option<StatusCode> {
    if error.is_parse_too_large() {
        Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
    } else {
        error.is_parse().then_some(StatusCode::BAD_REQUEST)
    }
}

/// Takes one request through the mock, with the waits and the damage that faults ask for.
async fn answer(line: &Line, request: Request<Incoming>) -> Result<Response<WireBody>> {
    let shared = &line.shared;
    let request = collect(request).await?;
    let raw = if request.body().len() > MAX_BODY {
        line.heard.take_all()
    } else {
        line.heard.take(request.headers())
    };
    let is_head = request.method() == Method::HEAD;
    let exchange = shared.lock().open(request, Some(line.arrival(raw)));
    let sequence = exchange.sequence;
    let mut watch = Watch {
        shared: Arc::clone(shared),
        sequence,
        whole: false,
    };
    shared.notify();
    let barrier = exchange.strike.as_ref().and_then(barrier);
    hold(shared, barrier.as_ref(), false).await;
    let settled = shared.lock().commit(exchange);
    hold(shared, barrier.as_ref(), true).await;
    let response = settled.finish();
    shared.lock().close(sequence, &response);
    shared.notify();
    if let Some(&Delay(delay)) = response.extensions().get() {
        tokio::time::sleep(delay).await;
    }
    if is_head || has_no_body(response.status()) {
        watch.is_whole();
    }
    deliver(response, &line.reset, watch).await
}

/// Whether responses of this status end with their headers (RFC 9110 §6.4.1).
fn has_no_body(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// The response as the wire carries it.
async fn deliver(
    response: Response<Vec<u8>>,
    reset: &Arc<AtomicBool>,
    watch: Watch,
) -> Result<Response<WireBody>> {
    match response.extensions().get().copied() {
        None => Ok(response.map(|body| WireBody::whole(body, watch))),
        Some(Cut::Reset) => {
            reset.store(true, Ordering::SeqCst);
            Err(Error::other("reset by a fault"))
        }
        Some(Cut::Hang { after: None }) => std::future::pending().await,
        Some(cut) => Ok(response.map(|body| WireBody::cut(body, cut, reset, watch))),
    }
}

/// Waits at the barrier, if there is one on this side of the commit.
async fn hold(shared: &Arc<Shared>, barrier: Option<&(String, bool)>, after_commit: bool) {
    let Some((name, _)) = barrier.filter(|(_, after)| *after == after_commit) else {
        return;
    };
    let passes = shared.lock().gates.arrive(name);
    let _leaving = Leaving { shared, name };
    shared.notify();
    // A barrier that is closed lets everybody pass.
    if let Ok(pass) = passes.acquire().await {
        pass.forget();
    }
}

/// Leaves the barrier, also when the client gives up waiting.
struct Leaving<'a> {
    shared: &'a Shared,
    name: &'a str,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.shared.lock().gates.leave(self.name);
    }
}

fn barrier(strike: &Strike) -> Option<(String, bool)> {
    strike.effects().find_map(|effect| match effect {
        Effect::Barrier { name, after_commit } => Some((name.clone(), *after_commit)),
        _ => None,
    })
}

async fn answer_control(
    namespaces: &Namespaces,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let response = match collect(request).await {
        Ok(request) => control::answer(namespaces, &request),
        Err(_) => Response::new(Vec::new()),
    };
    response.map(|body| Full::new(Bytes::from(body)))
}

/// The whole request. A body beyond the limit is cut, which is still too large for every route.
async fn collect(request: Request<Incoming>) -> Result<Request<Vec<u8>>> {
    let (mut parts, mut body) = request.into_parts();
    detach(&mut parts);
    let mut bytes = Vec::new();
    while !body.is_end_stream() && bytes.len() <= MAX_BODY {
        let Some(frame) = body.frame().await else {
            break;
        };
        if let Ok(data) = frame.map_err(Error::other)?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Request::from_parts(parts, bytes))
}

/// Gives address and headers memory of their own. As they come they share the buffer they were read into,
/// and the journal would keep all of it.
fn detach(parts: &mut Parts) {
    if let Ok(own) = parts.uri.to_string().parse() {
        parts.uri = own;
    }
    for value in parts.headers.values_mut() {
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = own;
        }
    }
}

const MAX_BODY: usize = 2 << 20;
