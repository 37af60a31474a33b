//! Who is asking: API keys and request signatures.

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
use trust::Trust;

pub(crate) mod trust;

/// The kind of credential a request was accepted with.
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

    /// The name it has in logs and files.
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
    /// What kind it is.
    pub kind: CredentialKind,
    /// Which one, so that it cannot be used: of an API key the last characters and the start of its
    /// SHA-256 digest, of a session token the subject, of another signature its `keyId`.
    pub id: String,
}

/// Why a request was refused: for the log and the inspector, not for the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the request has no authorization header")]
    NoCredential,
    #[error("the API key is not one of this emulator's")]
    UnknownApiKey,
    #[error("the default API key is off, because others are configured; --api-key accepts it")]
    DefaultApiKey,
    #[error("the API key is one of region {0}, and keys are regional")]
    ForeignApiKey(String),
    #[error("the authorization header is neither a bearer token nor a signature")]
    UnknownScheme,
    #[error("{0}")]
    Signature(#[from] VerifyError),
}

/// The credentials an emulator trusts.
pub(crate) struct Authenticator {
    /// The id of each key, by which it is logged.
    api_keys: HashMap<String, String>,
    /// The region of each key that is another region's.
    foreign: HashMap<String, String>,
    trust: Trust,
    clock: Clock,
}

impl Authenticator {
    pub(crate) fn new(config: &EmulatorConfig, trust: Trust, clock: Clock) -> Self {
        let api_keys = config.api_keys.iter();
        let foreign = config.foreign_api_keys.iter().cloned();
        Self {
            api_keys: api_keys.map(|key| (key.clone(), api_key_id(key))).collect(),
            foreign: foreign.map(|(region, key)| (key, region)).collect(),
            trust,
            clock,
        }
    }

    /// Accepts or refuses a request whose body has been read, on a clock that is further off by so many
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
                return Err(match self.foreign.get(key) {
                    Some(region) => Refusal::ForeignApiKey(region.clone()),
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

    /// The credential a request claims to have, before anything is checked.
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

    /// Whose trusted key signed a request.
    pub(crate) fn signer(&self, parts: &Parts, body: &[u8]) -> Result<KeyId, VerifyError> {
        let verified = self.verify(&Verifier::new(), parts, body, 0)?;
        Ok(verified.key_id)
    }

    /// The public key behind a key id.
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

    /// Checks a signature by a key that is not trusted in general.
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

/// What an API key is called: its end, if it is long enough that this gives nothing away, and the start
/// of its SHA-256 digest, which distinguishes short ones.
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

/// Whether a text is the id of a credential, as opposed to an API key.
pub(crate) fn is_credential_id(text: &str) -> bool {
    let is_key_id = text.contains('/') && !redact::is_secret(text);
    is_key_id || text.starts_with(HIDDEN) || text.starts_with(TOKEN)
}

/// A key id without what makes it a credential: a token is named by its subject.
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
    fn kinds_are_known_by_their_names() {
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::named(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(CredentialKind::named("password"), None);
    }
}
