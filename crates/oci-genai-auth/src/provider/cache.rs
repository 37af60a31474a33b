//! Caches credentials and refreshes them before they expire.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::Shared;

use super::{BoxFuture, ProvideCredentials, SharedCredentialsProvider};
use crate::{Credentials, Error, Result, SharedTimeSource, TimeSource};

/// Credentials are no longer used this long before their expiry, so that none expires during a
/// request.
const MARGIN: Duration = Duration::from_secs(60);
/// Pause after the first failed refresh while the old credentials are still valid; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// If the service also rejects the replacement credentials, they are not replaced for this long:
/// the cause is elsewhere.
const REPLACEMENT_PAUSE: Duration = Duration::from_secs(30);

/// Caches the credentials of a provider and refreshes them before they expire.
///
/// - Credentials with an expiry are cached. When it is time to refresh them, one call to the
///   provider starts in the background. The old ones are used as long as they are valid.
/// - Callers wait only if there are no credentials or they have expired. All wait for the same
///   call.
/// - No lock is held during a call to the provider. A caller that is dropped does not stop the
///   call.
/// - Credentials without an expiry are not cached: the provider is called each time.
///
/// [`AuthLayer`](crate::AuthLayer) contains a cache. Create one to share it between layers or to
/// get credentials before the first request.
#[derive(Clone)]
pub struct CredentialsCache(Arc<Inner>);

struct Inner {
    provider: SharedCredentialsProvider,
    time: SharedTimeSource,
    /// The key, if it never changes.
    fixed_key: Option<Credentials>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// True if the provider's last credentials had no expiry.
    endless: bool,
    generation: u64,
    under_way: Option<Job>,
    /// The generation that replaced rejected credentials, and the time.
    replacement: Option<(u64, SystemTime)>,
    /// After a failed background refresh: the earliest time of the next attempt, and the last
    /// pause.
    pause: Option<(SystemTime, Duration)>,
}

#[derive(Clone)]
struct Kept {
    lease: Lease,
    refresh_at: SystemTime,
    usable_until: SystemTime,
}

/// Credentials with a generation, which identifies the credentials that the service rejected.
#[derive(Clone)]
pub(crate) struct Lease {
    pub(crate) credentials: Credentials,
    generation: u64,
}

enum Next {
    /// Use these valid credentials.
    Take(Lease),
    /// Wait for the provider.
    Wait(Job),
    /// Call the provider: its credentials are not cached.
    Ask,
}

type Job = Shared<BoxFuture<'static, Result<Option<Lease>>>>;

