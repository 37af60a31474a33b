//! Authentication: API keys and request signatures.

use std::collections::HashMap;
use std::fmt;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use oci_genai_auth::{
    BodyDigest, KeyId, PublicKey, ReceivedRequest, Verified, Verifier, VerifyError, redact,
};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::config::{DEFAULT_API_KEY, EmulatorConfig};
use key_store::Trust;

pub(crate) mod key_store;

/// Kind of the credential of an accepted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// A Generative AI API key, sent as a bearer token.
    ApiKey,
    /// A signature by a user's API signing key.
    ApiSigningKey,
    /// A signature by the key pair of a session token.
    SessionToken,
    /// A signature by a compute instance.
    InstancePrincipal,
    /// A signature by a cloud resource, such as a function.
    ResourcePrincipal,
    /// A signature by a pod of a Kubernetes cluster.
    WorkloadIdentity,
}

impl CredentialKind {
    const ALL: [Self; 6] = [
        Self::ApiKey,
        Self::ApiSigningKey,
        Self::SessionToken,
        Self::InstancePrincipal,
        Self::ResourcePrincipal,
        Self::WorkloadIdentity,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the name used in logs and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::ApiSigningKey => "api_signing_key",
            Self::SessionToken => "session_token",
            Self::InstancePrincipal => "instance_principal",
            Self::ResourcePrincipal => "resource_principal",
            Self::WorkloadIdentity => "workload_identity",
        }
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An accepted credential, safe to log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AcceptedCredential {
    /// Kind of the credential.
    pub kind: CredentialKind,
    /// Identifier that cannot be used as a credential: the last characters of an API key and the
    /// start of its SHA-256 digest, the subject of a session token, or the `keyId` of another
    /// signature.
    pub id: String,
}

/// Reason for rejecting a request, for the log and the inspector. The client does not see it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the request has no authorization header")]
    NoCredential,
    #[error("the API key is not one of this emulator's")]
    UnknownApiKey,
    #[error("the default API key is off, because others are configured; --api-key accepts it")]
    DefaultApiKey,
    #[error("the API key is one of region {0}, and keys are regional")]
    ApiKeyOfOtherRegion(String),
    #[error("the authorization header is neither a bearer token nor a signature")]
    UnknownScheme,
    #[error("{0}")]
    Signature(#[from] VerifyError),
}

/// The credentials that an emulator trusts.
pub(crate) struct Authenticator {
    /// API keys and their ids for the log.
    api_keys: HashMap<String, String>,
    /// API keys of other regions, and their regions.
    keys_in_regions: HashMap<String, String>,
    trust: Trust,
    clock: Clock,
}

impl Authenticator {
    pub(crate) fn new(config: &EmulatorConfig, trust: Trust, clock: Clock) -> Self {
        let api_keys = config.api_keys.iter();
        let keys_in_regions = config.api_keys_in_regions.iter().cloned();
        Self {
            api_keys: api_keys.map(|key| (key.clone(), api_key_id(key))).collect(),
            keys_in_regions: keys_in_regions.map(|(region, key)| (key, region)).collect(),
            trust,
            clock,
        }
    }

