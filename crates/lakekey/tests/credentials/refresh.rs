//! A login lives on: read from the store, renewed once, never lost.

use std::sync::Arc;
use std::time::Duration;

use lakekey::{Code, Demand, Token};
use lakekey_mock::{Endpoint, Fault, Setup};
use lakekey_store::{Key, Lease, MemoryStore, Record, StoreError, TokenStore};
use tokio::sync::Notify;

use crate::world::{Door, HOST, World};

const HOUR: Duration = Duration::from_secs(3600);

async fn signed_in() -> (World, lakekey::Credentials) {
    let world = World::new(Setup::workspace());
    let credentials = world.credentials();
    world.sign_in(&credentials).await.unwrap();
    (world, credentials)
}

#[tokio::test]
async fn a_sign_in_is_kept_and_used_without_any_further_request() {
    let (world, credentials) = signed_in().await;
    let requests = world.mock(|mock| mock.requests().len());
    let token = credentials.token().await.unwrap();
    assert!(
        token.refresh().is_none(),
        "callers never see the refresh token"
    );
    let another = world.credentials().token().await.unwrap();
    assert_eq!(another.access(), token.access());
    assert_eq!(world.mock(|mock| mock.requests().len()), requests);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_for_all_who_wait() {
    let (world, credentials) = signed_in().await;
    let old = credentials.token().await.unwrap();
    world.advance(HOUR);
    let callers = (0..64).map(|_| {
        let credentials = credentials.clone();
        tokio::spawn(async move { credentials.token().await.unwrap() })
    });
    let mut tokens = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        tokens.push(caller.await.unwrap());
    }
    assert_eq!(world.posts("refresh_token"), 1);
    assert!(
        tokens
            .iter()
            .all(|token| token == &tokens[0] && token != &old)
    );
    let stored = world.store().load(&Key::new(HOST)).unwrap().unwrap();
    assert_eq!(stored.access(), tokens[0].access());
}

#[tokio::test]
async fn a_stale_token_is_handed_out_while_one_task_renews_it() {
    let (world, credentials) = signed_in().await;
    let old = credentials.headers().await.unwrap();
    world.advance(Duration::from_secs(45 * 60));
    let stale = credentials.headers().await.unwrap();
    assert_eq!(stale.authorization(), old.authorization());
    let renewed = credentials.token_on(Demand::Fresh).await.unwrap();
    assert_eq!(world.posts("refresh_token"), 1);
    assert!(
        !old.authorization()
            .unwrap()
            .to_str()
            .unwrap()
            .ends_with(renewed.access().expose())
    );
}

#[tokio::test]
async fn nothing_is_renewed_in_the_background_where_that_is_disabled() {
    let world = World::new(Setup::workspace());
    let builder = |flag: &str| {
        let row = &lakekey::attributes::DISABLE_ASYNC_TOKEN_REFRESH;
        world.builder().host(HOST).set(row, flag)
    };
    let credentials = builder("true").build().unwrap();
    world.sign_in(&credentials).await.unwrap();
    let old = credentials.headers().await.unwrap();
    world.advance(Duration::from_secs(45 * 60));
    for _ in 0..3 {
        let stale = credentials.headers().await.unwrap();
        assert_eq!(stale.authorization(), old.authorization());
        tokio::task::yield_now().await;
    }
    assert_eq!(world.posts("refresh_token"), 0);
    world.advance(HOUR);
    let new = credentials.headers().await.unwrap();
    assert_ne!(new.authorization(), old.authorization());
    assert_eq!(builder("maybe").build().unwrap_err().code(), Code::Config);
}

#[tokio::test]
async fn a_sign_in_without_refresh_token_does_not_ask_for_one() {
    let world = World::new(Setup::workspace());
    let row = &lakekey::attributes::DISABLE_OAUTH_REFRESH_TOKEN;
    let credentials = world.builder().host(HOST).set(row, "true").build().unwrap();
    let signed_in = world.sign_in(&credentials).await.unwrap();
    assert!(signed_in.warnings().is_empty());
    assert_eq!(signed_in.scopes().unwrap().to_string(), "all-apis");
    let stored = world.store().load(&Key::new(HOST)).unwrap().unwrap();
    assert_eq!(stored.refresh(), None);
    world.advance(HOUR);
    let error = credentials.token().await.unwrap_err();
    assert_eq!(error.code(), Code::ReauthRequired);
}

