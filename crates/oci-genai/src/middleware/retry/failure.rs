//! What a failed attempt tells about sending the request again.

use std::sync::Arc;
use std::time::Duration;

use http::Response;

use super::retry_after::retry_after;
use super::{Resend, RetryConfig};
use crate::error::{Error, ResendVerdict, ServiceError, is_transient_status, verdict_of};
use crate::time::SharedClock;

/// A failed attempt, reduced to what the decision needs.
pub(super) struct Failure {
    pub(super) reason: String,
    transient: bool,
    verdict: ResendVerdict,
    answered: bool,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn of<B>(outcome: &Result<Response<B>, Error>, clock: &SharedClock) -> Option<Self> {
        match outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => {
                let headers = response.headers();
                let told = headers
                    .get("x-should-retry")
                    .and_then(|value| match value.as_bytes() {
                        b"true" => Some(true),
                        b"false" => Some(false),
                        _ => None,
                    });
                let error = response.extensions().get::<Arc<ServiceError>>();
                let status = response.status();
                let transient =
                    is_transient_status(status) || error.is_some_and(|error| will_change(error));
                Some(Self {
                    reason: status.to_string(),
                    transient: told.unwrap_or(transient),
                    verdict: verdict_of(Some(status)),
                    answered: true,
                    retry_after: retry_after(headers, clock.wall()),
                })
            }
            Err(error) => Some(Self {
                reason: error.to_string(),
                transient: error.is_transient(),
                verdict: error.verdict(),
                answered: error.status().is_some(),
                retry_after: None,
            }),
        }
    }

    /// The pause before another attempt, or `None` if there shall be none.
    pub(super) fn pause(
        &self,
        config: &RetryConfig,
        resend: Resend,
        attempt: u32,
    ) -> Option<Duration> {
        let allowed = match self.verdict {
            ResendVerdict::NotSent | ResendVerdict::Rejected => true,
            ResendVerdict::Unknown => {
                resend == Resend::Always || (resend == Resend::IfAnswered && self.answered)
            }
            ResendVerdict::Done => false,
        };
        if !self.transient || !allowed {
            return None;
        }
        match self.retry_after {
            Some(asked) if asked > config.max_retry_after => None,
            Some(asked) => Some(asked),
            None => Some(config.pause(attempt)),
        }
    }
}

/// Whether the service says that it is in a state that will change by itself.
fn will_change(error: &ServiceError) -> bool {
    error.is_conversation_locked()
        || matches!(error.code(), Some("IncorrectState" | "LockConflict"))
}
