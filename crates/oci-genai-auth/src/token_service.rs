//! HTTP requests to the services that issue tokens.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::key::PemBlock;
use crate::layer::protected;
use crate::redact::{escaped, mask, shown};
use crate::token_clients::Clients;
use crate::{Error, ErrorKind, RequestSigner, Result, SharedTimeSource, TimeSource as _};

const TIMEOUT: Duration = Duration::from_secs(60);
/// A metadata service is on the machine itself: it responds at once or not at all.
const METADATA_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum response size. Tokens and certificates are a few kilobytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Maximum length of a service's message in an error, in characters.
const MAX_MESSAGE_CHARS: usize = 300;

/// A client for one kind of token service. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct TokenService(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Name of the service in errors.
    name: &'static str,
    timeout: Duration,
    clients: Clients,
}

/// A 2xx response of a token service.
pub(crate) struct Answer {
    name: &'static str,
    headers: HeaderMap,
    body: Bytes,
}

impl TokenService {
    /// Creates a client that uses TLS, or plain HTTP on this machine.
    pub(crate) fn new(name: &'static str) -> Self {
        Self::with(name, TIMEOUT, false, None)
    }

    /// Creates a client for a service on this machine, without a proxy.
    pub(crate) fn direct(name: &'static str) -> Self {
        Self::with(name, TIMEOUT, true, None)
    }

    /// Creates a client for the link-local metadata service.
    pub(crate) fn metadata() -> Self {
        Self::with(
            "the instance metadata service",
            METADATA_TIMEOUT,
            true,
            None,
        )
    }

    /// Creates a client that trusts only the certificates of this PEM text.
    pub(crate) fn trusting(name: &'static str, ca: &str) -> Result<Self> {
        let unusable = || Error::config(format!("the certificates for {name} cannot be used"));
        let blocks = PemBlock::all(ca, |label| label == "CERTIFICATE")
            .map_err(|cause| unusable().with_source(cause))?;
        if blocks.is_empty() {
            return Err(unusable().with_source("there is no certificate in PEM"));
        }
        let roots = blocks
            .iter()
            .map(|block| reqwest::Certificate::from_der(block.contents()))
            .collect::<Result<_, _>>()
            .map_err(|cause| unusable().with_source(cause))?;
        Ok(Self::with(name, TIMEOUT, true, Some(roots)))
    }

    fn with(
        name: &'static str,
        timeout: Duration,
        is_direct: bool,
        roots: Option<Vec<reqwest::Certificate>>,
    ) -> Self {
        Self(Arc::new(Inner {
            name,
            timeout,
            clients: Clients::new(timeout, is_direct, roots),
        }))
    }

    /// Sends a signed request; `body` is JSON.
    pub(crate) async fn signed(
        &self,
        method: Method,
        url: &str,
        body: Bytes,
        signer: &RequestSigner,
        time: &SharedTimeSource,
    ) -> Result<Answer> {
        self.signed_with(method, url, body, signer, time, None)
            .await
    }

    /// Like [`signed`](Self::signed), with an additional header.
    pub(crate) async fn signed_with(
        &self,
        method: Method,
        url: &str,
        body: Bytes,
        signer: &RequestSigner,
        time: &SharedTimeSource,
        header: Option<(&'static str, &str)>,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let request = request.body(body);
        let (mut parts, body) = request
            .map_err(|cause| self.bad_url(url, cause))?
            .into_parts();
        protected(&parts.uri)?;
        signer.sign(&mut parts, &body, time.now())?;
        self.send(Request::from_parts(parts, body)).await
    }

    /// Sends a request with these headers. The caller must ensure that secrets are sent only over
    /// protected connections.
    pub(crate) async fn plain(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer> {
        let request = Request::builder().method(method).uri(url).body(body);
        let mut request = request.map_err(|cause| self.bad_url(url, cause))?;
        *request.headers_mut() = headers;
        if !request.body().is_empty() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        self.send(request).await
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Answer> {
        let url = request.uri().to_string();
        let client = self.0.clients.client(request.uri())?;
        let secrets = secrets(&request);
        let failed = |cause: reqwest::Error| self.unreachable(&url, cause);
        let request = request.try_into().map_err(failed)?;
        let mut response = client.execute(request).await.map_err(failed)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Error::unavailable(format!(
                    "{} returned more than 1 MiB",
                    self.0.name
                )));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            let headers = response.headers().clone();
            return Ok(Answer {
                name: self.0.name,
                headers,
                body: body.into(),
            });
        }
        let kind = match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => ErrorKind::Unavailable,
            _ if status.is_client_error() || status.is_redirection() => ErrorKind::Refused,
            _ => ErrorKind::Unavailable,
        };
        let request_id = response.headers().get("opc-request-id");
        let request_id = request_id
            .and_then(|id| id.to_str().ok())
            .map(|id| format!(", opc-request-id {}", shown(&clean(id, &secrets))))
            .unwrap_or_default();
        let message = message_of(&body)
            .map(|message| format!(": {}", clean(&message, &secrets)))
            .unwrap_or_default();
        Err(Error::new(
            kind,
            format!("{} returned {status}{request_id}{message}", self.0.name),
        )
        .with_status(status))
    }

    fn unreachable(&self, url: &str, cause: reqwest::Error) -> Error {
        let what = if cause.is_timeout() && !cause.is_connect() {
            format!("did not respond within {} s", self.0.timeout.as_secs())
        } else {
            "could not be reached".to_owned()
        };
        Error::unavailable(format!("{} at {} {what}", self.0.name, shown(url)))
            .with_source(cause.without_url())
    }

    fn bad_url(&self, url: &str, cause: http::Error) -> Error {
        Error::config(format!(
            "{} is not an address for {}",
            shown(url),
            self.0.name
        ))
        .with_source(cause)
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|_| {
            Error::unavailable(format!(
                "{} returned a response that is not text",
                self.name
            ))
        })
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        // The parser's message may quote the response, so it is dropped.
        serde_json::from_slice(&self.body).map_err(|_| {
            Error::unavailable(format!("{} returned an unexpected response", self.name))
        })
    }
}

/// The response body of most token services.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    pub(crate) token: String,
}

/// Returns the parts of a request that must not be repeated: its credentials, and every string in
/// its body.
fn secrets(request: &Request<Bytes>) -> Vec<Zeroizing<String>> {
    let headers = request.headers().values();
    let headers = headers
        .filter(|value| value.is_sensitive())
        .filter_map(|value| value.to_str().ok())
        .map(str::to_owned);
    let body: Option<Value> = serde_json::from_slice(request.body()).ok();
    let texts = body.as_ref().and_then(Value::as_object).into_iter();
    let texts = texts
        .flat_map(|body| body.values())
        .filter_map(Value::as_str)
        .map(str::to_owned);
    headers.chain(texts).map(Zeroizing::new).collect()
}

/// Returns the message of an error body.
fn message_of(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody {
        code: Option<String>,
        message: Option<String>,
    }
    let ErrorBody { code, message } = serde_json::from_slice(body).ok()?;
    let text = [code, message]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ");
    (!text.is_empty()).then_some(text)
}

/// Prepares a service's message for an error: short, without credentials and control characters.
fn clean(text: &str, secrets: &[Zeroizing<String>]) -> String {
    let secrets: Vec<&str> = secrets.iter().map(|secret| secret.as_str()).collect();
    let masked = mask(text, &secrets);
    let short: String = masked.chars().take(MAX_MESSAGE_CHARS).collect();
    escaped(&short).to_string()
}
