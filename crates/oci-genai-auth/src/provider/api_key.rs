//! Generative AI API keys that can be rotated while the program runs.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::{BoxFuture, ProvideCredentials};
use crate::{ApiKey, Credentials, Environment, Error, Result};

/// The variable that [`ApiKeyCredentialsProvider::from_env`] reads.
pub(super) const API_KEY_VARIABLE: &str = "OCI_GENAI_API_KEY";

/// Provides an API key that is looked up for each request.
///
/// An OCI API key resource has two secrets, so that one can be rotated while the other is in use.
/// Pass the new key through a channel, or let a closure read it from its location. A request that
/// the service rejects with 401 is retried once if the key has changed in the meantime.
///
/// ```
/// use oci_genai_auth::ApiKey;
/// use oci_genai_auth::provider::ApiKeyCredentialsProvider;
///
/// let (rotate, keys) = tokio::sync::watch::channel(ApiKey::new("sk-first")?);
/// let provider = ApiKeyCredentialsProvider::watch(keys);
/// rotate.send(ApiKey::new("sk-second")?).ok();
/// # Ok::<(), oci_genai_auth::Error>(())
/// ```
#[derive(Clone)]
pub struct ApiKeyCredentialsProvider(Source);

#[derive(Clone)]
enum Source {
    Watch(watch::Receiver<ApiKey>),
    Closure(Arc<dyn Fn() -> Result<ApiKey> + Send + Sync>),
}

impl ApiKeyCredentialsProvider {
    /// Uses the last key sent to the channel.
    pub fn watch(keys: watch::Receiver<ApiKey>) -> Self {
        Self(Source::Watch(keys))
    }

    /// Uses the key that the closure returns. The closure is called for each request, so it must be
    /// fast.
    pub fn from_fn(key: impl Fn() -> Result<ApiKey> + Send + Sync + 'static) -> Self {
        Self(Source::Closure(Arc::new(key)))
    }

    /// Uses the key in the variable `OCI_GENAI_API_KEY`.
    ///
    /// # Errors
    /// Returns an error if the variable is unset or contains no valid key.
    pub fn from_env(environment: &Environment) -> Result<Self> {
        let key = environment
            .var(API_KEY_VARIABLE)
            .ok_or_else(|| Error::config(format!("{API_KEY_VARIABLE} is not set")))?;
        let key = ApiKey::new(key)?;
        Ok(Self::from_fn(move || Ok(key.clone())))
    }
}

impl ProvideCredentials for ApiKeyCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        let key = match &self.0 {
            Source::Watch(keys) => Ok(keys.borrow().clone()),
            Source::Closure(key) => key(),
        };
        Box::pin(std::future::ready(key.map(Credentials::bearer)))
    }
}

impl fmt::Debug for ApiKeyCredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyCredentialsProvider")
            .finish_non_exhaustive()
    }
}
