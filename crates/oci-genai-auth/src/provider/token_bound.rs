//! Tokens that are bound to a key pair, as token services issue them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::BoxFuture;
use crate::{
    Credentials, Error, KeyId, PrivateKey, PublicKey, RequestSigner, Result, SecurityToken,
};

/// A token and its key pair.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) token: SecurityToken,
    pub(super) key: PrivateKey,
}

/// A source of tokens for other providers.
pub(super) trait Issue: Send + Sync + std::fmt::Debug {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>>;
}

impl Issued {
    pub(super) fn signer(&self) -> RequestSigner {
        RequestSigner::new(KeyId::token(&self.token), self.key.clone())
    }

    /// Returns credentials that are refreshed after half of the token's lifetime.
    pub(super) fn credentials(&self) -> Credentials {
        let credentials = Credentials::signing(self.signer());
        let Some(end) = self.token.expires_at() else {
            return credentials;
        };
        let credentials = credentials.with_expiry(end);
        let life = self
            .token
            .issued_at()
            .and_then(|start| end.duration_since(start).ok());
        match life {
            Some(life) => credentials.with_refresh_at(end - life / 2),
            None => credentials,
        }
    }
}

/// Generates a key pair on a blocking thread, not on one that serves requests.
pub(super) async fn new_key() -> Result<PrivateKey> {
    tokio::task::spawn_blocking(PrivateKey::generate)
        .await
        .map_err(|cause| Error::key("no RSA key could be generated").with_source(cause))?
}

/// Returns a public key in the form that token services need: its PEM without armor and line ends.
pub(super) fn bare(key: &PublicKey) -> String {
    STANDARD.encode(key.as_der())
}
