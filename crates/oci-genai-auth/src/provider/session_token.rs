//! Security tokens from `oci session authenticate`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Method;

use super::{BoxFuture, ProvideCredentials};
use crate::clock::http_date;
use crate::files::FileStamp;
use crate::redact::{Guarded, shown_path};
use crate::region::ResolvedRegion;
use crate::token_service::{TokenAnswer, TokenService};
use crate::{
    Credentials, Error, ErrorKind, KeyId, PrivateKey, Profile, RequestSigner, Result,
    SecurityToken, SharedTimeSource, TimeSource,
};

/// A token with less remaining time than this is refreshed.
const REFRESH_AHEAD: Duration = Duration::from_secs(10 * 60);
/// A token with less remaining time than this is unusable if it cannot be refreshed.
const LAST_MOMENT: Duration = Duration::from_secs(60);

/// Signs with the key pair and security token of a profile.
///
/// The token file is read again when another program has changed it. Before the token expires, it
/// is refreshed at the identity service and written back, atomically and readable by its owner
/// only, so that the `oci` program and others share the new token. The configuration file is never
/// changed. An expired token cannot be refreshed: log in again with `oci session authenticate`.
#[derive(Clone, Debug)]
pub struct SessionTokenCredentialsProvider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    profile: Profile,
    service: TokenService,
    endpoint: Option<Guarded>,
    time: SharedTimeSource,
    loaded: Mutex<Option<Loaded>>,
}

/// The last read key and token. The key is parsed again only when its file changes.
#[derive(Clone, Debug)]
struct Loaded {
    key: PrivateKey,
    token: SecurityToken,
    key_stamp: Option<FileStamp>,
    token_stamp: Option<FileStamp>,
}

/// Purpose of a refresh.
#[derive(Clone, Copy, Debug)]
enum Want {
    /// A later expiry.
    LaterEnd,
    /// A replacement for a rejected token.
    OtherToken,
}

/// Builds a [`SessionTokenCredentialsProvider`].
#[derive(Clone, Debug)]
pub struct SessionTokenBuilder {
    profile: Profile,
    endpoint: Option<Guarded>,
    time: SharedTimeSource,
}

impl SessionTokenCredentialsProvider {
    /// Creates a builder for a profile with `security_token_file` and `key_file`.
    pub fn builder(profile: Profile) -> SessionTokenBuilder {
        SessionTokenBuilder {
            profile,
            endpoint: None,
            time: SharedTimeSource::default(),
        }
    }
}

impl SessionTokenBuilder {
    /// Sets the identity service, without path. Default: `https://auth.{region}.{domain}`.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Guarded::endpoint(&url.into()));
        self
    }

    /// Sets the clock for checking the token's age. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// Reads the key and the token.
    ///
    /// # Errors
    /// Returns an error if one of them is absent or unreadable.
    pub fn build(self) -> Result<SessionTokenCredentialsProvider> {
        let inner = Inner {
            service: TokenService::new("the identity service"),
            profile: self.profile,
            endpoint: self.endpoint,
            time: self.time,
            loaded: Mutex::new(None),
        };
        inner.load(true)?;
        Ok(SessionTokenCredentialsProvider(Arc::new(inner)))
    }
}

impl Inner {
    /// Reads changed files. If `reload` is set, always reads the token.
    fn load(&self, reload: bool) -> Result<Loaded> {
        // Take the stamps before reading, so that a change during the read is detected afterwards.
        let (token_stamp, key_stamp) = (self.stamp(true), self.stamp(false));
        let before = self.loaded();
        let key = match &before {
            Some(before) if before.key_stamp == key_stamp => before.key.clone(),
            _ => self.profile.private_key()?,
        };
        let token = match &before {
            // Keep a refreshed token that could not be written back: it exists only here.
            Some(before) if before.token_stamp == token_stamp && !reload => before.token.clone(),
            _ => self.profile.security_token()?,
        };
        let loaded = Loaded {
            key,
            token,
            key_stamp,
            token_stamp,
        };
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
        Ok(loaded)
    }

