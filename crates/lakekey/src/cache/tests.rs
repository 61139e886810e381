//! Every order in which callers can share one mint: they are polled one at a time, each choice of
//! who comes next is tried, and one of them may go away at any moment.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context as Waking, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use http::{Request, Response};
use lakekey_core::{
    BoxFuture, Clock, Code, Context, Demand, Error, HttpClient, Login, Settings, Strategy, Token,
    TokenSource,
};

use super::Cache;
use crate::chain::Chain;

#[test]
fn all_who_ask_share_one_mint_and_none_is_left_waiting() {
    let tried = Schedule::all(|schedule| {
        let end = Herd::new(false).run(schedule);
        assert_eq!(end.minted, 1, "whoever mints to the end mints for all");
        let tokens = end.results.iter().flatten();
        assert!(tokens.clone().all(Result::is_ok), "{end:?}");
        assert_eq!(tokens.count() + end.gone, CALLERS);
        assert!(end.begun <= 1 + end.gone, "{end:?}");
    });
    assert!(tried > 4000, "{tried} orders are all of them");
}

#[test]
fn those_who_waited_for_a_mint_that_failed_do_not_mint_again() {
    Schedule::all(|schedule| {
        let end = Herd::new(true).run(schedule);
        let errors = end.results.iter().flatten();
        assert!(
            errors
                .clone()
                .all(|result| result == &Err(Code::ServerError))
        );
        assert_eq!(errors.count() + end.gone, CALLERS);
        assert!(end.minted <= 1 + end.late, "{end:?}");
    });
}

/// Callers of one cache.
struct Herd {
    cache: Arc<Cache>,
    mint: Arc<Mint>,
}

/// What came of them.
#[derive(Debug)]
struct End {
    results: Vec<Option<Result<Token, Code>>>,
    /// How many went away.
    gone: usize,
    /// How many mints began, and how many were carried to their end.
    begun: usize,
    minted: usize,
    /// How many asked after a mint had failed.
    late: usize,
}

impl Herd {
    fn new(fails: bool) -> Self {
        let mint = Arc::new(Mint {
            fails,
            ..Mint::default()
        });
        let strategies: [Box<dyn Strategy>; 1] = [Box::new(Minting(Arc::clone(&mint)))];
        let chain = Chain::new(&strategies, &Settings::default()).unwrap();
        let cx = Context::new(Arc::new(Outside), Arc::new(Outside));
        Self {
            cache: Arc::new(Cache::new(chain, cx, false)),
            mint,
        }
    }

    /// Lets them go on one by one until each is at its end.
    fn run(self, schedule: &mut Schedule) -> End {
        let Self { cache, mint } = &self;
        let mut callers: Vec<_> = (0..CALLERS).map(|_| Caller::of(cache)).collect();
        let mut end = End {
            results: vec![None; CALLERS],
            gone: 0,
            begun: 0,
            minted: 0,
            late: 0,
        };
        loop {
            let open = |caller: &Caller| caller.future.is_some();
            let awake: Vec<_> = (0..CALLERS).filter(|&it| callers[it].is_awake()).collect();
            let mut moves: Vec<_> = awake.iter().map(|&it| (it, true)).collect();
            if end.gone == 0 {
                let all = (0..CALLERS).filter(|&it| open(&callers[it]));
                moves.extend(all.map(|it| (it, false)));
            }
            if !callers.iter().any(open) {
                break;
            }
            assert!(!awake.is_empty(), "a wake-up was lost");
            let (who, goes_on) = moves[schedule.choose(moves.len())];
            if !goes_on {
                callers[who].future = None;
                end.gone += 1;
                continue;
            }
            let has_failed = mint.fails && mint.minted.load(Ordering::Relaxed) > 0;
            end.late += usize::from(!callers[who].begun && has_failed);
            end.results[who] = callers[who].poll();
        }
        end.begun = mint.begun.load(Ordering::Relaxed);
        end.minted = mint.minted.load(Ordering::Relaxed);
        end
    }
}

