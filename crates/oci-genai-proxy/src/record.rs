//! Record of a finished request. It contains no bodies or credentials.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, Request, StatusCode};
use oci_genai::time::SharedClock;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Maximum length of a recorded path, in characters.
const MAX_PATH: usize = 200;

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
}

impl Watch {
    pub(crate) fn begin<B>(
        request: &Request<B>,
        observer: Option<Observer>,
        clock: &SharedClock,
    ) -> Self {
        let path = request.uri().path().chars().take(MAX_PATH).collect();
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
            },
            begun: Instant::now(),
            observer,
            permit: None,
        }
    }

    pub(crate) fn hold(&mut self, permit: OwnedSemaphorePermit) {
        self.permit = Some(permit);
    }

    pub(crate) fn responded(&mut self, status: StatusCode, headers: &HeaderMap) {
        let id = headers
            .get("opc-request-id")
            .or_else(|| headers.get("x-request-id"));
        self.record.status = Some(status);
        self.record.request_id = id
            .and_then(|id| id.to_str().ok())
            .map(|id| id.chars().take(MAX_PATH).collect());
        self.record.time_to_response = Some(self.begun.elapsed());
    }

    pub(crate) fn reason(&mut self, reason: impl Into<String>) {
        self.record.reason = Some(reason.into());
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.record.response_bytes += bytes as u64;
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
        if let Some(observer) = &self.observer {
            observer(&self.record);
        }
    }
}