#[tokio::test]
async fn an_early_renewal_that_fails_leaves_the_good_token_in_use() {
    let (world, credentials) = signed_in().await;
    let old = credentials.token().await.unwrap();
    world.advance(Duration::from_secs(45 * 60));
    world
        .mock(|mock| {
            mock.inject(
                Fault::new("http.status")
                    .on(Endpoint::Token)
                    .param("status", 503),
            )
        })
        .unwrap();
    assert_eq!(credentials.token_on(Demand::Fresh).await.unwrap(), old);
    world.advance(HOUR);
    let error = credentials.token().await.unwrap_err();
    assert_eq!(error.code(), Code::ServerError);
}

#[tokio::test]
async fn those_who_waited_for_a_renewal_that_failed_do_not_try_again() {
    let (world, _) = signed_in().await;
    world.advance(HOUR);
    let store = Arc::new(Watched {
        store: world.store.clone(),
        asked: Notify::new(),
    });
    let credentials = world.builder().host(HOST).store(store.clone());
    let credentials = credentials.build().unwrap();
    let mut lease = world.store().lease(&Key::new(HOST), HOUR).unwrap();
    let waiting = tokio::spawn({
        let credentials = credentials.clone();
        async move { credentials.token().await }
    });
    store.asked.notified().await;
    let second = Duration::from_secs(1);
    world.advance(second);
    let now = lakekey::Clock::now(&*world.clock);
    let failure = lakekey::Error::new(Code::ServerError, "the server failed");
    let record = Record::default().with_failure(&failure, now);
    lease.write(&record).unwrap();
    drop(lease);
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Code::ServerError);
    assert_eq!(world.posts("refresh_token"), 0);

    world.clock.step_back(Duration::from_secs(10));
    credentials.token().await.unwrap();
    let posts = world.posts("refresh_token");
    assert_eq!(posts, 1, "a failure that is yet to come is none");
}

/// Tells when somebody wants a lease.
#[derive(Debug)]
struct Watched {
    store: MemoryStore,
    asked: Notify,
}

impl TokenStore for Watched {
    fn load(&self, key: &Key) -> Result<Option<Token>, StoreError> {
        self.store.load(key)
    }

    fn save(&self, key: &Key, token: &Token) -> Result<(), StoreError> {
        self.store.save(key, token)
    }

    fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.store.remove(key)
    }

    fn lease(&self, key: &Key, patience: Duration) -> Result<Box<dyn Lease>, StoreError> {
        self.asked.notify_one();
        self.store.lease(key, patience)
    }
}

#[tokio::test]
async fn a_good_token_waits_for_nobody() {
    let (world, credentials) = signed_in().await;
    let old = credentials.token().await.unwrap();
    world.advance(Duration::from_secs(45 * 60));
    let lease = world.store().lease(&Key::new(HOST), HOUR).unwrap();
    assert_eq!(credentials.token_on(Demand::Fresh).await.unwrap(), old);
    assert_eq!(world.posts("refresh_token"), 0);
    drop(lease);
    assert_ne!(credentials.token_on(Demand::Fresh).await.unwrap(), old);
}

#[tokio::test]
async fn an_expired_token_waits_for_another_no_longer_than_told() {
    let (world, _) = signed_in().await;
    world.advance(HOUR);
    let lease = world.store().lease(&Key::new(HOST), HOUR).unwrap();
    let builder = world.builder().host(HOST).patience(Duration::ZERO);
    let hasty = builder.build().unwrap();
    let error = hasty.token().await.unwrap_err();
    assert_eq!(error.code(), Code::StoreLocked);
    drop(lease);
    hasty.token().await.unwrap();
    assert_eq!(world.posts("refresh_token"), 1);
}

