//! Public keys of signatures: read from OCI configuration files, issued by the identity endpoints,
//! or added by the caller.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use oci_genai_auth::signing::KeyIdKind;
use oci_genai_auth::{Environment, Error, KeyId, OciConfig, PublicKey, redact};

use super::CredentialKind;

/// Minimum time between two reads of the files for unknown keys.
const REREAD_AFTER: Duration = Duration::from_secs(1);

/// Error for a file without a trusted profile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The file could not be read, or a profile is invalid.
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

/// A key that is trusted until a certain time.
struct Issued {
    key: PublicKey,
    kind: CredentialKind,
    until: SystemTime,
}

impl Trust {
    /// Trusts every profile of these files. Invalid profiles are skipped with a warning.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be read or has no valid profile.
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

    /// Returns the public key for a key id. Reads the files again for an unknown key, because a
    /// session token may have been refreshed.
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
                tracing::warn!(%file, %error, "could not reread the file");
            }
        }
        known.keys.get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trusts a key until it expires, and drops expired keys.
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

    /// Trusts a key permanently.
    pub(crate) fn add_key(&self, id: KeyId, key: PublicKey) {
        self.lock().keys.insert(id, key);
    }

    /// Returns the credential kind of a known key id.
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

/// Adds the keys of a file's profiles. Fails if there is none.
fn read_file(file: &Path, keys: &mut HashMap<KeyId, PublicKey>) -> Result<(), TrustError> {
    let config = OciConfig::load(Some(&file.to_string_lossy()), &Environment::from_process())?;
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
