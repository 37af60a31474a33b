//! What is known of a request when it has ended. It holds nothing of bodies or credentials.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, Request, StatusCode};
use oci_genai::time::SharedClock;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// The longest path that is kept, in characters.
const MAX_PATH: usize = 200;

/// Called when a request has ended.
pub(crate) type Observer = Arc<dyn Fn(&RequestRecord) + Send + Sync>;

/// A request that has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it came.
    pub started_at: SystemTime,
    /// Its method.
    pub method: Method,
    /// Its path as the caller asked for it, without query.
    pub path: String,
    /// The status that the caller got; `None` if it left before.
    pub status: Option<StatusCode>,
    /// The service's id for it.
    pub request_id: Option<String>,
    /// The time until the response began.
    pub time_to_response: Option<Duration>,
    /// The time until the response ended.
    pub duration: Duration,
    /// Bytes of the response's body that were handed on.
    pub response_bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why the proxy refused it, or why the credentials could not be renewed.
    pub reason: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The whole response was handed on.
    Complete,
    /// The proxy answered in the service's place.
    ByProxy,
    /// The service's response broke off.
    Broken,
    /// The caller left before the response was whole.
    Canceled,
}

/// Follows a request to its end, and reports it when it is dropped.
pub(crate) struct Watch {
    record: RequestRecord,
    begun: Instant,
    observer: Option<Observer>,
    /// Gives room to another request when this one has ended.
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
                started_at: clock.wall(),
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