/// One caller, polled only when it was woken.
struct Caller {
    future: Option<BoxFuture<'static, Result<Token, Error>>>,
    woken: Arc<Woken>,
    begun: bool,
}

impl Caller {
    fn of(cache: &Arc<Cache>) -> Self {
        let cache = Arc::clone(cache);
        Self {
            future: Some(Box::pin(async move { cache.token(Demand::Usable).await })),
            woken: Arc::new(Woken(AtomicBool::new(true))),
            begun: false,
        }
    }

    fn is_awake(&self) -> bool {
        self.future.is_some() && self.woken.0.load(Ordering::Relaxed)
    }

    fn poll(&mut self) -> Option<Result<Token, Code>> {
        self.begun = true;
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.woken));
        let future = self.future.as_mut()?;
        let Poll::Ready(result) = future.as_mut().poll(&mut Waking::from_waker(&waker)) else {
            return None;
        };
        self.future = None;
        Some(result.map_err(|error| error.code()))
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Choices in the order in which they come up, with how many there were of each.
#[derive(Default)]
struct Schedule {
    choices: Vec<(usize, usize)>,
    next: usize,
}

impl Schedule {
    /// Calls `run` once for every sequence of choices, and says how many there were.
    fn all(run: impl Fn(&mut Self)) -> usize {
        let mut schedule = Self::default();
        for tried in 1.. {
            schedule.next = 0;
            run(&mut schedule);
            while schedule
                .choices
                .pop_if(|(chosen, of)| *chosen + 1 == *of)
                .is_some()
            {}
            match schedule.choices.last_mut() {
                Some((chosen, _)) => *chosen += 1,
                None => return tried,
            }
        }
        unreachable!("there are finitely many orders")
    }

    fn choose(&mut self, of: usize) -> usize {
        if self.next == self.choices.len() {
            self.choices.push((0, of));
        }
        let (chosen, options) = self.choices[self.next];
        assert_eq!(options, of, "the same choices lead to the same place");
        self.next += 1;
        chosen
    }
}

/// A mint that takes a while, of which there must never be two at once.
#[derive(Debug, Default)]
struct Mint {
    fails: bool,
    begun: AtomicUsize,
    minted: AtomicUsize,
    busy: AtomicBool,
}

#[derive(Debug)]
struct Minting(Arc<Mint>);

impl Strategy for Minting {
    fn name(&self) -> &'static str {
        "minting"
    }

    fn login(&self, _: &Settings) -> Result<Option<Login>, Error> {
        Ok(Some(Login::bearer(Minting(Arc::clone(&self.0)))))
    }
}

impl TokenSource for Minting {
    fn token<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async {
            let mint = &self.0;
            mint.begun.fetch_add(1, Ordering::Relaxed);
            let was_busy = mint.busy.swap(true, Ordering::Relaxed);
            assert!(!was_busy, "there is one mint at a time");
            let _busy = Busy(mint);
            Pause(false).await;
            Pause(false).await;
            mint.minted.fetch_add(1, Ordering::Relaxed);
            if mint.fails {
                return Err(Error::new(Code::ServerError, "as told"));
            }
            Ok(Token::bearer("t").lasting(Outside.now(), Duration::from_secs(3600)))
        })
    }
}

/// Ends with the mint, also where whoever minted goes away.
struct Busy<'a>(&'a Mint);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
    }
}

/// Lets others go first, once.
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Waking<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// No network, and a clock that stands still.
#[derive(Debug)]
struct Outside;

impl HttpClient for Outside {
    fn send(&self, _: Request<Vec<u8>>) -> BoxFuture<'_, Result<Response<Vec<u8>>, Error>> {
        unreachable!("nothing is sent")
    }
}

impl Clock for Outside {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        unreachable!("nobody sleeps")
    }
}

const CALLERS: usize = 4;
