//! Identity endpoints, which issue tokens to instances, resources and pods.
//!
//! The keys are created on first use. Tokens are real signed JWTs that are only valid for this
//! emulator.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use oci_genai_auth::{KeyId, PublicKey, SecurityToken};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::authenticate::CredentialKind;
use crate::authenticate::key_store::Trust;
use crate::error::ApiError;
use keys::Keys;

pub(crate) mod keys;

/// Tenancy of the emulator's instances, resources and pods.
pub const TENANCY: &str = "ocid1.tenancy.oc1..emulator";
/// Instance that the emulator's metadata service describes.
pub const INSTANCE: &str = "ocid1.instance.oc1.us-chicago-1.emulator";

/// Issuer of tokens.
#[derive(Default)]
pub(crate) struct Identity {
    keys: OnceCell<Keys>,
    /// Resources and their parent resources.
    parents: Mutex<HashMap<String, String>>,
}

/// Owner of a token, for its claims.
pub(crate) struct Subject<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: CredentialKind,
}

impl Identity {
    /// Returns the keys. Creates them on first use, outside the threads that serve requests.
    pub(crate) async fn keys(&self) -> Result<&Keys, ApiError> {
        let failed = |message: String| {
            tracing::error!(message, "could not create the identity keys");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The identity keys cannot be made.",
            )
        };
        self.keys
            .get_or_try_init(|| async {
                match tokio::task::spawn_blocking(Keys::make).await {
                    Ok(made) => made.map_err(|error| failed(error.to_string())),
                    Err(error) => Err(failed(error.to_string())),
                }
            })
            .await
    }

    pub(crate) fn add_parent(&self, resource: String, parent: String) {
        let mut parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        parents.insert(resource, parent);
    }

    pub(crate) fn parent(&self, resource: &str) -> Option<String> {
        let parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        parents.get(resource).cloned()
    }

    /// Issues a token for a key pair. Signatures made with it are trusted until it expires.
    pub(crate) async fn issue(
        &self,
        trust: &Trust,
        subject: Subject<'_>,
        key: PublicKey,
        now: SystemTime,
        lifetime: Duration,
    ) -> Result<String, ApiError> {
        let token = self.sign(claims(&subject, now, lifetime)).await?;
        let parsed = SecurityToken::parse(&token).map_err(internal)?;
        trust.add(
            KeyId::token(&parsed),
            key,
            subject.kind,
            now + lifetime,
            now,
        );
        Ok(token)
    }

    /// Signs a JWT with these claims.
    pub(crate) async fn sign(&self, claims: Value) -> Result<String, ApiError> {
        self.keys().await?.sign(&claims).map_err(internal)
    }

    /// Returns the claims of a token that this emulator signed and that has not expired.
    pub(crate) async fn open(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<SecurityToken, ApiError> {
        let parsed = SecurityToken::parse(token)
            .map_err(|_| not_authenticated().because("the token is malformed or absent"))?;
        if !self.keys().await?.signed(parsed.expose()) {
            return Err(not_authenticated().because("the token was not issued by this emulator"));
        }
        if parsed.is_expired_at(now) {
            return Err(not_authenticated().because("the token has expired"));
        }
        Ok(parsed)
    }
}

fn claims(subject: &Subject<'_>, now: SystemTime, lifetime: Duration) -> Value {
    let seconds = |at: SystemTime| {
        at.duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    };
    let kind = match subject.kind {
        CredentialKind::InstancePrincipal => "instance",
        CredentialKind::ResourcePrincipal => "resource",
        CredentialKind::WorkloadIdentity => "workload",
        _ => "user",
    };
    json!({
        "sub": subject.id,
        "iss": "emulator",
        "iat": seconds(now),
        "exp": seconds(now + lifetime),
        "jti": uuid::Uuid::new_v4().to_string(),
        "tenant": TENANCY,
        "res_tenant": TENANCY,
        "res_compartment": TENANCY,
        "ptype": kind,
    })
}

/// Returns a 401 with the message of a native service.
pub(crate) fn not_authenticated() -> ApiError {
    ApiError::unauthenticated().code("NotAuthenticated")
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    tracing::error!(%error, "could not issue a token");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The token could not be issued.",
    )
}
