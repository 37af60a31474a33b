//! Talking to the services that issue tokens.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::layer::protected;
use crate::{Error, ErrorKind, RequestSigner, Result, SharedTimeSource, TimeSource as _};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(60);
/// Tokens and certificates are a few kilobytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// A client for one kind of token service.
#[derive(Clone, Debug)]
pub(crate) struct TokenService {
    client: reqwest::Client,
    /// What errors call it.
    name: &'static str,
}

/// What a token service answered with a 2xx.
#[derive(Debug)]
pub(crate) struct Answer {
    name: &'static str,
    headers: HeaderMap,
    body: Bytes,
}

impl TokenService {
    /// Over TLS, or plainly on this machine.
    pub(crate) fn new(name: &'static str) -> Result<Self> {
        Self::build(name, reqwest::Client::builder())
    }

    /// For link-local services: no proxy in between.
    pub(crate) fn direct(name: &'static str) -> Result<Self> {
        Self::build(name, reqwest::Client::builder().no_proxy())
    }

    /// Trusting only the certificates of this PEM text.
    pub(crate) fn trusting(name: &'static str, ca: &str) -> Result<Self> {
        let unusable = || Error::config(format!("the certificates for {name} cannot be used"));
        let certificates = reqwest::Certificate::from_pem_bundle(ca.as_bytes())
            .map_err(|cause| unusable().with_source(cause))?;
        if certificates.is_empty() {
            return Err(unusable());
        }
        Self::build(
            name,
            reqwest::Client::builder()
                .no_proxy()
                .tls_certs_only(certificates),
        )
    }

    fn build(name: &'static str, builder: reqwest::ClientBuilder) -> Result<Self> {
        let client = builder
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .build()
            .map_err(|cause| {
                Error::config(format!("no HTTP client could be made for {name}")).with_source(cause)
            })?;
        Ok(Self { client, name })
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

    /// As [`signed`](Self::signed), with one more header.
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

    /// Sends a request with these headers. The caller sees to it that no secret goes unprotected.
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
        let unreachable = |cause: reqwest::Error| {
            Error::unavailable(format!("{} at {url} could not be reached", self.name))
                .with_source(cause.without_url())
        };
        let request = request.try_into().map_err(unreachable)?;
        let mut response = self.client.execute(request).await.map_err(unreachable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Error::unavailable(format!(
                    "{} answered more than 1 MiB",
                    self.name
                )));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            let headers = response.headers().clone();
            return Ok(Answer {
                name: self.name,
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
            .map(|id| format!(", opc-request-id {id}"))
            .unwrap_or_default();
        let told = told(&body)
            .map(|told| format!(": {told}"))
            .unwrap_or_default();
        Err(Error::new(
            kind,
            format!("{} answered {status}{request_id}{told}", self.name),
        )
        .with_status(status))
    }

    fn bad_url(&self, url: &str, cause: http::Error) -> Error {
        Error::config(format!("{url} is not an address for {}", self.name)).with_source(cause)
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|_| {
            Error::unavailable(format!("{} answered with something not text", self.name))
        })
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        // The parser's message may quote the answer, so it is not passed on.
        serde_json::from_slice(&self.body).map_err(|_| {
            Error::unavailable(format!(
                "{} answered with something other than expected",
                self.name
            ))
        })
    }
}

/// The answer of most token services.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    pub(crate) token: String,
}

/// What an error body says, as far as it is safe to repeat.
fn told(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody {
        code: Option<String>,
        message: Option<String>,
    }
    let ErrorBody { code, message } = serde_json::from_slice(body).ok()?;
    let told = [code, message]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ");
    // `eyJ` begins every JWT: a service that echoes a token is not quoted.
    let safe = !told.is_empty() && !told.contains("eyJ") && !told.contains("PRIVATE KEY");
    safe.then(|| told.chars().filter(|c| !c.is_control()).take(300).collect())
}
