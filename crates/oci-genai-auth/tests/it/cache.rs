//! Credential caching: one refresh at a time, and no unnecessary waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oci_genai_auth::provider::BoxFuture;
use oci_genai_auth::{
    ApiKey, Credentials, CredentialsCache, Error, ErrorKind, ManualTimeSource, ProvideCredentials,
    Result, TimeSource as _,
};
use tokio::sync::Semaphore;

use crate::support::noon;

const LIFE: Duration = Duration::from_secs(1000);

/// A provider that counts its calls; each waits for a permit.
#[derive(Debug)]
struct Gated {
    clock: ManualTimeSource,
    calls: AtomicUsize,
    gate: Semaphore,
    fails: AtomicUsize,
}

impl ProvideCredentials for Gated {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async {
            let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            self.gate.acquire().await.unwrap().forget();
            if self.fails.load(Ordering::SeqCst) > 0 {
                self.fails.fetch_sub(1, Ordering::SeqCst);
                return Err(Error::new(ErrorKind::Unavailable, "down"));
            }
            let key = ApiKey::new(format!("key-{call}"))?;
            Ok(Credentials::bearer(key).with_expiry(self.clock.now() + LIFE))
        })
    }
}

fn gated() -> (Arc<Gated>, CredentialsCache, ManualTimeSource) {
    let clock = ManualTimeSource::new(noon());
    let provider = Arc::new(Gated {
        clock: clock.clone(),
        calls: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        fails: AtomicUsize::new(0),
    });
    let cache = CredentialsCache::with_time_source(Arc::clone(&provider), clock.clone());
    (provider, cache, clock)
}

async fn key(cache: &CredentialsCache) -> Result<String> {
    cache
        .credentials()
        .await
        .map(|found| found.api_key().unwrap().expose().to_owned())
}

/// Runs all tasks that can make progress.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn ten_thousand_requests_during_a_refresh_make_one_refresh_and_none_waits() {
    let (provider, cache, clock) = gated();
    provider.gate.add_permits(1);
    assert_eq!(key(&cache).await.unwrap(), "key-1");

    // Time to refresh while the old key is still valid. The refresh waits for a permit.
    clock.advance(LIFE * 9 / 10);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..10_000 {
        let cache = cache.clone();
        requests.spawn(async move { key(&cache).await.unwrap() });
    }
    // All requests finish although no permit was given.
    while let Some(got) = requests.join_next().await {
        assert_eq!(got.unwrap(), "key-1");
    }
    settle().await;
    assert_eq!(provider.calls.load(Ordering::SeqCst), 2);

    provider.gate.add_permits(1);
    settle().await;
    assert_eq!(key(&cache).await.unwrap(), "key-2");
    assert_eq!(provider.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn requests_without_usable_credentials_wait_for_the_same_refresh() {
    let (provider, cache, clock) = gated();
    let ask = |count: usize| {
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..count {
            let cache = cache.clone();
            requests.spawn(async move { key(&cache).await.unwrap() });
        }
        requests
    };
    let requests = ask(10_000);
    while provider.calls.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    provider.gate.add_permits(1);
    assert!(requests.join_all().await.iter().all(|got| got == "key-1"));

    clock.advance(LIFE);
    let requests = ask(10_000);
    provider.gate.add_permits(1);
    assert!(requests.join_all().await.iter().all(|got| got == "key-2"));
    assert_eq!(provider.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_dropped_caller_does_not_stop_the_refresh() {
    let (provider, cache, _clock) = gated();
    let first = tokio::spawn({
        let cache = cache.clone();
        async move { key(&cache).await }
    });
    settle().await;
    first.abort();
    provider.gate.add_permits(1);
    assert_eq!(key(&cache).await.unwrap(), "key-1");
    assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_refresh_keeps_the_old_credentials_and_pauses() {
    let (provider, cache, clock) = gated();
    provider.gate.add_permits(1000);
    key(&cache).await.unwrap();
    clock.advance(LIFE * 8 / 10);
    provider.fails.store(1, Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(key(&cache).await.unwrap(), "key-1");
        settle().await;
    }
    assert_eq!(provider.calls.load(Ordering::SeqCst), 2, "no hammering");
    clock.advance(Duration::from_secs(6));
    assert_eq!(key(&cache).await.unwrap(), "key-1");
    settle().await;
    assert_eq!(key(&cache).await.unwrap(), "key-3");
}

#[tokio::test]
async fn a_failed_refresh_without_usable_credentials_is_an_error() {
    let (provider, cache, clock) = gated();
    provider.gate.add_permits(1000);
    key(&cache).await.unwrap();
    clock.advance(LIFE);
    provider.fails.store(1, Ordering::SeqCst);
    assert!(key(&cache).await.unwrap_err().is_unavailable());
    assert_eq!(
        key(&cache).await.unwrap(),
        "key-3",
        "and the next request tries again"
    );
}

#[tokio::test]
async fn a_panic_of_a_provider_is_an_error() {
    #[derive(Debug)]
    struct Panics(AtomicUsize);
    impl ProvideCredentials for Panics {
        fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
            assert!(
                self.0.fetch_add(1, Ordering::SeqCst) > 0,
                "the first call panics"
            );
            Box::pin(async { Ok(ApiKey::new("sk")?.into()) })
        }
    }
    let cache = CredentialsCache::new(Panics(AtomicUsize::new(0)));
    assert!(
        key(&cache)
            .await
            .unwrap_err()
            .to_string()
            .contains("panicked")
    );
    assert_eq!(key(&cache).await.unwrap(), "sk");
}

mockall::mock! {
    #[derive(Debug)]
    Provider {}
    impl ProvideCredentials for Provider {
        fn provide_credentials<'a>(&'a self) -> BoxFuture<'a, Result<Credentials>>;
    }
}

#[tokio::test]
async fn credentials_without_expiry_are_requested_each_time_and_the_trait_can_be_mocked() {
    let mut provider = MockProvider::new();
    provider
        .expect_provide_credentials()
        .times(3)
        .returning(|| Box::pin(async { Ok(ApiKey::new("sk")?.into()) }));
    let cache = CredentialsCache::new(provider);
    for _ in 0..3 {
        assert_eq!(key(&cache).await.unwrap(), "sk");
    }
}
