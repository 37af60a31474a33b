//! Credentials that never change.

use super::{BoxFuture, ProvideCredentials};
use crate::{Credentials, Result};

/// Always returns the same credentials: an API key, or a signer.
#[derive(Clone, Debug)]
pub struct StaticCredentialsProvider(Credentials);

impl StaticCredentialsProvider {
    /// Creates a provider from an [`ApiKey`](crate::ApiKey), a
    /// [`RequestSigner`](crate::RequestSigner) or [`Credentials`].
    pub fn new(credentials: impl Into<Credentials>) -> Self {
        Self(credentials.into())
    }
}

impl ProvideCredentials for StaticCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn is_fixed(&self) -> bool {
        true
    }
}
