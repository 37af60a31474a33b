//! Encryption keys.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Result;
use crate::store::{StoreError, StoreErrorKind};

/// JSON member that marks encrypted JSON.
const SEALED: &str = "sealed";

/// Named keys: one that encrypts, and older ones that still decrypt.
pub struct EncryptionKeys {
    keys: Vec<(String, RandomizedNonceKey)>,
}

impl EncryptionKeys {
    /// Encrypts and decrypts with a key of this name, 32 random bytes.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Sealed`] if the cryptographic library rejects the key.
    pub fn new(name: impl Into<String>, key: &[u8; 32]) -> Result<Self> {
        Ok(Self {
            keys: vec![(name.into(), sealing_key(key)?)],
        })
    }

    /// Also decrypts content that was encrypted with an older key.
    ///
    /// # Errors
    /// Returns [`StoreErrorKind::Sealed`] if the cryptographic library rejects the key.
    pub fn with_older(mut self, name: impl Into<String>, key: &[u8; 32]) -> Result<Self> {
        self.keys.push((name.into(), sealing_key(key)?));
        Ok(self)
    }

    pub(super) fn seal(&self, place: &str, text: &str) -> Result<Value> {
        let refused = || StoreError::new(StoreErrorKind::Sealed, "could not encrypt the content");
        let (name, key) = self.keys.first().ok_or_else(refused)?;
        let mut buffer = text.as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| refused())?;
        let mut all = nonce.as_ref().to_vec();
        all.append(&mut buffer);
        Ok(json!({ SEALED: STANDARD.encode(all), "key": name }))
    }

    pub(super) fn open(&self, place: &str, sealed: &Value) -> Result<String> {
        let name = sealed.get("key").and_then(Value::as_str);
        let bytes = sealed
            .get(SEALED)
            .and_then(Value::as_str)
            .and_then(|t| STANDARD.decode(t).ok());
        let (Some(name), Some(bytes)) = (name, bytes) else {
            let text =
                "the store holds content that is not encrypted; hint: open it without encryption";
            return Err(StoreError::new(StoreErrorKind::Sealed, text));
        };
        let key = self
            .keys
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| {
                let text = format!(
                    "could not decrypt the session: the key `{name}` is missing; hint: add it as an older key"
                );
                StoreError::new(StoreErrorKind::Sealed, text)
            })?;
        let wrong = || {
            let text = format!(
                "could not decrypt content with the key `{name}`: the key is a different one, or the content was changed"
            );
            StoreError::new(StoreErrorKind::Sealed, text)
        };
        let (nonce, body) = bytes.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut buffer = body.to_vec();
        let plain = key
            .1
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut buffer)
            .map_err(|_| wrong())?;
        String::from_utf8(plain.to_vec()).map_err(|_| wrong())
    }
}

fn sealing_key(key: &[u8; 32]) -> Result<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, key)
        .map_err(|_| StoreError::new(StoreErrorKind::Sealed, "the encryption key is unusable"))
}

impl fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(name, _)| name))
            .finish()
    }
}