    /// Accepts or rejects a request whose body has been read. The clock is off by `skew_ms` more
    /// milliseconds.
    pub(crate) fn authenticate(
        &self,
        parts: &Parts,
        body: &[u8],
        skew_ms: i64,
    ) -> Result<AcceptedCredential, Refusal> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .ok_or(Refusal::NoCredential)?;
        let header = header.to_str().map_err(|_| Refusal::UnknownScheme)?;
        let (scheme, rest) = header.split_once(' ').ok_or(Refusal::UnknownScheme)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            let key = rest.trim();
            let Some(id) = self.api_keys.get(key) else {
                return Err(match self.keys_in_regions.get(key) {
                    Some(region) => Refusal::ApiKeyOfOtherRegion(region.clone()),
                    None if key == DEFAULT_API_KEY => Refusal::DefaultApiKey,
                    None => Refusal::UnknownApiKey,
                });
            };
            return Ok(AcceptedCredential {
                kind: CredentialKind::ApiKey,
                id: id.clone(),
            });
        }
        if scheme.eq_ignore_ascii_case("signature") {
            let verified = self.verify(&Verifier::new(), parts, body, skew_ms)?;
            return Ok(AcceptedCredential {
                kind: self.trust.kind(&verified.key_id),
                id: describe(&verified.key_id),
            });
        }
        Err(Refusal::UnknownScheme)
    }

    /// Returns the credential that a request claims to have, without a check.
    pub(crate) fn claimed(&self, headers: &HeaderMap) -> Option<AcceptedCredential> {
        let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = header.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(AcceptedCredential {
                kind: CredentialKind::ApiKey,
                id: api_key_id(rest.trim()),
            });
        }
        let (_, id) = rest.split_once("keyId=\"")?;
        let (id, _) = id.split_once('"')?;
        let id = KeyId::parse(id).ok()?;
        Some(AcceptedCredential {
            kind: self.trust.kind(&id),
            id: describe(&id),
        })
    }

    /// Returns the trusted key that signed a request.
    pub(crate) fn signer(&self, parts: &Parts, body: &[u8]) -> Result<KeyId, VerifyError> {
        let verified = self.verify(&Verifier::new(), parts, body, 0)?;
        Ok(verified.key_id)
    }

    /// Returns the public key for a key id.
    pub(crate) fn key(&self, id: &KeyId) -> Option<PublicKey> {
        self.trust.key(id, self.clock.now())
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    fn verify(
        &self,
        verifier: &Verifier,
        parts: &Parts,
        body: &[u8],
        skew_ms: i64,
    ) -> Result<Verified, VerifyError> {
        let now = self.clock.skewed(skew_ms);
        verify(verifier, parts, body, now, |id| self.trust.key(id, now))
    }

    /// Checks a signature with a key that is not trusted in general.
    pub(crate) fn verify_with(
        &self,
        verifier: &Verifier,
        parts: &Parts,
        body: &[u8],
        key_of: impl FnOnce(&KeyId) -> Option<PublicKey>,
    ) -> Result<Verified, VerifyError> {
        verify(verifier, parts, body, self.clock.now(), key_of)
    }
}

fn verify(
    verifier: &Verifier,
    parts: &Parts,
    body: &[u8],
    now: SystemTime,
    key_of: impl FnOnce(&KeyId) -> Option<PublicKey>,
) -> Result<Verified, VerifyError> {
    let received = ReceivedRequest {
        method: &parts.method,
        target: parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        headers: &parts.headers,
        authority: parts.uri.authority().map(|authority| authority.as_str()),
        body: &BodyDigest::of(body),
    };
    verifier.verify(&received, now, key_of)
}

/// Returns the identifier of an API key: its last characters, if it is long enough that these
/// reveal nothing, and the start of its SHA-256 digest, which distinguishes short keys.
pub(crate) fn api_key_id(key: &str) -> String {
    let shown = if key.len() >= 16 { 4 } else { 0 };
    let start = key.chars().count().saturating_sub(shown);
    let tail: String = key.chars().skip(start).collect();
    let digest = digest(&SHA256, key.as_bytes());
    let digest: String = digest.as_ref()[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{HIDDEN}{tail}#{digest}")
}

const HIDDEN: &str = "****";
const TOKEN: &str = "ST$… of ";

/// Returns true if a text is the id of a credential and not an API key.
pub(crate) fn is_credential_id(text: &str) -> bool {
    let is_key_id = text.contains('/') && !redact::is_secret(text);
    is_key_id || text.starts_with(HIDDEN) || text.starts_with(TOKEN)
}

/// Describes a key id without its secret part. A token is named by its subject.
fn describe(id: &KeyId) -> String {
    let Some(token) = id.security_token() else {
        return redact::shown(&id.to_string()).to_string();
    };
    let subject = token.claim("sub").and_then(|subject| subject.as_str());
    let subject = redact::shown(subject.unwrap_or("an unnamed subject"));
    format!("{TOKEN}{subject}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_keys_show_little() {
        assert_eq!(api_key_id("sk-emulator"), "****#735aa646");
        assert_eq!(api_key_id("sk-0123456789abcdef"), "****cdef#221df437");
    }

    #[test]
    fn kinds_parse_from_their_names() {
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::named(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(CredentialKind::named("password"), None);
    }
}
