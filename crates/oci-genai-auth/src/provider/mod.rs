//! Where credentials come from.
//!
//! A provider is anything that implements [`ProvideCredentials`]; each kind of OCI credential has one
//! in a module of its own.

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
/// [`AuthLayer`](crate::AuthLayer) asks it before a request is sent. Credentials with an end
/// ([`Credentials::with_expiry`]) are kept and replaced ahead of it, in the background, by one call at a
/// time; credentials without an end are asked for on every request, so yield them cheaply.
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
    /// Yields credentials that are good now: new ones, if they have an end.
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>>;

    /// Yields other credentials after the service refused `rejected` with 401; `None` (the default)
    /// when there are no others to be had.
    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        let _ = rejected;
        Box::pin(async { Ok(None) })
    }

    /// The region that comes with the credentials, where their source names one: a profile, the
    /// metadata service of an instance, `OCI_RESOURCE_PRINCIPAL_REGION`. Default: none.
    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }

    /// Whether it yields the same credentials for ever, so that asking again after a 401 is of no use.
    /// Default: no.
    fn is_fixed(&self) -> bool {
        false
    }

    /// Whether the source has changed since it last yielded, so that kept credentials should be
    /// replaced before their end: a token file rewritten by another program, say. Asked on
    /// every request, so it must be cheap. Default: never.
    fn has_changed(&self) -> bool {
        false
    }
}

/// A provider that can be handed around.
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
