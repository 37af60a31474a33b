//! Files named by a profile: its key and its tokens.

use std::path::PathBuf;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{AuthKind, Profile, TrustedKey};
use crate::redact::{shown, shown_path};
use crate::{Error, KeyId, PrivateKey, Result, SecurityToken, file_error};

/// The variable with the pass phrase of a profile's key.
const PASS_PHRASE: &str = "OCI_CLI_PASSPHRASE";

impl Profile {
    /// Returns the pass phrase of the private key, if any: `pass_phrase`, else `passphrase`, else
    /// the variable `OCI_CLI_PASSPHRASE`.
    pub fn pass_phrase(&self) -> Option<SecretString> {
        self.pass_phrases().into_iter().next()
    }

    /// Returns all candidates for the key's pass phrase. A profile may inherit a pass phrase that
    /// belongs to another key.
    fn pass_phrases(&self) -> Vec<SecretString> {
        let keys = ["pass_phrase", "passphrase"];
        let of_profile = keys
            .iter()
            .filter_map(|key| self.get(key).map(str::to_owned));
        let variable = self.environment.var(PASS_PHRASE);
        of_profile.chain(variable).map(SecretString::from).collect()
    }

    /// Reads and parses `key_file`.
    ///
    /// # Errors
    /// Returns an error if `key_file` is absent or unreadable, or its key cannot be used. The
    /// message names the profile and the file.
    pub fn private_key(&self) -> Result<PrivateKey> {
        if let Some(text) = self.get("key_content") {
            if !self.is_overridden("key_content") {
                return Err(self.error(
                    "has `key_content`, which a file may not have; put the key into a file and name it in `key_file`",
                ));
            }
            return self.open(text).map_err(|cause| {
                Error::key(self.describe("has a key in OCI_CLI_KEY_CONTENT that cannot be used"))
                    .with_source(cause)
            });
        }
        let path = self.key_file()?;
        let read = self.environment.read_lossy(&path);
        let text = read.map_err(|cause| self.unreadable("key_file", cause))?;
        self.open(&text).map_err(|cause| {
            let message = self.describe(&format!(
                "has a {} ({}) that cannot be used",
                self.named("key_file"),
                shown_path(&path)
            ));
            Error::key(message).with_source(cause)
        })
    }

    /// Opens a key with the first pass phrase that works.
    fn open(&self, pem: &str) -> Result<PrivateKey> {
        let mut first = None;
        for pass_phrase in self.pass_phrases() {
            match PrivateKey::from_pem(pem, Some(&pass_phrase)) {
                Ok(key) => return Ok(key),
                Err(error) => first = first.or(Some(error)),
            }
        }
        match first {
            Some(error) => Err(error),
            None => PrivateKey::from_pem(pem, None),
        }
    }

    /// Returns the path in `key_file`.
    ///
    /// # Errors
    /// Returns an error if it is absent.
    pub fn key_file(&self) -> Result<PathBuf> {
        self.path(
            "key_file",
            self.auth_kind().unwrap_or(AuthKind::ApiSigningKey),
        )
    }

    /// Returns the path in `security_token_file`.
    ///
    /// # Errors
    /// Returns an error if it is absent.
    pub fn security_token_file(&self) -> Result<PathBuf> {
        self.path("security_token_file", AuthKind::SessionToken)
    }

    /// Reads `security_token_file`.
    ///
    /// # Errors
    /// Returns an error if it is absent, unreadable or contains no token.
    pub fn security_token(&self) -> Result<SecurityToken> {
        let path = self.security_token_file()?;
        let text = self.read("security_token_file", AuthKind::SessionToken)?;
        SecurityToken::parse(&text).map_err(|cause| {
            Error::token(self.describe(&format!(
                "has a {} ({}) without a token",
                self.named("security_token_file"),
                shown_path(&path),
            )))
            .with_source(Error::token(format!("{cause}; {}", self.how_to_log_in())))
        })
    }

    /// Reads `delegation_token_file`.
    ///
    /// # Errors
    /// Returns an error if it is absent or unreadable.
    pub fn delegation_token(&self) -> Result<SecretString> {
        self.read("delegation_token_file", AuthKind::DelegationToken)
            .map(|text| SecretString::from(text.trim()))
    }

    /// Returns the key id and public key of this profile's signatures, read again. A server needs
    /// them to trust the profile. Returns `None` for profiles that sign with a generated key.
    ///
    /// # Errors
    /// Returns an error if the profile has no key or a file cannot be read.
    pub fn trusted_key(&self) -> Result<Option<TrustedKey>> {
        let key_id = match self.auth_kind()? {
            AuthKind::ApiSigningKey => self.api_key_id()?,
            AuthKind::SessionToken => KeyId::token(&self.security_token()?),
            AuthKind::DelegationToken => return Ok(None),
        };
        let public_key = self.private_key()?.public_key().clone();
        Ok(Some(TrustedKey { key_id, public_key }))
    }

    /// Returns a hint for getting a new token. Profiles from an identity provider's token exchange
    /// have no user, so a browser login is not possible for them.
    pub(crate) fn how_to_log_in(&self) -> String {
        let is_exchanged = self
            .get("user")
            .is_some_and(|user| user.trim().eq_ignore_ascii_case("not used"));
        if is_exchanged {
            return "hint: repeat the token exchange with the identity provider".to_owned();
        }
        format!(
            "log in again with `oci session authenticate --profile-name {}`",
            shown(&self.name)
        )
    }

    fn read(&self, key: &str, kind: AuthKind) -> Result<Zeroizing<String>> {
        let path = self.path(key, kind)?;
        self.environment
            .read(&path)
            .map_err(|cause| self.unreadable(key, cause))
    }

    fn unreadable(&self, key: &str, cause: std::io::Error) -> Error {
        let value = self.get(key).unwrap_or_default();
        let path = self.environment.expand(value);
        let error = self.error(format!(
            "has a {} that cannot be read: {}",
            self.named(key),
            shown_path(&path)
        ));
        let holder =
            (key == "key_file" && self.is_overridden("key_file")).then_some("OCI_CLI_KEY_CONTENT");
        file_error::with_reason(error, value, holder, cause, &self.environment)
    }
}
