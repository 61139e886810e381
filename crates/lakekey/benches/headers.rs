//! What a cached token costs a program: `Credentials::headers()` on one thread and on two.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use lakekey::{Clock, Credentials, Environment, SystemClock, Token};
use lakekey_store::{Key, MemoryStore, TokenStore};
use tokio::runtime::Runtime;

const HOST: &str = "https://adb-1.cloud.databricks.com";

fn credentials() -> Credentials {
    let store = MemoryStore::new();
    let token =
        Token::bearer("x".repeat(1200)).lasting(SystemClock.now(), Duration::from_secs(3600));
    store
        .save(&Key::new(HOST), &token)
        .expect("memory takes it");
    Credentials::builder()
        .environment(Environment::default())
        .store(Arc::new(store))
        .host(HOST)
        .build()
        .expect("a host is enough")
}

fn cached(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let credentials = credentials();
    runtime
        .block_on(credentials.headers())
        .expect("a stored token");

    let mut group = criterion.benchmark_group("headers, cached");
    group.bench_function("one thread", |bencher| {
        bencher.iter_custom(|rounds| runtime.block_on(timed(credentials.clone(), rounds)));
    });
    group.bench_function("two threads, a call each", |bencher| {
        bencher.iter_custom(|rounds| {
            let (one, two) = (credentials.clone(), credentials.clone());
            runtime.block_on(async move {
                let other = tokio::spawn(timed(two, rounds));
                let own = tokio::spawn(timed(one, rounds)).await.expect("no panic");
                own.max(other.await.expect("no panic"))
            })
        });
    });
    group.bench_function("for comparison: the two clocks alone", |bencher| {
        bencher.iter(|| {
            (
                black_box(SystemClock.now()),
                black_box(SystemClock.elapsed()),
            )
        });
    });
    group.finish();
}

#[expect(clippy::disallowed_methods, reason = "a benchmark times by itself")]
async fn timed(credentials: Credentials, rounds: u64) -> Duration {
    let started = Instant::now();
    for _ in 0..rounds {
        black_box(credentials.headers().await.expect("cached"));
    }
    started.elapsed()
}

criterion_group!(benches, cached);
criterion_main!(benches);