    fn loaded(&self) -> Option<Loaded> {
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn stamp(&self, of_token: bool) -> Option<FileStamp> {
        let file = if of_token {
            self.profile.security_token_file()
        } else {
            self.profile.key_file()
        };
        self.profile.environment().stamp(&file.ok()?)
    }

    async fn provide(&self) -> Result<Credentials> {
        let loaded = self.load(false)?;
        let now = self.time.now();
        let Some(end) = loaded.token.expires_at() else {
            return Ok(credentials(&loaded));
        };
        if end <= now {
            return Err(self.over(end));
        }
        if end > now + REFRESH_AHEAD.min(half_life(&loaded.token, end)) {
            return Ok(credentials(&loaded));
        }
        match self.refresh(&loaded, Want::LaterEnd).await {
            Ok(fresh) => Ok(credentials(&fresh)),
            // Use the token until it expires, so that a program that starts late also gets its
            // remaining time.
            Err(error) if end > now + LAST_MOMENT => {
                tracing::warn!(%error, "the security token could not be refreshed");
                Ok(credentials(&loaded).with_refresh_at(now + LAST_MOMENT))
            }
            Err(error) => Err(error),
        }
    }

    async fn replace(&self, rejected: &Credentials) -> Result<Option<Credentials>> {
        let loaded = self.load(true)?;
        let on_disk = credentials(&loaded);
        if !on_disk.is_same(rejected) {
            return Ok(Some(on_disk));
        }
        if let Some(end) = loaded
            .token
            .expires_at()
            .filter(|end| *end <= self.time.now())
        {
            return Err(self.over(end));
        }
        self.refresh(&loaded, Want::OtherToken)
            .await
            .map(|fresh| Some(credentials(&fresh)))
    }

    async fn refresh(&self, loaded: &Loaded, want: Want) -> Result<Loaded> {
        let url = format!("{}/v1/authentication/refresh", self.endpoint()?);
        let body = serde_json::json!({ "currentToken": loaded.token.expose() }).to_string();
        let signer = signer(loaded);
        let answer =
            self.service
                .signed(Method::POST, &url, Bytes::from(body), &signer, &self.time);
        let answer = answer.await.map_err(|cause| {
            if cause.status() == Some(http::StatusCode::UNAUTHORIZED) {
                let message = format!("has an expired security token; {}", self.login());
                Error::refused(self.profile.describe(&message)).with_source(cause)
            } else {
                cause
            }
        })?;
        let token = SecurityToken::parse(&answer.json::<TokenAnswer>()?.token)?;
        let is_futile = match want {
            Want::LaterEnd => token.expires_at() <= loaded.token.expires_at(),
            Want::OtherToken => token == loaded.token,
        };
        if is_futile {
            return Err(Error::new(
                ErrorKind::Refused,
                format!(
                    "{} the same expiry (`exp`): the session has reached its maximum lifetime; {}",
                    self.profile
                        .describe("has a token whose refresh returned a token with"),
                    self.login(),
                ),
            ));
        }
        let file = self.profile.security_token_file()?;
        if let Err(error) = self
            .profile
            .environment()
            .write_private(&file, token.expose())
        {
            // This program continues with the new token; only other programs have the old one.
            tracing::warn!(%error, file = %shown_path(&file), "could not write the refreshed token to its file");
        }
        let fresh = Loaded {
            token,
            token_stamp: self.stamp(true),
            ..loaded.clone()
        };
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh.clone());
        Ok(fresh)
    }

    fn endpoint(&self) -> Result<String> {
        if let Some(endpoint) = &self.endpoint {
            return Ok(endpoint.to_string());
        }
        let region = self.profile.region().ok_or_else(|| {
            self.profile
                .error("has no `region`, which is needed to refresh the security token")
        })?;
        let region = ResolvedRegion::of_setting(&region, self.profile.environment());
        region.map(|region| region.auth_endpoint()).map_err(|why| {
            self.profile
                .error(format!("has an invalid `region`: {why}"))
        })
    }

    fn over(&self, end: SystemTime) -> Error {
        Error::token(format!(
            "{} {}; {}",
            self.profile
                .describe("has a security token that expired at"),
            http_date(end),
            self.login(),
        ))
    }

    fn login(&self) -> String {
        self.profile.how_to_log_in()
    }
}

fn signer(loaded: &Loaded) -> RequestSigner {
    RequestSigner::new(KeyId::token(&loaded.token), loaded.key.clone())
}

fn credentials(loaded: &Loaded) -> Credentials {
    let credentials = Credentials::signing(signer(loaded));
    match loaded.token.expires_at() {
        Some(end) => {
            let ahead = REFRESH_AHEAD.min(half_life(&loaded.token, end));
            credentials.with_expiry(end).with_refresh_at(end - ahead)
        }
        None => credentials,
    }
}

fn half_life(token: &SecurityToken, end: SystemTime) -> Duration {
    let life = token
        .issued_at()
        .and_then(|start| end.duration_since(start).ok());
    life.map_or(REFRESH_AHEAD, |life| life / 2)
}

impl ProvideCredentials for SessionTokenCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(self.0.provide())
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        Box::pin(self.0.replace(rejected))
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(std::future::ready(Ok(self.0.profile.region())))
    }

    fn has_changed(&self) -> bool {
        self.0
            .loaded()
            .is_some_and(|loaded| loaded.token_stamp != self.0.stamp(true))
    }
}
