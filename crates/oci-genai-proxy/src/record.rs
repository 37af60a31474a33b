//! What is known of a request when it has ended. It holds nothing of what people wrote, and no credentials.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, Request, StatusCode};
use oci_genai::middleware::call_span;
use oci_genai::time::SharedClock;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::Span;

use crate::operation::Operation;
use crate::usage::{Found, Reader, TokenUsage};

/// The longest path, id and model that are kept, in characters.
const MAX_TEXT: usize = 200;

/// Called at the end of a request.
pub(crate) type Observer = Arc<dyn Fn(&RequestRecord) + Send + Sync>;

/// Record of a finished request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Arrival time.
    pub started_at: SystemTime,
    /// HTTP method.
    pub method: Method,
    /// Path as the caller sent it, without the query.
    pub path: String,
    /// Status that the caller got; `None` if the caller disconnected earlier.
    pub status: Option<StatusCode>,
    /// The service's request id.
    pub request_id: Option<String>,
    /// Time until the response began.
    pub time_to_response: Option<Duration>,
    /// Time until the response ended.
    pub duration: Duration,
    /// Forwarded bytes of the response body.
    pub response_bytes: u64,
    /// Outcome of the request.
    pub outcome: Outcome,
    /// Reason why the proxy rejected the request, or why the credentials could not be refreshed.
    pub reason: Option<String>,
    /// What it asks for; `None` if the proxy refused it before that was known.
    pub operation: Option<Operation>,
    /// The model that it names, after [`ModelMap`](crate::ModelMap), or else the one that the
    /// response names. Read only with [`ProxyConfig::read_usage`](crate::ProxyConfig::read_usage),
    /// as are the next three.
    pub model: Option<String>,
    /// The id of the response.
    pub response_id: Option<String>,
    /// The status that the response has, such as `completed`.
    pub response_status: Option<String>,
    /// The tokens it used; `None` where the response has none, or comes in an encoding or of a type
    /// that is not read.
    pub usage: Option<TokenUsage>,
}

/// Outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The whole response was forwarded.
    Complete,
    /// The proxy responded instead of the service.
    ByProxy,
    /// The service's response ended early.
    Broken,
    /// The caller disconnected before the end of the response.
    Canceled,
}

/// Follows a request, and reports it when dropped.
pub(crate) struct Watch {
    record: RequestRecord,
    begun: Instant,
    observer: Option<Observer>,
    /// Lets another request start when this one has ended.
    permit: Option<OwnedSemaphorePermit>,
    reads_usage: bool,
    reader: Option<Reader>,
    span: Span,
}

impl Watch {
    pub(crate) fn begin<B>(
        request: &Request<B>,
        observer: Option<Observer>,
        reads_usage: bool,
        clock: &SharedClock,
    ) -> Self {
        let path = bounded(request.uri().path());
        Self {
            record: RequestRecord {
                started_at: clock.system_time(),
                method: request.method().clone(),
                path,
                status: None,
                request_id: None,
                time_to_response: None,
                duration: Duration::ZERO,
                response_bytes: 0,
                outcome: Outcome::Canceled,
                reason: None,
                operation: None,
                model: None,
                response_id: None,
                response_status: None,
                usage: None,
            },
            begun: Instant::now(),
            observer,
            permit: None,
            reads_usage,
            reader: None,
            span: Span::none(),
        }
    }

    /// Begins the span of a request that goes to the service.
    pub(crate) fn forwards(&mut self, operation: Operation) -> Span {
        self.record.operation = Some(operation);
        self.span = call_span(operation.as_str(), None, None);
        self.reads_usage |= !self.span.is_disabled();
        self.span.clone()
    }

    /// Whether model and tokens are wanted.
    pub(crate) fn reads_usage(&self) -> bool {
        self.reads_usage
    }

    /// The model that the request names.
    pub(crate) fn asks(&mut self, model: &str) {
        let model = bounded(model);
        self.span.record("gen_ai.request.model", &*model);
        if let Some(operation) = self.record.operation {
            let name = format!("{} {model}", operation.as_str());
            self.span.record("otel.name", name);
        }
        self.record.model = Some(model);
    }

    pub(crate) fn hold(&mut self, permit: OwnedSemaphorePermit) {
        self.permit = Some(permit);
    }

    pub(crate) fn responded(&mut self, status: StatusCode, headers: &HeaderMap) {
        let id = headers
            .get("opc-request-id")
            .or_else(|| headers.get("x-request-id"));
        self.record.status = Some(status);
        self.record.request_id = id.and_then(|id| id.to_str().ok()).map(bounded);
        self.record.time_to_response = Some(self.begun.elapsed());
        self.reader = self.reads_usage.then(|| Reader::of(headers)).flatten();
    }

    pub(crate) fn reason(&mut self, reason: impl Into<String>) {
        self.record.reason = Some(reason.into());
    }

    /// A piece of the response is handed on.
    pub(crate) fn sent(&mut self, piece: &[u8]) {
        if let Some(reader) = &mut self.reader {
            if self.record.response_bytes == 0 && reader.is_stream() {
                let waited = self.begun.elapsed().as_secs_f64();
                self.span
                    .record("gen_ai.response.time_to_first_chunk", waited);
            }
            reader.push(piece);
        }
        self.record.response_bytes += piece.len() as u64;
    }

    pub(crate) fn ended(&mut self, outcome: Outcome) {
        self.record.outcome = outcome;
    }

    pub(crate) fn response_bytes(&self) -> u64 {
        self.record.response_bytes
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.record.outcome
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.record.duration = self.begun.elapsed();
        self.permit = None;
        if let Some(reader) = self.reader.take() {
            self.read(reader.found());
        }
        match self.record.outcome {
            Outcome::Broken => self.failed("stream_interrupted"),
            // Clients leave a stream when they have its last event, which has the tokens.
            Outcome::Canceled if self.record.usage.is_none() => self.failed("canceled"),
            Outcome::Canceled | Outcome::Complete | Outcome::ByProxy => {}
        }
        if let Some(observer) = &self.observer {
            observer(&self.record);
        }
    }
}

impl Watch {
    /// Takes over what the response said of itself.
    fn read(&mut self, found: &Found) {
        for (field, text) in [
            ("gen_ai.response.id", &found.id),
            ("gen_ai.response.model", &found.model),
            ("oci.response.status", &found.status),
        ] {
            if let Some(text) = text {
                self.span.record(field, &**text);
            }
        }
        let counts = found.usage.unwrap_or_default();
        for (field, count) in [
            ("gen_ai.usage.input_tokens", counts.input_tokens),
            ("gen_ai.usage.output_tokens", counts.output_tokens),
        ] {
            if let Some(count) = count {
                self.span.record(field, count);
            }
        }
        let kept = |text: &Option<String>| text.as_deref().map(bounded);
        let record = &mut self.record;
        record.model = record.model.take().or_else(|| kept(&found.model));
        record.response_id = kept(&found.id);
        record.response_status = kept(&found.status);
        record.usage = found.usage;
    }

    fn failed(&self, kind: &str) {
        self.span.record("otel.status_code", "ERROR");
        self.span.record("error.type", kind);
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}