impl CredentialsCache {
    /// Caches the credentials of `provider`, using the system's clock.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self::with_time_source(provider, SharedTimeSource::default())
    }

    /// Caches the credentials of `provider`, using the given clock.
    pub fn with_time_source(
        provider: impl ProvideCredentials + 'static,
        time: impl TimeSource + 'static,
    ) -> Self {
        let fixed = provider.is_fixed().then(|| provider.provide_credentials());
        let fixed = fixed.and_then(|yielded| yielded.now_or_never()?.ok());
        Self(Arc::new(Inner {
            fixed_key: fixed
                .filter(|fixed| fixed.api_key().is_some() && fixed.expires_at().is_none()),
            provider: SharedCredentialsProvider::new(provider),
            time: SharedTimeSource::new(time),
            state: Mutex::default(),
        }))
    }

    /// Returns valid credentials. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// Returns an error if there are none and the provider fails.
    pub async fn credentials(&self) -> Result<Credentials> {
        self.lease().await.map(|lease| lease.credentials)
    }

    /// Returns the key, if it never changes.
    pub(crate) fn fixed_key(&self) -> Option<&Credentials> {
        self.0.fixed_key.as_ref()
    }

    pub(crate) fn provider(&self) -> &SharedCredentialsProvider {
        &self.0.provider
    }

    pub(crate) async fn lease(&self) -> Result<Lease> {
        match self.next()? {
            Next::Take(lease) => Ok(lease),
            Next::Wait(job) => job.await?.ok_or_else(|| {
                Error::unavailable("the service rejected the credentials and there are no others")
            }),
            Next::Ask => {
                let credentials = self.0.provider.provide_credentials().await?;
                Ok(self.0.lock().keep(credentials, self.0.time.now()))
            }
        }
    }

    /// Selects the source of the next credentials, without waiting.
    fn next(&self) -> Result<Next> {
        let now = self.0.time.now();
        let changed = self.0.provider.has_changed();
        let mut state = self.0.lock();
        if let Some(kept) = state
            .kept
            .clone()
            .filter(|kept| !changed && now < kept.usable_until)
        {
            let paused = state.pause.is_some_and(|(until, _)| now < until);
            if now >= kept.refresh_at && state.under_way.is_none() && !paused {
                // The job runs in the background; do not wait for it.
                drop(self.start(&mut state, None)?);
            }
            return Ok(Next::Take(kept.lease));
        }
        match (&state.under_way, state.endless) {
            (Some(job), _) => Ok(Next::Wait(job.clone())),
            (None, false) => self.start(&mut state, None).map(Next::Wait),
            (None, true) => Ok(Next::Ask),
        }
    }

    /// Returns other credentials after the service rejected these; `None` if there are no others.
    pub(crate) async fn replace(&self, refused: &Lease) -> Result<Option<Lease>> {
        let job = {
            let now = self.0.time.now();
            let mut state = self.0.lock();
            match &state.kept {
                // Another request has already replaced them.
                Some(kept) if kept.lease.generation > refused.generation => {
                    return Ok(Some(kept.lease.clone()));
                }
                _ => {}
            }
            match state.replacement {
                Some((generation, at))
                    if generation == refused.generation && now < at + REPLACEMENT_PAUSE =>
                {
                    return Ok(None);
                }
                _ => {}
            }
            match &state.under_way {
                Some(job) => job.clone(),
                None => self.start(&mut state, Some(refused.credentials.clone()))?,
            }
        };
        Ok(job
            .await?
            .filter(|lease| !lease.credentials.is_same(&refused.credentials)))
    }

    /// Starts a call to the provider. The caller holds the lock, so there is only one.
    fn start(
        &self,
        state: &mut MutexGuard<'_, State>,
        refused: Option<Credentials>,
    ) -> Result<Job> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|cause| {
            Error::unavailable("credentials can be fetched only within a Tokio runtime")
                .with_source(cause)
        })?;
        let inner = Arc::clone(&self.0);
        let task = runtime.spawn(async move { inner.fetch(refused).await });
        let inner = Arc::clone(&self.0);
        let job = async move {
            task.await.unwrap_or_else(|_| {
                inner.lock().under_way = None;
                Err(Error::unavailable(
                    "the credentials provider panicked or was canceled",
                ))
            })
        };
        let job = job.boxed().shared();
        state.under_way = Some(job.clone());
        Ok(job)
    }
}

impl Inner {
    async fn fetch(&self, refused: Option<Credentials>) -> Result<Option<Lease>> {
        let fetched = match &refused {
            None => self.provider.provide_credentials().await.map(Some),
            Some(refused) => self.other_than(refused).await,
        };
        let now = self.time.now();
        let mut state = self.lock();
        state.under_way = None;
        match fetched {
            Ok(credentials) => {
                let lease = credentials.map(|credentials| state.keep(credentials, now));
                if let (Some(lease), Some(_)) = (&lease, &refused) {
                    state.replacement = Some((lease.generation, now));
                }
                Ok(lease)
            }
            Err(error) => {
                let pause = state
                    .pause
                    .map_or(FIRST_PAUSE, |(_, last)| LONGEST_PAUSE.min(last * 2));
                state.pause = Some((now + pause, pause));
                tracing::warn!(%error, kind = ?error.kind(), "credentials could not be refreshed");
                Err(error)
            }
        }
    }

    async fn other_than(&self, refused: &Credentials) -> Result<Option<Credentials>> {
        if let Some(other) = self.provider.replace_credentials(refused).await? {
            return Ok(Some(other));
        }
        if !self.lock().endless {
            return Ok(None);
        }
        // A key may have been rotated: call providers without expiry again.
        let again = self.provider.provide_credentials().await?;
        Ok((!again.is_same(refused)).then_some(again))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, credentials: Credentials, now: SystemTime) -> Lease {
        self.pause = None;
        self.endless = credentials.expires_at().is_none();
        self.generation += 1;
        let lease = Lease {
            credentials,
            generation: self.generation,
        };
        self.kept = lease.credentials.expires_at().map(|end| {
            let life = end.duration_since(now).unwrap_or_default();
            // Short-lived credentials get a proportional margin.
            let usable_until = end - MARGIN.min(life / 10);
            let default = end - (life / 4).min(Duration::from_secs(900));
            let refresh_at = lease.credentials.refresh_at().unwrap_or(default);
            Kept {
                lease: lease.clone(),
                refresh_at,
                usable_until,
            }
        });
        lease
    }
}

impl ProvideCredentials for CredentialsCache {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(self.credentials())
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        self.0.provider.region()
    }
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsCache")
            .field("provider", &self.0.provider)
            .field(
                "kept",
                &self
                    .0
                    .lock()
                    .kept
                    .as_ref()
                    .map(|kept| &kept.lease.credentials),
            )
            .finish_non_exhaustive()
    }
}
