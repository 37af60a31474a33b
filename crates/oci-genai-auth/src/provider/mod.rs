//! Credentials providers.
//!
//! A provider is any type that implements [`ProvideCredentials`]. Each kind of OCI credential has a
//! provider in its own module.

mod api_key;
mod cache;
mod certificate;
mod config_file;
mod default_chain;
mod delegation;
mod environment;
mod instance_principal;
mod metadata;
mod oke;
mod resource_principal;
mod session_token;
mod static_credentials;
mod token_bound;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use api_key::ApiKeyCredentialsProvider;
pub use cache::CredentialsCache;
pub use config_file::{ConfigFileBuilder, ConfigFileCredentialsProvider};
pub use default_chain::{DefaultChainBuilder, DefaultCredentialsChain};
pub use delegation::DelegationCredentialsProvider;
pub use environment::EnvCredentialsProvider;
pub use instance_principal::{InstancePrincipalBuilder, InstancePrincipalCredentialsProvider};
pub use oke::{OkeWorkloadIdentityBuilder, OkeWorkloadIdentityCredentialsProvider};
pub use resource_principal::{ResourcePrincipalBuilder, ResourcePrincipalCredentialsProvider};
pub use session_token::{SessionTokenBuilder, SessionTokenCredentialsProvider};
pub use static_credentials::StaticCredentialsProvider;

use crate::{Credentials, Result};

/// A future that a provider returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source of credentials.
///
/// [`AuthLayer`](crate::AuthLayer) calls it before it sends a request. Credentials with an expiry
/// ([`Credentials::with_expiry`]) are cached and refreshed before it, in the background, by one
/// call at a time. Credentials without an expiry are requested for every request, so return them
/// cheaply.
///
/// ```
/// use oci_genai_auth::provider::BoxFuture;
/// use oci_genai_auth::{ApiKey, Credentials, ProvideCredentials, Result};
///
/// #[derive(Debug)]
/// struct FromVariable;
///
/// impl ProvideCredentials for FromVariable {
///     fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
///         Box::pin(async { Ok(ApiKey::new(std::env::var("MY_KEY").unwrap_or_default())?.into()) })
///     }
/// }
/// ```
pub trait ProvideCredentials: fmt::Debug + Send + Sync {
    /// Returns valid credentials: new ones, if they expire.
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>>;

    /// Returns other credentials after the service rejected `rejected` with 401; `None` (the
    /// default) if there are no others.
    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        let _ = rejected;
        Box::pin(async { Ok(None) })
    }

    /// Returns the region that belongs to the credentials, if their source names one: a profile,
    /// the metadata service of an instance, `OCI_RESOURCE_PRINCIPAL_REGION`. Default: none.
    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }

    /// Returns true if the credentials never change, so that calling the provider again after a 401
    /// is useless. Default: false.
    fn is_fixed(&self) -> bool {
        false
    }

    /// Returns true if the source has changed since the last call, so that cached credentials
    /// should be replaced before their expiry: for example, another program rewrote a token file.
    /// Called for every request, so it must be cheap. Default: false.
    fn has_changed(&self) -> bool {
        false
    }
}

/// A shared, cloneable provider.
#[derive(Clone, Debug)]
pub struct SharedCredentialsProvider(Arc<dyn ProvideCredentials>);

impl SharedCredentialsProvider {
    /// Shares `provider`.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self(Arc::new(provider))
    }
}

impl ProvideCredentials for SharedCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        self.0.provide_credentials()
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        self.0.replace_credentials(rejected)
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        self.0.region()
    }

    fn is_fixed(&self) -> bool {
        self.0.is_fixed()
    }

    fn has_changed(&self) -> bool {
        self.0.has_changed()
    }
}

impl<P: ProvideCredentials + ?Sized> ProvideCredentials for Arc<P> {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        (**self).provide_credentials()
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        (**self).replace_credentials(rejected)
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        (**self).region()
    }

    fn is_fixed(&self) -> bool {
        (**self).is_fixed()
    }

    fn has_changed(&self) -> bool {
        (**self).has_changed()
    }
}
