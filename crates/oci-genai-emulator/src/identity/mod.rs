//! The identity side of the cloud: what instances, resources and pods ask to become somebody.
//!
//! The keys are made when they are first needed. Tokens are real signed JWTs; they are good for this
//! emulator and end with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use oci_genai_auth::{KeyId, PublicKey, SecurityToken};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::authenticate::CredentialKind;
use crate::authenticate::trust::Trust;
use crate::error::ApiError;
use keys::Keys;

pub(crate) mod keys;

/// The tenancy that instances, resources and pods of the emulator belong to.
pub const TENANCY: &str = "ocid1.tenancy.oc1..emulator";
/// The instance that the emulator's metadata service describes.
pub const INSTANCE: &str = "ocid1.instance.oc1.us-chicago-1.emulator";

/// Who issues tokens.
#[derive(Default)]
pub(crate) struct Identity {
    keys: OnceCell<Keys>,
    /// Resources and the resource that each belongs to.
    parents: Mutex<HashMap<String, String>>,
}

/// What a token says of its owner.
pub(crate) struct Subject<'a> {
    pub(crate) id: &'a str,
    pub(crate) kind: CredentialKind,
}

impl Identity {
    /// The keys; made on first use, apart from the threads that serve requests.
    pub(crate) async fn keys(&self) -> Result<&Keys, ApiError> {
        let failed = |message: String| {
            tracing::error!(message, "the identity keys cannot be made");
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

    /// A token for a key pair; signatures made with it are trusted until it ends.
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

    /// A JWT with these claims.
    pub(crate) async fn sign(&self, claims: Value) -> Result<String, ApiError> {
        self.keys().await?.sign(&claims).map_err(internal)
    }

    /// The claims of a token that was signed here and has not ended.
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

/// 401 in the words of a native service.
pub(crate) fn not_authenticated() -> ApiError {
    ApiError::unauthenticated().code("NotAuthenticated")
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    tracing::error!(%error, "a token could not be issued");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The token could not be issued.",
    )
}
