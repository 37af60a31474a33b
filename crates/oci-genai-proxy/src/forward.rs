//! Forwards requests to the service.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response};
use http_body::Body as _;
use oci_genai::middleware::{CallSpan, Idempotency, RetryOverride, Stateless};
use oci_genai::{Error, ErrorKind, Passthrough, RetryConfig, RetrySafety};
use oci_genai_api::{Body, BoxError};
use tower_service::Service as _;

use crate::config::ProxyConfig;
use crate::headers::strip_request;
use crate::json_members::member;
use crate::operation::Operation;
use crate::record::Watch;
use crate::refusal::Refusal;
use crate::rename::ModelMap;
use crate::target::Target;
use crate::upload::{Patience, Upload};
use crate::usage::is_plain;

/// Maximum number of retries of a request that was certainly not sent, and the first pause before
/// one.
const RESENDS: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Forwards requests of callers to the service.
#[derive(Debug)]
pub(crate) struct Forwarder {
    service: Passthrough,
    /// Where the service is, for traces.
    host: Option<String>,
    port: Option<u16>,
    retries: u32,
    failover: bool,
    map: ModelMap,
    max_body_bytes: usize,
    patience: Patience,
}

/// Request body in the form that attempts need.
enum Content<B> {
    Memory(Bytes),
    Stream(Upload<B>),
}

impl Forwarder {
    pub(crate) fn new(service: Passthrough, config: &ProxyConfig) -> Self {
        let origin = url::Url::parse(service.endpoint().origin()).ok();
        Self {
            host: origin
                .as_ref()
                .and_then(url::Url::host_str)
                .map(str::to_owned),
            port: origin.as_ref().and_then(url::Url::port_or_known_default),
            service,
            retries: config.retries,
            failover: config.failover,
            map: config.models_map.clone(),
            max_body_bytes: config.max_body_bytes,
            patience: Patience {
                pause: config.read_timeout,
                total: config.upload_timeout,
            },
        }
    }

    /// Forwards a request and returns the service's response.
    pub(crate) async fn forward<B>(
        &self,
        request: Request<B>,
        target: Target,
        watch: &mut Watch,
    ) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let span = watch.forwards(Operation::of(&parts.method, target.path()));
        if let Some(host) = &self.host {
            span.record("server.address", &**host);
        }
        if let Some(port) = self.port {
            span.record("server.port", port);
        }
        strip_request(&mut parts.headers);
        let reads = watch.reads_usage() && is_json(&parts.headers);
        let content = self.content(&parts, body, reads).await?;
        if let (true, Content::Memory(body)) = (reads, &content)
            && let Some(model) = member(body, b"model")
            && let Ok(model) = serde_json::from_slice::<String>(model)
        {
            watch.asks(&model);
        }
        let mut template = Request::new(());
        template.extensions_mut().insert(CallSpan(span));
        *template.method_mut() = parts.method;
        self.mark(&mut template, target.path(), &content);
        *template.uri_mut() = target.into_uri();
        *template.headers_mut() = parts.headers;
        if let Content::Stream(upload) = &content
            && upload.size_hint().exact().is_none()
        {
            // Without this header, HTTP clients drop the body of a GET with an unknown length.
            let chunked = HeaderValue::from_static("chunked");
            template.headers_mut().insert(TRANSFER_ENCODING, chunked);
        }
        let sent = self.send(template, &content).await;
        if let Content::Stream(upload) = &content
            && let Some(model) = upload.model()
        {
            watch.asks(&model);
        }
        sent.map_err(|error| Refusal::failed(&error))
    }

    /// Returns the body, buffered only if necessary.
    async fn content<B>(&self, parts: &Parts, body: B, reads: bool) -> Result<Content<B>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
    {
        if body.is_end_stream() {
            return Ok(Content::Memory(Bytes::new()));
        }
        let renames = !self.map.is_empty() && is_json(&parts.headers);
        let decides = self.retries > 0 || self.failover;
        let upload = Upload::new(body, self.patience);
        if !(self.service.signs_bodies() || decides || renames) {
            return Ok(Content::Stream(if reads { upload.read() } else { upload }));
        }
        let collected = upload.collect(self.max_body_bytes).await;
        let bytes = collected.map_err(|error| Refusal::upload(&error))?;
        Ok(Content::Memory(match renames {
            true => self.map.apply(bytes),
            false => bytes,
        }))
    }

    /// Sets the retries and the failover that the request may have.
    fn mark<B>(&self, request: &mut Request<()>, path: &str, content: &Content<B>) {
        let Content::Memory(body) = content else {
            return;
        };
        let is_set = |name: &[u8]| member(body, name).is_some_and(|value| value != b"null");
        if path.starts_with("/conversations") || is_set(b"conversation") {
            return;
        }
        let creates = *request.method() == Method::POST
            && matches!(path, "/responses" | "/chat/completions" | "/embeddings");
        if self.retries > 0 {
            let config = RetryConfig::new()
                .max_attempts(self.retries.saturating_add(1))
                .idempotency_header(false);
            request.extensions_mut().insert(RetryOverride(config));
            if creates {
                request
                    .extensions_mut()
                    .insert(Idempotency::RetryIfAnswered);
            }
        }
        let keeps_nothing = match path {
            "/responses" => member(body, b"store") == Some(b"false"),
            "/chat/completions" => member(body, b"store") != Some(b"true"),
            _ => true,
        };
        if self.failover && creates && keeps_nothing && !is_set(b"previous_response_id") {
            request.extensions_mut().insert(Stateless);
        }
    }

    /// Sends the request, and retries it if it was certainly not sent or not read.
    async fn send<B>(
        &self,
        template: Request<()>,
        content: &Content<B>,
    ) -> Result<Response<Body>, Error>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let retried = template.extensions().get::<RetryOverride>().is_some();
        let mut pause = FIRST_PAUSE;
        let mut left = if retried { 0 } else { RESENDS };
        loop {
            let request = template.clone().map(|()| match content {
                Content::Memory(bytes) => Body::from(bytes.clone()),
                Content::Stream(upload) => Body::wrap(upload.clone()),
            });
            let error = match self.service.clone().call(request).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let untouched = match content {
                Content::Memory(_) => true,
                Content::Stream(upload) => !upload.has_begun(),
            };
            if left == 0 || !untouched || !never_left(&error) {
                return Err(error);
            }
            left -= 1;
            tracing::debug!(%error, "retrying the request");
            tokio::time::sleep(pause).await;
            pause *= 3;
        }
    }
}

/// Returns true if the service certainly did not read the request, and a retry may reach it.
fn never_left(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect => true,
        ErrorKind::Transport => matches!(
            error.retry_safety(),
            RetrySafety::NotSent | RetrySafety::Rejected
        ),
        _ => false,
    }
}

/// Returns true if the body is readable JSON: not compressed, and of no other type.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    is_plain(headers)
        && kind.is_none_or(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.windows(4).any(|part| part == b"json")
        })
}
