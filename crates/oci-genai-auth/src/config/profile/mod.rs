//! A profile of an OCI configuration file.

mod diagnosis;
mod keys;
mod variables;

use std::fmt;
use std::path::PathBuf;

use super::ini::{Section, Value};
use crate::redact::{key_name, shown};
use crate::{Environment, Error, KeyId, PublicKey, Result};

/// Authentication method of a profile.
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

/// A profile with the values that it inherits from `[DEFAULT]`. `Debug` shows the keys, no values.
#[derive(Clone)]
pub struct Profile {
    name: String,
    place: String,
    own: Section,
    inherited: Section,
    /// Keys that variables have set, with the variables; `None` if variables are not used.
    overridden: Option<Vec<(&'static str, &'static str)>>,
    environment: Environment,
}

/// Key id and public key of a profile, which a server needs to trust the profile's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedKey {
    /// The `keyId` of the profile's signatures.
    pub key_id: KeyId,
    /// The key that verifies the signatures.
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
            overridden: None,
            environment,
        }
    }

    /// Returns the profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value of a key, in any case. The profile's own value overrides an inherited one.
    /// Empty values count as absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.value(key).map(|value| value.text.as_str())
    }

    fn value(&self, key: &str) -> Option<&Value> {
        let key = key.to_lowercase();
        let value = self.own.get(&key).or_else(|| self.inherited.get(&key));
        value.filter(|value| !value.text.is_empty())
    }

    /// Returns the region: `region`, else the variable `OCI_REGION`.
    pub fn region(&self) -> Option<String> {
        self.get("region")
            .map(str::to_owned)
            .or_else(|| self.environment.var("OCI_REGION"))
    }

    /// Returns the authentication method, derived from the profile's keys. Its own keys override
    /// inherited ones: a session profile inherits a `user` from a `[DEFAULT]` with an API signing
    /// key, and the reverse is possible too.
    ///
    /// # Errors
    /// Returns an error if `authentication_type` is not valid for profiles, or if the keys match no
    /// method.
    pub fn auth_kind(&self) -> Result<AuthKind> {
        if let Some(kind) = self.get("authentication_type") {
            if !kind.eq_ignore_ascii_case("instance_principal") {
                return Err(self.error(format!(
                    "has `authentication_type={}`; only `instance_principal` together with \
                     `delegation_token_file` is possible",
                    shown(kind)
                )));
            }
            if self.get("delegation_token_file").is_none() {
                return Err(self.error(
                    "has `authentication_type=instance_principal` without a `delegation_token_file`; \
                     hint: an instance principal needs no profile; set OCI_CLI_AUTH=instance_principal",
                ));
            }
            return Ok(AuthKind::DelegationToken);
        }
        let own = |key: &str| {
            self.own
                .get(key)
                .is_some_and(|value| !value.text.is_empty())
        };
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
        Err(self.error(self.no_kind()))
    }

    /// Returns the tenancy's OCID.
    ///
    /// # Errors
    /// Returns an error if it is absent or not an OCID.
    pub fn tenancy(&self) -> Result<&str> {
        self.ocid("tenancy", AuthKind::ApiSigningKey)
    }

    /// Returns the user's OCID.
    ///
    /// # Errors
    /// Returns an error if it is absent (as in session profiles) or not an OCID.
    pub fn user(&self) -> Result<&str> {
        self.ocid("user", AuthKind::ApiSigningKey)
    }

    /// Returns the fingerprint of the API signing key, in lower case.
    ///
    /// # Errors
    /// Returns an error if it is absent or not 16 hex pairs joined by colons.
    pub fn fingerprint(&self) -> Result<String> {
        let value = self.require("fingerprint", AuthKind::ApiSigningKey)?;
        let text = value.to_ascii_lowercase();
        let pairs: Vec<&str> = text.split(':').collect();
        let well_formed = pairs.len() == 16
            && pairs
                .iter()
                .all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if well_formed {
            return Ok(text);
        }
        let why = self.trouble("fingerprint").unwrap_or_else(|| {
            "it should be 16 hex pairs joined by colons, as the console shows it beside the key"
                .to_owned()
        });
        Err(self.error(format!(
            "has a malformed {}: {why}",
            self.named("fingerprint")
        )))
    }

    /// Returns the key id of an API signing key.
    ///
    /// # Errors
    /// Returns an error if `tenancy`, `user` or `fingerprint` is absent or malformed.
    pub fn api_key_id(&self) -> Result<KeyId> {
        self.key_id_of(&self.fingerprint()?)
    }

    /// Returns the key id of the profile's user for the key with this fingerprint.
    pub(crate) fn key_id_of(&self, fingerprint: &str) -> Result<KeyId> {
        let (tenancy, user) = (self.tenancy()?, self.user()?);
        let is_swapped = |user: &str, tenancy: &str| {
            user.starts_with("ocid1.tenancy.") || tenancy.starts_with("ocid1.user.")
        };
        if is_swapped(user, tenancy) {
            return Err(self.error(
                "has a tenancy's OCID in `user` or a user's in `tenancy`; hint: swap the two",
            ));
        }
        Ok(KeyId::api_key(tenancy, user, fingerprint))
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns an OCID, with the same tolerance as Oracle's own libraries.
    fn ocid(&self, key: &str, kind: AuthKind) -> Result<&str> {
        let value = self.require(key, kind)?;
        let parts: Vec<&str> = value.split(['.', ':']).collect();
        let is_known = value.starts_with("ocid") && parts.len() >= 4;
        let is_like_one = parts.len() >= 5
            && [parts.first(), parts.last()]
                .iter()
                .all(|part| part.is_some_and(|part| !part.is_empty()));
        let has_characters = value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || b".:-_".contains(&byte) || (is_known && byte == b'@')
        });
        if (is_known || is_like_one) && has_characters {
            return Ok(value);
        }
        let why = self
            .trouble(key)
            .map(|why| format!(": {why}"))
            .unwrap_or_default();
        Err(self.error(format!(
            "has a {} that is not an OCID (`ocid1.{key}.oc1..…`){why}",
            self.named(key)
        )))
    }

    fn path(&self, key: &str, kind: AuthKind) -> Result<PathBuf> {
        Ok(self.environment.expand(self.require(key, kind)?))
    }

    pub(crate) fn describe(&self, what: &str) -> String {
        format!(
            "the profile `{}` in {} {what}",
            shown(&self.name),
            self.place
        )
    }

    pub(crate) fn error(&self, what: impl AsRef<str>) -> Error {
        Error::config(self.describe(what.as_ref()))
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |section: &Section| section.keys().map(|key| key_name(key)).collect::<Vec<_>>();
        f.debug_struct("Profile")
            .field("name", &shown(&self.name))
            .field("place", &self.place)
            .field("keys", &keys(&self.own))
            .field("inherits", &keys(&self.inherited))
            .finish_non_exhaustive()
    }
}
