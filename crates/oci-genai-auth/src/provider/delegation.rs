//! Delegation tokens: acting on behalf of a user, as in Cloud Shell.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::{BoxFuture, ProvideCredentials};
use crate::{Credentials, Error, Result, SecurityToken};

/// Adds a delegation token to the signatures of another provider, usually an instance principal.
///
/// The token is sent and signed as `opc-obo-token`.
#[derive(Clone)]
pub struct DelegationCredentialsProvider<P> {
    inner: P,
    token: Arc<dyn Fn() -> Result<SecretString> + Send + Sync>,
}

impl<P: ProvideCredentials> DelegationCredentialsProvider<P> {
    /// Signs as `inner` on behalf of the subject of the token that `token` returns. The closure is
    /// called for each fetch of credentials, so a token in a file is read again.
    pub fn new(inner: P, token: impl Fn() -> Result<SecretString> + Send + Sync + 'static) -> Self {
        Self {
            inner,
            token: Arc::new(token),
        }
    }

    fn delegate(&self, credentials: &Credentials) -> Result<Credentials> {
        let signer = credentials.signer().ok_or_else(|| {
            Error::config("a delegation token needs credentials that sign, not an API key")
        })?;
        let token = (self.token)()?;
        // The expiry of a delegation token that is a JWT limits the credentials.
        let end = SecurityToken::parse(token.expose_secret()).ok();
        let end = end.and_then(|token| token.expires_at());
        let delegated = Credentials::signing(signer.clone().with_delegation_token(token)?);
        let ends = [end, credentials.expires_at()].into_iter().flatten().min();
        let delegated = match ends {
            Some(end) => delegated.with_expiry(end),
            None => delegated,
        };
        Ok(match credentials.refresh_at() {
            Some(at) if ends.is_none_or(|end| at < end) => delegated.with_refresh_at(at),
            _ => delegated,
        })
    }
}

impl<P: ProvideCredentials> ProvideCredentials for DelegationCredentialsProvider<P> {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async { self.delegate(&self.inner.provide_credentials().await?) })
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        Box::pin(async {
            let other = self.inner.replace_credentials(rejected).await?;
            other.map(|other| self.delegate(&other)).transpose()
        })
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        self.inner.region()
    }

    fn has_changed(&self) -> bool {
        self.inner.has_changed()
    }
}

impl<P: fmt::Debug> fmt::Debug for DelegationCredentialsProvider<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelegationCredentialsProvider")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