#[tokio::test]
async fn an_early_renewal_that_failed_is_left_alone_for_a_minute() {
    let (world, credentials) = signed_in().await;
    let old = credentials.token().await.unwrap();
    world.advance(Duration::from_secs(41 * 60));
    let fault = Fault::new("http.status").on(Endpoint::Token);
    world
        .mock(|mock| mock.inject(fault.param("status", 503)))
        .unwrap();
    for _ in 0..3 {
        let another = world.credentials();
        assert_eq!(another.token_on(Demand::Fresh).await.unwrap(), old);
    }
    let series = world.posts("refresh_token");
    assert!(series <= 3, "one series of attempts, not {series}");
    world.advance(Duration::from_secs(61));
    assert_eq!(credentials.token_on(Demand::Fresh).await.unwrap(), old);
    assert!(world.posts("refresh_token") > series);
}

#[tokio::test]
async fn a_forced_renewal_is_shared_by_those_who_asked_before_it_started() {
    let (world, credentials) = signed_in().await;
    let before = credentials.token().await.unwrap();
    world.advance(Duration::from_secs(1));
    let now = lakekey::Clock::now(&*world.clock);
    let first = credentials
        .token_on(Demand::MintedSince(now))
        .await
        .unwrap();
    let second = world
        .credentials()
        .token_on(Demand::MintedSince(now))
        .await
        .unwrap();
    assert_ne!(first, before);
    assert_eq!(first.access(), second.access());
    assert_eq!(world.posts("refresh_token"), 1);
}

#[tokio::test]
async fn a_renewal_that_is_forced_right_after_another_one_gathers_those_who_ask_meanwhile() {
    let (world, credentials) = signed_in().await;
    let now = || lakekey::Clock::now(&*world.clock);
    let (second, instant) = (Duration::from_secs(1), Duration::from_nanos(1));
    world.advance(second);
    let start = now();
    let forced = async |moment| {
        credentials
            .token_on(Demand::MintedSince(moment))
            .await
            .unwrap()
    };
    let first = forced(start).await;
    assert_eq!(now(), start, "the one before was long ago");

    world.advance(Duration::from_millis(100));
    let next = forced(start + instant).await;
    assert_ne!(first, next);
    assert_eq!(now(), start + Duration::from_millis(300));
    assert_eq!(forced(start + 2 * instant).await, next, "it is shared");
    assert_eq!(world.posts("refresh_token"), 2);
}

#[tokio::test]
async fn a_refused_refresh_token_is_asked_about_once() {
    let (world, credentials) = signed_in().await;
    world.advance(HOUR);
    world.mock(|mock| mock.revoke_user("someone@example.com"));
    world
        .mock(|mock| {
            mock.inject(
                Fault::new("token.error")
                    .on(Endpoint::Token)
                    .param("error", "invalid_grant"),
            )
        })
        .unwrap();
    for credentials in [credentials, world.credentials(), world.credentials()] {
        let error = credentials.token().await.unwrap_err();
        assert_eq!(error.code(), Code::ReauthRequired);
        assert_eq!(
            error.hint(),
            Some("lakekey auth login --host https://adb-1.cloud.databricks.com")
        );
    }
    assert_eq!(world.posts("refresh_token"), 1);
    world.mock(|mock| mock.clear_faults(None));
    let credentials = world.credentials();
    world.sign_in(&credentials).await.unwrap();
    credentials.token().await.unwrap();
}

#[tokio::test]
async fn a_token_rotated_by_another_tool_is_found_before_giving_up() {
    let (world, credentials) = signed_in().await;
    world.advance(HOUR);
    let key = Key::new(HOST);
    let spent = world.store().load(&key).unwrap().unwrap();
    let fresh = Token::bearer("from-elsewhere")
        .lasting(lakekey::Clock::now(&*world.clock), HOUR)
        .with_refresh("r-2");
    let (door, store) = (world.door.clone(), world.store.clone());
    let swap = Swap {
        door,
        store,
        key,
        fresh: fresh.clone(),
        spent,
    };
    let credentials_of_ours = world
        .builder()
        .host(HOST)
        .http(Arc::new(swap))
        .build()
        .unwrap();
    drop(credentials);
    let token = credentials_of_ours.token().await.unwrap();
    assert_eq!(token.access(), fresh.access());
}

