//! Credentials that stay what they are.

use super::{BoxFuture, ProvideCredentials};
use crate::{Credentials, Result};

/// Yields the same credentials always: an API key, or a signer built from parts.
#[derive(Clone, Debug)]
pub struct StaticCredentialsProvider(Credentials);

impl StaticCredentialsProvider {
    /// Of an [`ApiKey`](crate::ApiKey), a [`RequestSigner`](crate::RequestSigner) or [`Credentials`].
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
