//! Instance principals: an OCI compute instance acts as itself.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::certificate::{LeafCertificate, bare_certificate};
use super::metadata::Metadata;
use super::token_bound::{Issue, Issued, bare, new_key};
use super::{BoxFuture, ProvideCredentials};
use crate::redact::Guarded;
use crate::region::ResolvedRegion;
use crate::token_service::{TokenAnswer, TokenService};
use crate::{
    Credentials, Environment, Error, KeyId, PrivateKey, RequestSigner, Result, SecurityToken,
    SharedTimeSource, SignedHeaders, TimeSource,
};

/// Signs as the compute instance that runs the program.
///
/// The instance's certificates come from its metadata service (version 2; `OCI_METADATA_BASE_URL`
/// overrides the address). The identity service exchanges them for a token. Each exchange reads the
/// certificates again and generates a new session key.
#[derive(Clone, Debug)]
pub struct InstancePrincipalCredentialsProvider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    metadata: Metadata,
    identity: TokenService,
    endpoint: Option<Guarded>,
    time: SharedTimeSource,
    /// Set by the first exchange: an instance does not move to another tenancy.
    tenancy: OnceLock<String>,
}

/// Builds an [`InstancePrincipalCredentialsProvider`].
#[derive(Clone, Debug)]
pub struct InstancePrincipalBuilder {
    environment: Environment,
    endpoint: Option<Guarded>,
    time: SharedTimeSource,
    pause: Duration,
}

impl InstancePrincipalCredentialsProvider {
    /// Creates a builder with the process's environment.
    pub fn builder() -> InstancePrincipalBuilder {
        InstancePrincipalBuilder {
            environment: Environment::default(),
            endpoint: None,
            time: SharedTimeSource::default(),
            pause: Duration::from_secs(1),
        }
    }

    /// Checks that this machine is an OCI instance: its metadata service responds.
    pub(super) async fn probe(&self) -> Result<()> {
        self.0.metadata.probe().await
    }

    pub(super) async fn resolved_region(&self) -> Result<ResolvedRegion> {
        self.0.metadata.region().await
    }

    /// Returns the instance's OCID.
    pub(super) async fn instance_id(&self) -> Result<String> {
        self.0.metadata.get("/instance/id").await
    }
}

impl InstancePrincipalBuilder {
    /// Sets the variables to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the identity service, without path. Default: that of the instance's region and realm.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Guarded::endpoint(&url.into()));
        self
    }

    /// Sets the clock for dating token requests. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// Sets the first pause when the metadata service is busy. It doubles up to 30 s; after 8
    /// attempts the error is returned. Default: 1 s.
    #[must_use]
    pub fn retry_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Builds the provider. Sends no request yet.
    ///
    /// # Errors
    /// Returns an error if `OCI_METADATA_BASE_URL` is not a URL.
    pub fn build(self) -> Result<InstancePrincipalCredentialsProvider> {
        Ok(InstancePrincipalCredentialsProvider(Arc::new(Inner {
            metadata: Metadata::new(&self.environment, self.pause)?,
            identity: TokenService::new("the identity service"),
            endpoint: self.endpoint,
            time: self.time,
            tenancy: OnceLock::new(),
        })))
    }
}

impl Inner {
    async fn issue(&self) -> Result<Issued> {
        let metadata = &self.metadata;
        let (endpoint, leaf, leaf_key, intermediate, key) = tokio::try_join!(
            self.endpoint(),
            metadata.get("/identity/cert.pem"),
            metadata.get("/identity/key.pem"),
            metadata.get("/identity/intermediate.pem"),
            new_key(),
        )?;
        let leaf = LeafCertificate::parse(&leaf)?;
        let leaf_key = PrivateKey::from_pem(&zeroize::Zeroizing::new(leaf_key), None)?;
        let tenancy = self.tenancy.get_or_init(|| leaf.tenancy.clone());
        if *tenancy != leaf.tenancy {
            return Err(Error::refused(
                "the instance's certificate names another tenancy than before; hint: restart the program if this is correct",
            ));
        }
        let body = json!({
            "certificate": leaf.bare,
            "publicKey": bare(key.public_key()),
            "intermediateCertificates": [bare_certificate(&intermediate)?],
        });
        let signer = RequestSigner::new(KeyId::federation(tenancy, &leaf.fingerprint), leaf_key)
            .with_signed_headers(SignedHeaders::WithoutHost);
        let url = format!("{endpoint}/v1/x509");
        let body = Bytes::from(body.to_string());
        let answer = self
            .identity
            .signed(Method::POST, &url, body, &signer, &self.time)
            .await?;
        let token = SecurityToken::parse(&answer.json::<TokenAnswer>()?.token)?;
        Ok(Issued { token, key })
    }

    async fn endpoint(&self) -> Result<String> {
        match &self.endpoint {
            Some(endpoint) => Ok(endpoint.to_string()),
            None => self
                .metadata
                .region()
                .await
                .map(|region| region.auth_endpoint()),
        }
    }
}

impl Issue for InstancePrincipalCredentialsProvider {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        Box::pin(self.0.issue())
    }
}

impl ProvideCredentials for InstancePrincipalCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async { self.0.issue().await.map(|issued| issued.credentials()) })
    }

    fn replace_credentials<'a>(
        &'a self,
        _rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        Box::pin(async { self.provide_credentials().await.map(Some) })
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async { self.0.metadata.region().await.map(|region| Some(region.id)) })
    }
}
