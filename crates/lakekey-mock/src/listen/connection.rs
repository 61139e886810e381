//! One connection at a time.

use std::{
    convert::Infallible,
    io::{Error, Result},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
};

use http::{HeaderValue, Request, Response, request::Parts};
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

use super::{Namespaces, Shared};
use crate::{
    Cut, Delay, control,
    fault::{Effect, Sight, Strike},
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
    let number = shared.next_connection();
    let wire = Wire {
        stream,
        reset: Arc::new(AtomicBool::new(false)),
    };
    let strike = shared.lock().faults.strike(&Sight::of_accept());
    if let Some(strike) = strike {
        return refuse(wire, strike).await;
    }
    let reset = Arc::clone(&wire.reset);
    match tls {
        Some(tls) => {
            if let Ok(stream) = tls.accept(wire).await {
                serve(stream, shared, number, reset).await;
            }
        }
        None => serve(wire, shared, number, reset).await,
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

async fn serve<S>(stream: S, shared: Arc<Shared>, number: u64, reset: Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service =
        service_fn(|request| answer(Arc::clone(&shared), request, number, Arc::clone(&reset)));
    // A connection that ends early was ended by a fault or by the client.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Takes one request through the mock, with the waits and the damage that faults ask for.
async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    number: u64,
    reset: Arc<AtomicBool>,
) -> Result<Response<WireBody>> {
    let request = collect(request).await?;
    let exchange = shared.lock().open(request, Some(number));
    shared.notify();
    let barrier = exchange.strike.as_ref().and_then(barrier);
    hold(&shared, barrier.as_ref(), false).await;
    let settled = shared.lock().commit(exchange);
    hold(&shared, barrier.as_ref(), true).await;
    let sequence = settled.sequence;
    let response = settled.finish();
    shared.lock().close(sequence, &response);
    shared.notify();
    if let Some(&Delay(delay)) = response.extensions().get() {
        tokio::time::sleep(delay).await;
    }
    deliver(response, &reset).await
}

/// The response as the wire carries it.
async fn deliver(
    response: Response<Vec<u8>>,
    reset: &Arc<AtomicBool>,
) -> Result<Response<WireBody>> {
    match response.extensions().get().copied() {
        None => Ok(response.map(WireBody::whole)),
        Some(Cut::Reset) => {
            reset.store(true, Ordering::SeqCst);
            Err(Error::other("reset by a fault"))
        }
        Some(Cut::Hang { after: None }) => std::future::pending().await,
        Some(cut) => Ok(response.map(|body| WireBody::cut(body, cut, reset))),
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
