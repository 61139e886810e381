//! Doors without a world behind them.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Request, Response};
use lakekey_cloud::{Azure, Cloud};
use lakekey_core::{
    Attribute, BoxFuture, Clock, Code, Context, Error, HttpClient, Kind, Limits, Login, Origin,
    Settings, TokenSource,
};

/// The moment at which the tests take place, in seconds since 1970.
pub(crate) const NOW: u64 = 1_900_000_000;

pub(crate) fn settings(given: &[(&Attribute, &str)]) -> Settings {
    given
        .iter()
        .fold(Settings::default(), |settings, (attribute, value)| {
            settings.with(attribute, *value, Origin::Explicit)
        })
}

/// The login of one of Azure's strategies.
pub(crate) fn login(name: &str, settings: &Settings) -> Result<Option<Login>, Error> {
    let strategies = Azure.strategies();
    let strategy = strategies.iter().find(|strategy| strategy.name() == name);
    strategy.expect("a strategy of Azure").login(settings)
}

/// An HTTP client that gives prepared answers and keeps what it was asked.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    answers: Mutex<Vec<Result<Response<Vec<u8>>, Error>>>,
    pub(crate) asked: Mutex<Vec<Request<Vec<u8>>>>,
}

impl Wire {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Response<Vec<u8>>>) -> Arc<Self> {
        let mut answers: Vec<_> = answers.into_iter().map(Ok).collect();
        answers.reverse();
        Arc::new(Self {
            answers: Mutex::new(answers),
            asked: Mutex::default(),
        })
    }

    /// Method, address and body of each request, one a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let lines = asked.iter().map(|request| {
            let (method, uri) = (request.method(), request.uri());
            let body = String::from_utf8_lossy(request.body());
            format!("{method} {uri} {body}").trim_end().to_owned()
        });
        lines.collect()
    }
}

impl HttpClient for Wire {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop();
        let nothing = || Err(Error::new(Code::Transport, "there is no network"));
        Box::pin(async move { answer.unwrap_or_else(nothing) })
    }
}

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        std::thread::yield_now();
        Box::pin(async {})
    }
}

pub(crate) fn context(wire: &Arc<Wire>) -> Context {
    Context::new(wire.clone(), Arc::new(Still))
}

pub(crate) fn json(status: u16, body: &str) -> Response<Vec<u8>> {
    let response = Response::builder().status(status);
    let response = response.header("content-type", "application/json; charset=utf-8");
    response.body(body.as_bytes().to_vec()).unwrap()
}

pub(crate) fn token(text: &str) -> Response<Vec<u8>> {
    json(
        200,
        &format!(r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":"3599"}}"#),
    )
}

/// Each header with its value, as requests would carry them.
pub(crate) fn headers(login: &Login, cx: &Context) -> Result<Vec<String>, Error> {
    let value = |source: &dyn TokenSource| match wait(source.token(cx)) {
        Ok(token) => Ok(Some(token.access().expose().to_owned())),
        Err(error) if error.kind() == Kind::Absent => Ok(None),
        Err(error) => Err(error),
    };
    let first = wait(login.authorization.token(cx))?;
    let mut lines = vec![format!("authorization: {}", first.access().expose())];
    for (name, source) in &login.headers {
        if let Some(value) = value(&**source)? {
            lines.push(format!("{name}: {value}"));
        }
    }
    Ok(lines)
}

/// How long the whole exchange may take.
pub(crate) fn total(request: &Request<Vec<u8>>) -> Duration {
    let limits = request.extensions().get::<Limits>();
    limits.copied().unwrap_or_default().total
}

/// Runs a future that waits for nothing but these doors.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut cx = std::task::Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
    }
}
