//! What token services issue: a token bound to a key pair.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::BoxFuture;
use crate::{
    Credentials, Error, KeyId, PrivateKey, PublicKey, RequestSigner, Result, SecurityToken,
};

/// A token and the key pair it speaks for.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) token: SecurityToken,
    pub(super) key: PrivateKey,
}

/// A source of tokens that others build on.
pub(super) trait Issue: Send + Sync + std::fmt::Debug {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>>;
}

impl Issued {
    pub(super) fn signer(&self) -> RequestSigner {
        RequestSigner::new(KeyId::token(&self.token), self.key.clone())
    }

    /// Credentials that are replaced from half of the token's life on.
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

/// A new key pair, made off the threads that serve requests.
pub(super) async fn new_key() -> Result<PrivateKey> {
    tokio::task::spawn_blocking(PrivateKey::generate)
        .await
        .map_err(|cause| Error::key("no RSA key could be generated").with_source(cause))?
}

/// A public key as token services want it: its PEM without armour and line ends.
pub(super) fn bare(key: &PublicKey) -> String {
    STANDARD.encode(key.as_der())
}
