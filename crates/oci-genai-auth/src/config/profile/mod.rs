//! One profile of an OCI configuration file.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use super::ini::Section;
use crate::{Environment, Error, KeyId, PrivateKey, PublicKey, Result, SecurityToken};

/// How a profile authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthKind {
    /// `user`, `tenancy`, `fingerprint` and `key_file`.
    ApiSigningKey,
    /// `security_token_file` and `key_file`, as `oci session authenticate` writes them.
    SessionToken,
    /// `authentication_type=instance_principal` and `delegation_token_file`, as in Cloud Shell.
    DelegationToken,
}

/// A profile with what it inherits from `[DEFAULT]`. `Debug` shows the keys, no values.
#[derive(Clone)]
pub struct Profile {
    name: String,
    place: String,
    own: Section,
    inherited: Section,
    environment: Environment,
}

/// A profile's key as a server sees it: enough to trust the profile's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedKey {
    /// The `keyId` of the profile's signatures.
    pub key_id: KeyId,
    /// What checks them.
    pub public_key: PublicKey,
}

impl Profile {
    pub(super) fn new(
        name: &str,
        place: String,
        own: Section,
        inherited: Section,
        environment: Environment,
    ) -> Self {
        Self {
            name: name.to_owned(),
            place,
            own,
            inherited,
            environment,
        }
    }

    /// The profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A value by key, in any case; its own before an inherited one. Empty values count as absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        let key = key.to_lowercase();
        let own = self.own.get(&key).or_else(|| self.inherited.get(&key));
        own.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The region: `region`, else the variable `OCI_REGION`.
    pub fn region(&self) -> Option<String> {
        self.get("region")
            .map(str::to_owned)
            .or_else(|| self.environment.var("OCI_REGION"))
    }

    /// How the profile authenticates, read off its keys: its own count before inherited ones, since
    /// a session profile below a `[DEFAULT]` with an API signing key inherits a `user`, and
    /// the other way round.
    ///
    /// # Errors
    /// When `authentication_type` is one that profiles cannot have, or the keys fit no kind.
    pub fn auth_kind(&self) -> Result<AuthKind> {
        if let Some(kind) = self.get("authentication_type") {
            if !kind.eq_ignore_ascii_case("instance_principal") {
                return Err(self.error(format!(
                    "has `authentication_type={kind}`; only `instance_principal` together with \
                     `delegation_token_file` is possible"
                )));
            }
            self.require("delegation_token_file", AuthKind::DelegationToken)?;
            return Ok(AuthKind::DelegationToken);
        }
        let own = |key: &str| self.own.get(key).is_some_and(|value| !value.is_empty());
        if own("security_token_file") {
            return Ok(AuthKind::SessionToken);
        }
        if own("user") {
            return Ok(AuthKind::ApiSigningKey);
        }
        if self.get("security_token_file").is_some() {
            return Ok(AuthKind::SessionToken);
        }
        if self.get("user").is_some() || self.get("fingerprint").is_some() {
            return Ok(AuthKind::ApiSigningKey);
        }
        Err(self.error(
            "has neither `user` (an API signing key) nor `security_token_file` (a session); \
             `oci setup config` or `oci session authenticate` writes a usable profile",
        ))
    }

    /// The tenancy's OCID.
    ///
    /// # Errors
    /// When it is absent or not an OCID.
    pub fn tenancy(&self) -> Result<&str> {
        self.ocid("tenancy", AuthKind::ApiSigningKey)
    }

    /// The user's OCID.
    ///
    /// # Errors
    /// When it is absent (as in session profiles) or not an OCID.
    pub fn user(&self) -> Result<&str> {
        self.ocid("user", AuthKind::ApiSigningKey)
    }

    /// The fingerprint of the API signing key, in lower case.
    ///
    /// # Errors
    /// When it is absent or not 16 hex pairs joined by colons.
    pub fn fingerprint(&self) -> Result<String> {
        let text = self
            .require("fingerprint", AuthKind::ApiSigningKey)?
            .to_ascii_lowercase();
        let pairs: Vec<&str> = text.split(':').collect();
        let well_formed = pairs.len() == 16
            && pairs
                .iter()
                .all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if well_formed {
            Ok(text)
        } else {
            Err(self.error(
                "has a malformed `fingerprint`; it should be 16 hex pairs joined by colons, as the \
                 console shows it beside the key",
            ))
        }
    }

    /// The pass phrase of the private key, where there is one.
    pub fn pass_phrase(&self) -> Option<SecretString> {
        self.get("pass_phrase").map(SecretString::from)
    }

    /// Reads and parses `key_file`.
    ///
    /// # Errors
    /// When `key_file` is absent or unreadable, or its key cannot be used; the message names
    /// profile and file.
    pub fn private_key(&self) -> Result<PrivateKey> {
        if self.get("key_content").is_some() {
            return Err(self.error(
                "has `key_content`, which a file may not have; put the key into a file and name it in `key_file`",
            ));
        }
        let path = self.key_file()?;
        let text = zeroize::Zeroizing::new(self.read("key_file", &path)?);
        PrivateKey::from_pem(&text, self.pass_phrase().as_ref()).map_err(|cause| {
            let message = self.describe(&format!(
                "has a `key_file` ({}) that cannot be used",
                path.display()
            ));
            Error::key(message).with_source(cause)
        })
    }

