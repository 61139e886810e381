//! Several processes with one expired login, which take turns in any order: one step of one of
//! them at a time, where a step is whatever it does to the store or the network.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use http::{Request, Response};
use lakekey::{Code, Error, HttpClient, Token};
use lakekey_core::BoxFuture;
use lakekey_mock::Setup;
use lakekey_store::{Key, Lease, MemoryStore, Record, StoreError, TokenStore};
use proptest::prelude::*;

use crate::world::{Door, HOST, World};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn one_of_them_renews_and_all_have_its_token(
        processes in 2_usize..4,
        order in prop::collection::vec(any::<u8>(), 0..48),
    ) {
        let world = expired();
        let turns = Arc::new(Turns::new(processes));
        let tokens = turns.run(&world, &order);
        prop_assert_eq!(world.posts("refresh_token"), 1);
        let stored = world.store().load(&Key::new(HOST)).unwrap().unwrap();
        for token in tokens {
            let token = token.map_err(|code| TestCaseError::fail(code.as_str()))?;
            prop_assert_eq!(token.access(), stored.access());
        }
    }
}

/// A machine on which somebody signed in an hour ago.
fn expired() -> World {
    let world = World::new(Setup::workspace());
    let runtime = runtime();
    runtime.block_on(async {
        world.sign_in(&world.credentials()).await.unwrap();
    });
    world.advance(Duration::from_secs(3600));
    world
}

/// Who may take the next step.
#[derive(Debug)]
struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    processes: Vec<Process>,
    holder: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    Busy,
    /// About to take a step; for a lease it has to be free.
    Before {
        lease: bool,
    },
    Ended,
}

impl Turns {
    fn new(processes: usize) -> Self {
        let state = State {
            processes: vec![Process::Busy; processes],
            holder: None,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// What the processes come to, when the bytes say who of those who can takes the next step.
    fn run(self: &Arc<Self>, world: &World, order: &[u8]) -> Vec<Result<Token, Code>> {
        let count = self.state().processes.len();
        thread::scope(|scope| {
            let start = |number| scope.spawn(move || self.process(world, number));
            let processes: Vec<_> = (0..count).map(start).collect();
            let mut order = order
                .iter()
                .copied()
                .map(usize::from)
                .chain(std::iter::repeat(0));
            while let Some(able) = self.able() {
                assert!(!able.is_empty(), "nobody can go on: {:?}", self.state());
                let next = able[order.next().unwrap_or(0) % able.len()];
                self.state().processes[next] = Process::Busy;
                self.changed.notify_all();
            }
            let ends = processes
                .into_iter()
                .map(|it| it.join().expect("it does not panic"));
            ends.collect()
        })
    }

    /// Those who can take a step, once nobody is in the middle of one; `None` when all have ended.
    fn able(&self) -> Option<Vec<usize>> {
        let state = self.wait(|state| !state.processes.contains(&Process::Busy));
        let is_able = |process: &Process| match process {
            Process::Before { lease } => !lease || state.holder.is_none(),
            Process::Busy | Process::Ended => false,
        };
        let all = state.processes.iter().enumerate();
        let able = all.filter(|(_, process)| is_able(process));
        let able = able.map(|(number, _)| number).collect();
        let is_over = state.processes.iter().all(|it| *it == Process::Ended);
        (!is_over).then_some(able)
    }

    fn process(self: &Arc<Self>, world: &World, number: usize) -> Result<Token, Code> {
        let _end = End(self, number);
        let doors = Arc::new(Doors {
            turns: Arc::clone(self),
            number,
            store: world.store.clone(),
            network: Arc::clone(&world.door),
        });
        let builder = world.builder().store(doors.clone()).http(doors);
        let credentials = builder.host(HOST).build().unwrap();
        let token = runtime().block_on(credentials.token());
        token.map_err(|error| error.code())
    }

    /// Waits for the turn of a process.
    fn step(&self, number: usize, lease: bool) {
        self.state().processes[number] = Process::Before { lease };
        self.changed.notify_all();
        let mut state = self.wait(|state| state.processes[number] == Process::Busy);
        if lease {
            state.holder = Some(number);
        }
    }

    fn wait(&self, until: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let patience = Duration::from_secs(60);
        let waited = self
            .changed
            .wait_timeout_while(self.state(), patience, |state| !until(state));
        let (state, waited) = waited.unwrap();
        assert!(!waited.timed_out(), "somebody does not go on: {state:?}");
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// Lets the others go on, however a process ends.
struct End<'a>(&'a Turns, usize);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.state().processes[self.1] = Process::Ended;
        self.0.changed.notify_all();
    }
}

/// Store and network of one process, where each use is a step.
#[derive(Debug)]
struct Doors {
    turns: Arc<Turns>,
    number: usize,
    store: MemoryStore,
    network: Arc<Door>,
}

impl Doors {
    fn step(&self) {
        self.turns.step(self.number, false);
    }
}

impl TokenStore for Doors {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        self.step();
        self.store.load(key)
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        self.step();
        self.store.save(key, token)
    }

    fn replace(&self, key: &Key, held: &Token, token: &Token) -> Result<bool, StoreError> {
        self.step();
        self.store.replace(key, held, token)
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.step();
        self.store.remove(key)
    }

    fn lease(&self, key: &Key, _: Duration) -> Result<Box<dyn Lease>, StoreError> {
        self.turns.step(self.number, true);
        Ok(Box::new(Held {
            lease: self.store.lease(key, Duration::ZERO)?,
            turns: Arc::clone(&self.turns),
        }))
    }
}

impl HttpClient for Doors {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        self.step();
        let is_renewal = request.body().starts_with(b"grant_type=refresh_token");
        let holder = self.turns.state().holder;
        assert!(
            !is_renewal || holder == Some(self.number),
            "it has the lease"
        );
        self.network.send(request)
    }
}

/// The lease of the one store there is, and that somebody has it.
#[derive(Debug)]
struct Held {
    lease: Box<dyn Lease>,
    turns: Arc<Turns>,
}

impl Lease for Held {
    fn record(&self) -> Result<Record, StoreError> {
        self.lease.record()
    }

    fn write(&mut self, record: &Record) -> Result<(), StoreError> {
        self.lease.write(record)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.turns.state().holder = None;
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}
