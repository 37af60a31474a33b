//! Session tokens, as `oci session authenticate` leaves them.

use std::sync::{Mutex, PoisonError};

use super::{BoxFuture, ProvideCredentials};
use crate::environment::FileStamp;
use crate::{Credentials, KeyId, Profile, RequestSigner, Result};

/// Signs with the key pair and token of a session profile.
///
/// The token file is read again when it has changed.
#[derive(Debug)]
pub struct SessionTokenCredentialsProvider {
    profile: Profile,
    read: Mutex<Option<FileStamp>>,
}

impl SessionTokenCredentialsProvider {
    /// Of a profile with `security_token_file` and `key_file`.
    ///
    /// # Errors
    /// When one of the two is absent or unreadable.
    pub fn new(profile: Profile) -> Result<Self> {
        let provider = Self {
            profile,
            read: Mutex::new(None),
        };
        provider.load()?;
        Ok(provider)
    }

    fn load(&self) -> Result<Credentials> {
        let stamp = self.stamp();
        let token = self.profile.security_token()?;
        let key = self.profile.private_key()?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = stamp;
        let credentials = Credentials::signing(RequestSigner::new(KeyId::token(&token), key));
        Ok(match token.expires_at() {
            Some(end) => credentials.with_expiry(end),
            None => credentials,
        })
    }

    fn stamp(&self) -> Option<FileStamp> {
        let file = self.profile.security_token_file().ok()?;
        self.profile.environment().stamp(&file)
    }
}

impl ProvideCredentials for SessionTokenCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async { self.load() })
    }

    fn has_changed(&self) -> bool {
        self.stamp() != *self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