/// Refuses every refresh, and meanwhile plays the tool that did it first.
#[derive(Debug)]
struct Swap {
    door: Arc<Door>,
    store: MemoryStore,
    key: Key,
    fresh: Token,
    spent: Token,
}

impl lakekey::HttpClient for Swap {
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> lakekey_core::BoxFuture<'_, Result<http::Response<Vec<u8>>, lakekey::Error>> {
        if request.uri().path() != "/oidc/v1/token" {
            return self.door.send(request);
        }
        let sent = String::from_utf8(request.into_body()).unwrap();
        assert!(sent.contains(self.spent.refresh().unwrap().expose()));
        self.store.save(&self.key, &self.fresh).unwrap();
        let body = br#"{"error":"invalid_grant"}"#.to_vec();
        let response = http::Response::builder()
            .status(400)
            .header("content-type", "application/json");
        Box::pin(std::future::ready(Ok(response.body(body).unwrap())))
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_lose_the_rotated_token() {
    let (world, credentials) = signed_in().await;
    world.advance(HOUR);
    let old = world.store().load(&Key::new(HOST)).unwrap().unwrap();
    let asking = tokio::spawn(async move { credentials.token().await });
    tokio::task::yield_now().await;
    asking.abort();
    let _ = asking.await;
    let token = world.credentials().token().await.unwrap();
    let stored = world.store().load(&Key::new(HOST)).unwrap().unwrap();
    assert_ne!(stored.refresh(), old.refresh());
    assert_eq!(stored.access(), token.access());
    assert!(world.posts("refresh_token") <= 1);
}

#[tokio::test]
async fn neither_a_sleep_nor_a_stepped_clock_keeps_an_expired_token() {
    let (world, credentials) = signed_in().await;
    credentials.headers().await.unwrap();
    world.clock.suspend(HOUR);
    credentials.headers().await.unwrap();
    assert_eq!(world.posts("refresh_token"), 1);
    world.clock.advance(HOUR);
    world.clock.step_back(HOUR);
    credentials.headers().await.unwrap();
    assert_eq!(world.posts("refresh_token"), 2);
}

/// 24 hours of tokens that live for 90 seconds, with a request every 10.
#[tokio::test]
async fn a_day_of_short_tokens_has_no_gap() {
    let (world, credentials) = signed_in().await;
    world.mock(|mock| mock.setup().lifetimes.access = Duration::from_secs(90));
    let step = Duration::from_secs(10);
    let day = 24 * HOUR;
    for _ in 0..day.as_secs() / step.as_secs() {
        world.advance(step);
        let token = credentials.token_on(Demand::Fresh).await.unwrap();
        let left = token
            .expiry()
            .unwrap()
            .duration_since(lakekey::Clock::now(&*world.clock));
        assert!(left.is_ok(), "a token that has ended was handed out");
    }
    // A token of 90 s is renewed at the first question of its second half: after 50 s, since there
    // is one every 10. The first one, of an hour, lasts for 40 minutes.
    let expected = (day.as_secs() - 2400) / 50;
    let renewals = world.posts("refresh_token") as u64;
    assert!(
        renewals.abs_diff(expected) <= 1,
        "{renewals}, not {expected}"
    );
}

#[tokio::test]
async fn signing_out_forgets_every_name_of_the_login() {
    let (world, credentials) = signed_in().await;
    assert!(credentials.sign_out().await.unwrap());
    assert!(!credentials.sign_out().await.unwrap());
    assert_eq!(
        credentials.token().await.unwrap_err().code(),
        Code::NotLoggedIn
    );
    assert_eq!(world.store().load(&Key::new(HOST)).unwrap(), None);
}
