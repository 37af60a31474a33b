//! Workload identity: a pod on Oracle's Kubernetes Engine acts as itself.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use http::{Method, StatusCode, Uri};
use serde_json::json;
use zeroize::Zeroizing;

use super::token_bound::{Issued, bare, new_key};
use super::{BoxFuture, ProvideCredentials, resource_principal};
use crate::layer::protected;
use crate::redact::{Guarded, shown};
use crate::token_service::{TokenAnswer, TokenService};
use crate::{
    Credentials, Environment, Error, Result, SecurityToken, SharedTimeSource, TimeSource,
    file_error,
};

const NAME: &str = "the workload identity service";
const CA_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
const TOKEN_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const PORT: u16 = 12250;

/// Signs as the Kubernetes service account of the program's pod.
///
/// Reads the variables `KUBERNETES_SERVICE_HOST`, `OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH` and
/// `OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH`, and for the region `OCI_RESOURCE_PRINCIPAL_REGION`.
/// The cluster must be an enhanced cluster. Each exchange reads the service account's token and the
/// cluster's certificate again and generates a new session key. Tokens are refreshed after half of
/// their lifetime.
#[derive(Clone, Debug)]
pub struct OkeWorkloadIdentityCredentialsProvider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: Environment,
    endpoint: Guarded,
    time: SharedTimeSource,
}

/// Builds an [`OkeWorkloadIdentityCredentialsProvider`].
#[derive(Clone, Debug, Default)]
pub struct OkeWorkloadIdentityBuilder {
    environment: Environment,
    endpoint: Option<Guarded>,
    time: SharedTimeSource,
}

impl OkeWorkloadIdentityCredentialsProvider {
    /// Creates a builder with the process's environment.
    pub fn builder() -> OkeWorkloadIdentityBuilder {
        OkeWorkloadIdentityBuilder::default()
    }
}

impl OkeWorkloadIdentityBuilder {
    /// Sets the variables and files to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the cluster's token service, without path. Default:
    /// `https://{KUBERNETES_SERVICE_HOST}:12250`.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(Guarded::endpoint(&url.into()));
        self
    }

    /// Sets the clock for checking the age of the service account token. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// Builds the provider. Sends no request yet.
    ///
    /// # Errors
    /// Returns an error if `KUBERNETES_SERVICE_HOST` is not set: the program does not run in a pod.
    pub fn build(self) -> Result<OkeWorkloadIdentityCredentialsProvider> {
        let endpoint = match self.endpoint {
            Some(endpoint) => endpoint,
            None => {
                let host = self
                    .environment
                    .var("KUBERNETES_SERVICE_HOST")
                    .ok_or_else(|| {
                        Error::config(
                            "KUBERNETES_SERVICE_HOST is not set: the program does not run in a Kubernetes pod",
                        )
                    })?;
                let host = if host.contains(':') && !host.starts_with('[') {
                    format!("[{host}]")
                } else {
                    host
                };
                Guarded::new(format!("https://{host}:{PORT}"))
            }
        };
        let inner = Inner {
            environment: self.environment,
            endpoint,
            time: self.time,
        };
        Ok(OkeWorkloadIdentityCredentialsProvider(Arc::new(inner)))
    }
}

impl Inner {
    async fn issue(&self) -> Result<Issued> {
        let account = self.account_token()?;
        let url = format!("{}/resourcePrincipalSessionTokens", &*self.endpoint);
        let uri: Uri = url.parse().map_err(|cause| {
            Error::config(format!("{} is not an address", shown(&url))).with_source(cause)
        })?;
        protected(&uri)?;
        let service = if uri.scheme_str() == Some("https") {
            TokenService::trusting(
                NAME,
                &self.read("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", CA_FILE)?,
            )?
        } else {
            TokenService::direct(NAME)
        };
        let key = new_key().await?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", account.expose()))
            .map_err(|_| Error::token("the service account token cannot be sent in a header"))?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert("opc-request-id", request_id()?);
        let body = Bytes::from(json!({ "podKey": bare(key.public_key()) }).to_string());
        let answer = service.plain(Method::POST, &url, headers, body).await.map_err(|error| {
            if error.status() == Some(StatusCode::FORBIDDEN) {
                Error::refused(
                    "the workload identity service rejected the request; hint: check that the cluster is an enhanced cluster and that a policy names the workload",
                )
                .with_status(StatusCode::FORBIDDEN)
                .with_source(error)
            } else {
                error
            }
        })?;
        Ok(Issued {
            token: decode(answer.text()?)?,
            key,
        })
    }

    fn account_token(&self) -> Result<SecurityToken> {
        let text = self.read("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", TOKEN_FILE)?;
        let token = SecurityToken::parse(&text).map_err(|cause| {
            Error::token("the Kubernetes service account token is malformed").with_source(cause)
        })?;
        if token.is_expired_at(self.time.now()) {
            return Err(Error::token(
                "the Kubernetes service account token has expired; the kubelet should have replaced its file",
            ));
        }
        Ok(token)
    }

    fn read(&self, variable: &str, default: &str) -> Result<Zeroizing<String>> {
        let value = self
            .environment
            .var(variable)
            .unwrap_or_else(|| default.to_owned());
        let path = self.environment.expand(&value);
        self.environment
            .read(&path)
            .map_err(|cause| file_error::variable(variable, &value, None, cause, &self.environment))
    }
}

/// Decodes a response: base64 of JSON, sometimes in quotes. Its token begins with `ST$`.
fn decode(text: &str) -> Result<SecurityToken> {
    let odd =
        || Error::unavailable("the workload identity service returned an unexpected response");
    let json = STANDARD
        .decode(text.trim().trim_matches('"'))
        .map_err(|_| odd())?;
    let answer: TokenAnswer = serde_json::from_slice(&json).map_err(|_| odd())?;
    SecurityToken::parse(&answer.token)
}

/// Creates a request id of three segments of 32 hex digits.
fn request_id() -> Result<HeaderValue> {
    let mut random = [0_u8; 48];
    aws_lc_rs::rand::fill(&mut random)
        .map_err(|_| Error::unavailable("the system's source of randomness failed"))?;
    let hex: Vec<String> = random
        .chunks(16)
        .map(|segment| segment.iter().map(|byte| format!("{byte:02X}")).collect())
        .collect();
    HeaderValue::try_from(hex.join("/"))
        .map_err(|cause| Error::request("the request id cannot be sent").with_source(cause))
}

impl ProvideCredentials for OkeWorkloadIdentityCredentialsProvider {
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
        let region = resource_principal::region(&self.0.environment);
        Box::pin(std::future::ready(Ok(region)))
    }
}
