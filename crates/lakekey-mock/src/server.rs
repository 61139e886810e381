//! The mock itself.

use std::{collections::HashMap, fmt, sync::Arc, time::SystemTime};

use http::{HeaderValue, Request, Response, StatusCode};
use sha2::{Digest, Sha256};

use crate::{
    Counters, Fault, FaultError, FaultReport, MockClock, Recorded, Setup, User,
    calendar::{http_date, unix_seconds},
    dice::{Dice, base64url},
    exchange::{Answer, Content, Exchange, Settled},
    fault::{FaultBook, Sight, Strike},
    journal::{Arrival, Journal, secrets},
    keys::Keys,
    listen::{Gates, Listening},
    reply,
    routes::{self, Visit},
    state::State,
};

/// A Databricks OIDC server as a value: requests go in, responses come out.
///
/// ```
/// use http::Request;
/// use lakekey_mock::{Mock, Setup};
///
/// let mut mock = Mock::new(Setup::workspace());
/// let request = Request::get("https://example.cloud.databricks.com/oidc/v1/authorize").body(Vec::new())?;
/// assert_eq!(mock.handle(request).status(), 400);
/// assert_eq!(mock.requests()[0].rule, Some("authorize.client.missing"));
/// # Ok::<(), http::Error>(())
/// ```
pub struct Mock {
    pub(crate) world: World,
    pub(crate) faults: FaultBook,
    pub(crate) gates: Gates,
    journal: Journal,
    initial: Setup,
    resets: u64,
    date: (u64, HeaderValue),
}

/// Everything the routes read and change.
pub(crate) struct World {
    pub(crate) setup: Setup,
    pub(crate) state: State,
    pub(crate) dice: Dice,
    pub(crate) keys: Keys,
    /// Metadata documents by origin and path, written once.
    pub(crate) documents: HashMap<String, Vec<u8>>,
}

impl Mock {
    /// A mock that has seen nothing yet. Faults of the setup that are not in the catalogue are left out;
    /// [`Mock::inject`] reports them.
    pub fn new(setup: Setup) -> Self {
        let mut mock = Self {
            world: World::new(setup.clone()),
            faults: FaultBook::default(),
            gates: Gates::default(),
            journal: Journal::new(setup.journal),
            date: (u64::MAX, HeaderValue::from_static("")),
            initial: setup,
            resets: 0,
        };
        mock.inject_initial();
        mock
    }

    /// Answers a request.
    ///
    /// The tenant is told by the host of the URI, or else by the `Host` header. A fault that acts on the
    /// connection shows as a [`Cut`](crate::Cut) or [`Delay`](crate::Delay) among the extensions of the
    /// response; `http.barrier` holds nothing here.
    pub fn handle(&mut self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let exchange = self.open(request, None);
        let settled = self.commit(exchange);
        let sequence = settled.sequence;
        let response = settled.finish();
        self.close(sequence, &response);
        self.end(sequence, true);
        response
    }

    /// The last requests, oldest first; at most [`Setup::journal`] of them.
    pub fn requests(&self) -> &[Recorded] {
        self.journal.entries()
    }

    /// Forgets the requests so far. Numbers go on.
    pub fn forget_requests(&mut self) {
        self.journal.clear();
    }

    /// The setup in force. Changes count from the next request on.
    pub fn setup(&mut self) -> &mut Setup {
        self.world.documents.clear();
        &mut self.world.setup
    }

    /// The clock.
    pub fn clock(&mut self) -> &mut MockClock {
        &mut self.world.setup.clock
    }

    /// Puts a fault in force, after those that are, and gives its id.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if its name is not in the catalogue or a parameter is missing or wrong.
    pub fn inject(&mut self, fault: Fault) -> Result<String, FaultError> {
        // What a fault changes at once, it changes whole or not at all.
        let mut setup = self.world.setup.clone();
        let id = self.faults.add(fault, &mut setup)?;
        self.world.setup = setup;
        Ok(id)
    }

    /// The faults in force, with how often each was hit.
    pub fn faults(&self) -> Vec<FaultReport> {
        self.faults.report()
    }

    /// How often the fault of that id was hit.
    pub fn hits(&self, id: &str) -> u64 {
        self.faults
            .report()
            .into_iter()
            .find(|report| report.id == id)
            .map_or(0, |report| report.hits)
    }

    /// Takes the fault of that id out of force, or all of them. What `token.rotation` and
    /// `clock.server_skew` changed is again as it was at the start.
    pub fn clear_faults(&mut self, id: Option<&str>) {
        for name in self.faults.remove(id) {
            match name.as_str() {
                "token.rotation" => self.world.setup.rotation = self.initial.rotation,
                "clock.server_skew" => {
                    let skew = self.initial.clock.skewed();
                    self.clock().skew(skew);
                }
                _ => {}
            }
        }
    }

    /// What was counted since the start or the last reset.
    pub fn counters(&self) -> Counters {
        self.world.state.counters
    }

    /// Lets the other key sign; the one before stays published until its last tokens have expired.
    pub fn rotate_keys(&mut self) {
        let now = self.now();
        self.world.keys.rotate(now);
    }

    /// Ends every session of that user.
    pub fn revoke_user(&mut self, user_name: &str) {
        self.world.state.revoke_user(user_name);
    }

    /// Ends the session of an access or refresh token. `false` if the token is not one of this mock's.
    pub fn revoke(&mut self, token: &str) -> bool {
        self.world.revoke(token)
    }

    /// Puts that user in front: the one who signs in when nobody chooses.
    pub fn sign_in_as(&mut self, user: User) {
        self.world
            .setup
            .users
            .retain(|known| known.user_name != user.user_name);
        self.world.setup.users.insert(0, user);
    }

