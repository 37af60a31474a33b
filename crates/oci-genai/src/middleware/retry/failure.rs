//! Decides about a retry after a failed attempt.

use std::sync::Arc;
use std::time::Duration;

use http::Response;

use super::retry_after::retry_after;
use super::{Idempotency, RetryConfig};
use crate::error::{
    Error, Outcome, Repeat, RetrySafety, Rule, ServiceError, is_transient_status, rule,
};
use crate::time::SharedClock;

/// A failed attempt, reduced to what the retry decision needs.
pub(super) struct Failure {
    pub(super) reason: String,
    pub(super) rule: &'static Rule,
    transient: bool,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn of<B>(outcome: &Result<Response<B>, Error>, clock: &SharedClock) -> Option<Self> {
        match outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => {
                let headers = response.headers();
                let hint = headers
                    .get("x-should-retry")
                    .and_then(|value| match value.as_bytes() {
                        b"true" => Some(true),
                        b"false" => Some(false),
                        _ => None,
                    });
                let unread = ServiceError::default();
                let read = response.extensions().get::<Arc<ServiceError>>();
                let error = read.map_or(&unread, |read| &**read);
                let status = response.status();
                let transient = is_transient_status(status) || error.will_pass();
                Some(Self {
                    reason: status.to_string(),
                    rule: rule(Outcome::Status(status, error)),
                    transient: hint.unwrap_or(transient),
                    retry_after: retry_after(headers, clock.system_time()),
                })
            }
            Err(error) => Some(Self {
                reason: error.to_string(),
                rule: rule(what_became_of(error)),
                transient: error.is_transient(),
                retry_after: None,
            }),
        }
    }

    /// Returns the pause before another attempt, or `None` if there is none.
    pub(super) fn pause(
        &self,
        config: &RetryConfig,
        resend: Idempotency,
        attempt: u32,
    ) -> Option<Duration> {
        let allowed = match resend {
            Idempotency::Idempotent => {
                self.rule.retry_safety != RetrySafety::Completed && !self.rule.is_final()
            }
            Idempotency::RetryIfAnswered => self.rule.elsewhere != Repeat::No,
            Idempotency::RetryIfNotExecuted => self.rule.in_conversation != Repeat::No,
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

/// Returns the outcome that a layer's error shows.
fn what_became_of(error: &Error) -> Outcome<'_> {
    match (error.service_error(), error.retry_safety()) {
        (Some(service), _) if service.status().is_some() => service.outcome(),
        (_, RetrySafety::NotSent) => Outcome::NotSent,
        (_, RetrySafety::Rejected) => Outcome::StreamRefused,
        (_, RetrySafety::Completed) => Outcome::Answered,
        (_, RetrySafety::Unknown) => Outcome::NoAnswer,
    }
}
