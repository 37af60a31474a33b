//! Predicates of an error.

use http::StatusCode;

use super::{Error, ErrorKind, RetrySafety, ServiceError};

impl Error {
    /// Returns `true` if a setting is missing or invalid.
    pub fn is_config(&self) -> bool {
        self.0.kind == ErrorKind::Config
    }

    /// Returns `true` if the request is invalid: the client did not send it, or the service
    /// returned 400 or 422.
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == ErrorKind::InvalidRequest || self.has_status(&[400, 422])
    }

    /// Returns `true` if credentials were not accepted (401) or could not be obtained.
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Authentication || self.has_status(&[401])
    }

    /// Returns `true` if the service returned 403. In most cases a missing permission is reported
    /// as 404.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(&[403])
    }

    /// Returns `true` if the resource does not exist, or is not visible to these credentials (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(&[404])
    }

    /// Returns `true` if another request conflicts with this one (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(&[409]) || self.is_conversation_locked()
    }

    /// Returns `true` if another response is in progress in the same conversation. Wait for it,
    /// then retry.
    pub fn is_conversation_locked(&self) -> bool {
        self.0
            .service
            .as_ref()
            .is_some_and(|service| service.is_conversation_locked())
    }

    /// Returns `true` if the service limits the request rate (429, unless the quota is used up).
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(&[429]) && !self.is_quota_exhausted()
    }

    /// Returns `true` if the service failed (5xx).
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Returns `true` if a timeout expired.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns `true` if the connection could not be established.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns `true` if a stream ended before its response was complete.
    pub fn is_interrupted(&self) -> bool {
        self.0.kind == ErrorKind::StreamInterrupted
    }

    /// Returns `true` if the response could not be decoded.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Returns `true` if the service ran the response and reports that it failed.
    pub fn is_failed(&self) -> bool {
        self.0.kind == ErrorKind::ResponseFailed
    }

    /// Returns `true` if the cause may be temporary: no connection, a timeout, 408, 409, 429 or 5xx
    /// other than 501, unless the quota is used up. See [`retry_safety`](Self::retry_safety) for
    /// whether a retry is *safe*.
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::StreamInterrupted
            | ErrorKind::LimitExceeded => true,
            ErrorKind::Service => {
                !self.is_quota_exhausted()
                    && self
                        .status()
                        .is_some_and(|s| is_transient_status(s) || self.is_conflict())
            }
            _ => false,
        }
    }

    /// Returns `true` if the service will reject the same request again: a setting or the request
    /// is invalid, the quota is used up, the context is too long, or the content was filtered.
    /// Change the request first.
    pub fn is_permanent(&self) -> bool {
        let by_words = self.service_error().is_some_and(ServiceError::is_permanent);
        match self.0.kind {
            ErrorKind::Config | ErrorKind::InvalidRequest => true,
            ErrorKind::Service => {
                by_words || (self.0.retry_safety == RetrySafety::Rejected && !self.is_transient())
            }
            ErrorKind::ResponseFailed => by_words,
            _ => false,
        }
    }

    /// Returns `true` if the account's quota is used up (`insufficient_quota`). Waiting does not
    /// help.
    pub fn is_quota_exhausted(&self) -> bool {
        self.service_error()
            .is_some_and(ServiceError::is_quota_exhausted)
    }

    fn has_status(&self, statuses: &[u16]) -> bool {
        self.status()
            .is_some_and(|status| statuses.contains(&status.as_u16()))
    }
}

/// Returns `true` if a later retry may succeed after this status.
pub(crate) fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429) || (status.is_server_error() && status.as_u16() != 501)
}
