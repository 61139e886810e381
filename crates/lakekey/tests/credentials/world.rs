//! A mock behind the HTTP door, and a clock that tests move.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::{Request, Response};
use lakekey::{Clock, Code, Credentials, Environment, Error, HttpClient, Ports};
use lakekey_core::BoxFuture;
use lakekey_mock::{Consent, Cut, Mock, Setup};
use lakekey_store::{MemoryStore, TokenStore};
use url::Url;

pub(crate) const HOST: &str = "https://adb-1.cloud.databricks.com";

/// One machine: a mock that answers for every host, a clock, a store.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) door: Arc<Door>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) store: MemoryStore,
}

impl World {
    pub(crate) fn new(setup: Setup) -> Self {
        Self::with_store(setup, MemoryStore::new())
    }

    pub(crate) fn with_store(mut setup: Setup, store: MemoryStore) -> Self {
        setup.consent = Consent::Approve;
        let clock = Arc::new(TestClock::default());
        let mut mock = Mock::new(setup);
        mock.clock().set(clock.now());
        Self {
            door: Arc::new(Door(Mutex::new(mock))),
            clock,
            store,
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        self.builder().host(HOST).build().unwrap()
    }

    pub(crate) fn builder(&self) -> lakekey::Builder {
        Credentials::builder()
            .environment(Environment::default())
            .store(Arc::new(self.store.clone()))
            .http(self.door.clone())
            .clock(self.clock.clone())
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.mock(|mock| mock.clock().advance(by));
    }

    pub(crate) fn mock<T>(&self, work: impl FnOnce(&mut Mock) -> T) -> T {
        work(&mut self.door.0.lock().unwrap())
    }

    /// How many requests the token endpoint got with this grant.
    pub(crate) fn posts(&self, grant: &str) -> usize {
        self.mock(|mock| {
            let posts = mock
                .requests()
                .iter()
                .filter(|request| request.path().ends_with("/token"));
            posts
                .filter(|request| request.param("grant_type").as_deref() == Some(grant))
                .count()
        })
    }

    /// How many times the host was asked what it is.
    pub(crate) fn asked(&self) -> usize {
        self.mock(|mock| {
            let requests = mock.requests().iter();
            requests
                .filter(|request| request.path() == "/.well-known/databricks-config")
                .count()
        })
    }

    /// Signs in as a person would, with the mock as the browser.
    pub(crate) async fn sign_in(
        &self,
        credentials: &Credentials,
    ) -> Result<lakekey::SignedIn, Error> {
        let attempt = credentials.sign_in().ports(Ports::Any).start().await?;
        let callback = self.approve(attempt.url());
        attempt.inbox().offer(&callback)?;
        attempt.wait().await
    }

    /// The redirect that an approving person's browser is sent to.
    pub(crate) fn approve(&self, url: &Url) -> String {
        let request = Request::get(url.as_str()).header("host", url.authority());
        let response = self.mock(|mock| mock.handle(request.body(Vec::new()).unwrap()));
        let location = response.headers().get("location").expect("a redirect");
        location.to_str().unwrap().to_owned()
    }

    pub(crate) fn store(&self) -> &dyn TokenStore {
        &self.store
    }
}

/// The mock, straight behind the door.
#[derive(Debug)]
pub(crate) struct Door(Mutex<Mock>);

impl HttpClient for Door {
    fn send(
        &self,
        mut request: Request<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        let authority = request
            .uri()
            .authority()
            .expect("an absolute address")
            .to_string();
        request
            .headers_mut()
            .insert("host", authority.parse().unwrap());
        let response = self.0.lock().unwrap().handle(request);
        Box::pin(async move {
            if response.extensions().get::<Cut>().is_some() {
                return Err(Error::new(Code::Transport, "the connection broke"));
            }
            Ok(response)
        })
    }
}

/// Both clocks of a machine, moved together or apart.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<(SystemTime, Duration)>);

impl Default for TestClock {
    fn default() -> Self {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        Self(Mutex::new((start, Duration::from_secs(1000))))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        now.0 += by;
        now.1 += by;
    }

    /// Steps the wall clock back alone.
    pub(crate) fn step_back(&self, by: Duration) {
        self.0.lock().unwrap().0 -= by;
    }

    /// What a sleep of the machine looks like: only the wall clock moves.
    pub(crate) fn suspend(&self, by: Duration) {
        self.0.lock().unwrap().0 += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.0.lock().unwrap().0
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().1
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.advance(duration);
        Box::pin(std::future::ready(()))
    }
}