    /// Where `key_file` points.
    ///
    /// # Errors
    /// When it is absent.
    pub fn key_file(&self) -> Result<PathBuf> {
        self.path(
            "key_file",
            self.auth_kind().unwrap_or(AuthKind::ApiSigningKey),
        )
    }

    /// Where `security_token_file` points.
    ///
    /// # Errors
    /// When it is absent.
    pub fn security_token_file(&self) -> Result<PathBuf> {
        self.path("security_token_file", AuthKind::SessionToken)
    }

    /// Reads `security_token_file`.
    ///
    /// # Errors
    /// When it is absent, unreadable or has no token.
    pub fn security_token(&self) -> Result<SecurityToken> {
        let path = self.security_token_file()?;
        SecurityToken::parse(&self.read("security_token_file", &path)?).map_err(|cause| {
            Error::token(self.describe(&format!(
                "has a `security_token_file` ({}) without a token; log in again with `oci session authenticate`",
                path.display()
            )))
            .with_source(cause)
        })
    }

    /// Reads `delegation_token_file`.
    ///
    /// # Errors
    /// When it is absent or unreadable.
    pub fn delegation_token(&self) -> Result<SecretString> {
        let path = self.path("delegation_token_file", AuthKind::DelegationToken)?;
        self.read("delegation_token_file", &path)
            .map(SecretString::from)
    }

    /// The id and public key behind this profile's signatures, read anew: what a server needs to
    /// trust the profile. `None` for profiles that sign with a key of their own making.
    ///
    /// # Errors
    /// When the profile lacks a key or a file cannot be read.
    pub fn trusted_key(&self) -> Result<Option<TrustedKey>> {
        let key_id = match self.auth_kind()? {
            AuthKind::ApiSigningKey => self.api_key_id()?,
            AuthKind::SessionToken => KeyId::token(&self.security_token()?),
            AuthKind::DelegationToken => return Ok(None),
        };
        let public_key = self.private_key()?.public_key().clone();
        Ok(Some(TrustedKey { key_id, public_key }))
    }

    /// The key id of an API signing key.
    ///
    /// # Errors
    /// When `tenancy`, `user` or `fingerprint` is absent or malformed.
    pub fn api_key_id(&self) -> Result<KeyId> {
        Ok(KeyId::api_key(
            self.tenancy()?,
            self.user()?,
            &self.fingerprint()?,
        ))
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    fn ocid(&self, key: &str, kind: AuthKind) -> Result<&str> {
        let value = self.require(key, kind)?;
        let well_formed = value.starts_with("ocid")
            && value.split(['.', ':']).count() >= 4
            && value
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'/');
        if well_formed {
            Ok(value)
        } else {
            Err(self.error(format!(
                "has a `{key}` that is not an OCID (`ocid1.{key}.oc1..…`)"
            )))
        }
    }

    fn require(&self, key: &str, kind: AuthKind) -> Result<&str> {
        self.get(key).ok_or_else(|| {
            let needs = match kind {
                AuthKind::ApiSigningKey => "an API signing key needs",
                AuthKind::SessionToken => "a session needs",
                AuthKind::DelegationToken => "a delegation needs",
            };
            let cure = match (kind, self.get("security_token_file"), self.get("user")) {
                (AuthKind::ApiSigningKey, Some(_), _) => {
                    "; the profile has `security_token_file`, so use it as a session"
                }
                (AuthKind::SessionToken, None, Some(_)) => {
                    "; the profile has `user`, so use it with its API signing key"
                }
                (AuthKind::SessionToken, ..) => "; `oci session authenticate` writes it",
                _ => "; `oci setup config` writes it",
            };
            self.error(format!("has no `{key}`, which {needs}{cure}"))
        })
    }

    fn path(&self, key: &str, kind: AuthKind) -> Result<PathBuf> {
        Ok(self.environment.expand(self.require(key, kind)?))
    }

    fn read(&self, key: &str, path: &std::path::Path) -> Result<String> {
        self.environment.read(path).map_err(|cause| {
            self.error(format!(
                "has a `{key}` that cannot be read: {}",
                path.display()
            ))
            .with_source(cause)
        })
    }

    pub(crate) fn describe(&self, what: &str) -> String {
        format!("the profile `{}` in {} {what}", self.name, self.place)
    }

    pub(crate) fn error(&self, what: impl AsRef<str>) -> Error {
        Error::config(self.describe(what.as_ref()))
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("name", &self.name)
            .field("place", &self.place)
            .field("keys", &self.own.keys().collect::<Vec<_>>())
            .field("inherits", &self.inherited.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