    /// Every secret in the journal: codes, tokens and verifiers. For a search through what must not hold them.
    pub fn secrets(&self) -> Vec<String> {
        secrets(self.requests())
    }

    /// Starts over with the setup this mock was made from. The journal is forgotten as well; its numbers go on.
    pub fn reset(&mut self) {
        self.start_over(self.initial.clone());
    }

    /// Starts over with another setup. The numbers of requests go on, so that one that is still being
    /// answered is not taken for another.
    pub(crate) fn start_over(&mut self, setup: Setup) {
        self.world = World::new(setup.clone());
        self.faults = FaultBook::default();
        self.gates.open_all();
        self.journal.start_over(setup.journal);
        self.initial = setup;
        self.resets += 1;
        self.inject_initial();
    }

    /// How often the mock started over: what was read of the journal before is no part of it any more.
    pub(crate) fn resets(&self) -> u64 {
        self.resets
    }

    /// The clock as it was at the start.
    pub(crate) fn initial_clock(&self) -> MockClock {
        self.initial.clock.clone()
    }

    /// The setup that [`Mock::reset`] goes back to.
    pub(crate) fn initial(&self) -> &Setup {
        &self.initial
    }

    /// A fingerprint of everything that decides about future answers, the clock aside.
    pub fn state_hash(&self) -> String {
        let World {
            setup,
            state,
            dice,
            keys,
            documents: _,
        } = &self.world;
        let faults: Vec<_> = self.faults.report();
        base64url(&Sha256::digest(format!(
            "{setup:?}{state:?}{dice:?}{keys:?}{faults:?}"
        )))
    }

    /// Answers on loopback sockets until the returned value is dropped.
    ///
    /// # Errors
    ///
    /// If no socket can be opened, or the certificate can not be made.
    pub fn listen(self) -> std::io::Result<Listening> {
        Listening::start(self)
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.world.setup.clock.now()
    }

    /// Writes the request down and finds the fault that hits it.
    pub(crate) fn open(&mut self, request: Request<Vec<u8>>, arrival: Option<Arrival>) -> Exchange {
        let now = self.now();
        let endpoint = routes::endpoint(request.uri().path());
        let strike = self
            .faults
            .strike(&Sight::of(&request, endpoint, arrival.is_some()));
        let request = Arc::new(request);
        let sequence = self
            .journal
            .open(Arc::clone(&request), endpoint, now, arrival);
        if let (Some(strike), Some(entry)) = (&strike, self.journal.entry(sequence)) {
            entry.faults.push(Arc::clone(&strike.id));
        }
        Exchange {
            sequence,
            endpoint,
            request,
            strike,
        }
    }

    /// Lets the server act on the request.
    pub(crate) fn commit(&mut self, exchange: Exchange) -> Settled {
        let Exchange {
            sequence,
            endpoint,
            request,
            strike,
        } = exchange;
        let now = self.now();
        let acts = strike.as_ref().is_none_or(|strike| strike.acts);
        let answer = if acts {
            routes::answer(&mut self.world, &Visit::new(&request, now), endpoint)
        } else {
            Answer::ready(reply::with(200, "text/plain", Vec::new()))
        };
        let mut strikes: Vec<Strike> = strike.into_iter().collect();
        if matches!(answer.content, Content::Redirect(_)) {
            strikes.extend(self.faults.strike(&Sight::of_redirect(&request, endpoint)));
        }
        if let Some(entry) = self.journal.entry(sequence) {
            entry.rule = answer.rule.map(|rule| rule.id);
            entry.committed = acts;
            entry.committed_at = acts.then_some(now);
            entry.faults = strikes
                .iter()
                .map(|strike| Arc::clone(&strike.id))
                .collect();
        }
        Settled {
            sequence,
            endpoint,
            request,
            strikes,
            answer,
            date: self.date(now),
        }
    }

    /// Writes the answer down.
    pub(crate) fn close(&mut self, sequence: u64, response: &Response<Vec<u8>>) {
        self.journal.close(sequence, response);
    }

    /// Writes down that the answer is over.
    pub(crate) fn end(&mut self, sequence: u64, whole: bool) {
        let now = self.now();
        self.journal.end(sequence, whole, now);
    }

    /// Writes down bytes that became no request.
    pub(crate) fn overhear(&mut self, arrival: Arrival, status: Option<StatusCode>) {
        let now = self.now();
        self.journal.overhear(arrival, status, now);
    }

    fn inject_initial(&mut self) {
        for fault in self.initial.faults.clone() {
            // A fault that is not in the catalogue was refused where it was written down.
            let _ = self.inject(fault);
        }
    }

    fn date(&mut self, now: SystemTime) -> HeaderValue {
        let second = unix_seconds(now);
        if self.date.0 != second {
            self.date = (
                second,
                HeaderValue::from_str(&http_date(now)).unwrap_or(HeaderValue::from_static("")),
            );
        }
        self.date.1.clone()
    }
}

impl World {
    fn new(setup: Setup) -> Self {
        let dice = Dice::new(setup.seed, &setup.namespace);
        let keys = Keys::of(&setup.namespace);
        Self {
            setup,
            state: State::default(),
            dice,
            keys,
            documents: HashMap::new(),
        }
    }

    fn revoke(&mut self, token: &str) -> bool {
        if let Some((family, _)) = crate::mint::read_refresh_token(&self.dice, token) {
            self.state.revoke_family(family);
            return true;
        }
        let Some(claims) = crate::jwt::Parsed::of(token).and_then(|parsed| parsed.claims()) else {
            return false;
        };
        self.state.revoke_id(&claims.jti);
        true
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock")
            .field("target", &self.world.setup.target)
            .field("requests", &self.journal.entries().len())
            .finish_non_exhaustive()
    }
}
