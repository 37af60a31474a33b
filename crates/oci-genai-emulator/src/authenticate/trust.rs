//! The public keys behind signatures: read from OCI configuration files, issued by the identity side, or
//! added by hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use oci_genai_auth::signing::KeyIdKind;
use oci_genai_auth::{Environment, Error, KeyId, OciConfig, PublicKey, redact};

use super::CredentialKind;

/// Files are read again for an unknown key, but not more often than this.
const REREAD_AFTER: Duration = Duration::from_secs(1);

/// Why no profile of a file can be trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The file cannot be read, or a profile cannot be used.
    #[error(transparent)]
    Config(#[from] Error),
    /// No profile has a key.
    #[error(
        "it has no profile with a `key_file` and either a `fingerprint` or a `security_token_file`"
    )]
    NoKey,
}

/// Key ids and their public keys.
pub(crate) struct Trust {
    files: Vec<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<KeyId, PublicKey>,
    issued: HashMap<KeyId, Issued>,
    read_at: Option<SystemTime>,
}

/// A key that is trusted for a while.
struct Issued {
    key: PublicKey,
    kind: CredentialKind,
    until: SystemTime,
}

impl Trust {
    /// Trusts every profile of these files. A profile that cannot be used is left out with a warning.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or none of its profiles can be used.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self, (PathBuf, TrustError)> {
        let mut keys = HashMap::new();
        for file in files {
            read_file(file, &mut keys).map_err(|error| (file.clone(), error))?;
        }
        let known = Mutex::new(Known {
            keys,
            ..Known::default()
        });
        Ok(Self {
            files: files.to_vec(),
            known,
        })
    }

    /// The public key for a key id. A session token may have been refreshed since the files were read,
    /// so they are looked at again for one that is not known.
    pub(crate) fn key(&self, id: &KeyId, now: SystemTime) -> Option<PublicKey> {
        let mut known = self.lock();
        if let Some(issued) = known.issued.get(id) {
            return Some(issued.key.clone());
        }
        if let Some(key) = known.keys.get(id) {
            return Some(key.clone());
        }
        let fresh = known
            .read_at
            .is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < REREAD_AFTER));
        if fresh || self.files.is_empty() {
            return None;
        }
        known.read_at = Some(now);
        for file in &self.files {
            if let Err(error) = read_file(file, &mut known.keys) {
                let file = redact::shown_path(file);
                tracing::warn!(%file, %error, "the file could not be read again");
            }
        }
        known.keys.get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trusts a key until it ends; forgets those that have.
    pub(crate) fn add(
        &self,
        id: KeyId,
        key: PublicKey,
        kind: CredentialKind,
        until: SystemTime,
        now: SystemTime,
    ) {
        let mut known = self.lock();
        known.issued.retain(|_, issued| issued.until > now);
        known.issued.insert(id, Issued { key, kind, until });
    }

    /// Trusts a key for good.
    pub(crate) fn add_key(&self, id: KeyId, key: PublicKey) {
        self.lock().keys.insert(id, key);
    }

    /// What kind of credential a known key id belongs to.
    pub(crate) fn kind(&self, id: &KeyId) -> CredentialKind {
        if let Some(issued) = self.lock().issued.get(id) {
            return issued.kind;
        }
        match id.kind() {
            KeyIdKind::Token => CredentialKind::SessionToken,
            KeyIdKind::Resource => CredentialKind::ResourcePrincipal,
            _ => CredentialKind::ApiSigningKey,
        }
    }
}

/// Adds the keys of a file's profiles; fails only if there is none.
fn read_file(file: &Path, keys: &mut HashMap<KeyId, PublicKey>) -> Result<(), TrustError> {
    let config = OciConfig::load(Some(&file.to_string_lossy()), &Environment::process())?;
    let mut usable = false;
    let mut problem = TrustError::NoKey;
    for name in config.profile_names() {
        match config
            .profile(name)
            .and_then(|profile| profile.trusted_key())
        {
            Ok(Some(trusted)) => {
                keys.insert(trusted.key_id, trusted.public_key);
                usable = true;
            }
            Ok(None) => {}
            Err(error) => {
                let (file, profile) = (redact::shown_path(file), redact::shown(name));
                tracing::warn!(%file, %profile, %error, "profile not trusted");
                problem = error.into();
            }
        }
    }
    if usable { Ok(()) } else { Err(problem) }
}
