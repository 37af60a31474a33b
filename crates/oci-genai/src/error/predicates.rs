//! Questions to an error.

use http::StatusCode;

use super::{Error, ErrorKind, ResendVerdict, ServiceError};

impl Error {
    /// A setting is missing or wrong.
    pub fn is_config(&self) -> bool {
        self.0.kind == ErrorKind::Config
    }

    /// The request is wrong: this client would not send it, or the service answered 400 or 422.
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == ErrorKind::InvalidRequest || self.has_status(&[400, 422])
    }

    /// The credentials were not accepted (401) or could not be had.
    pub fn is_unauthenticated(&self) -> bool {
        self.0.kind == ErrorKind::Credentials || self.has_status(&[401])
    }

    /// The service says that this is not permitted (403). Most such cases arrive as 404.
    pub fn is_forbidden(&self) -> bool {
        self.has_status(&[403])
    }

    /// What was asked for is not there, or not for these credentials to see (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(&[404])
    }

    /// Another request is in the way (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(&[409]) || self.is_conversation_locked()
    }

    /// Another response is being made in the same conversation. Wait for it, then send again.
    pub fn is_conversation_locked(&self) -> bool {
        self.0
            .service
            .as_ref()
            .is_some_and(|service| service.is_conversation_locked())
    }

    /// The service asks for fewer requests (429, unless the quota is used up).
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(&[429]) && !self.is_quota_exhausted()
    }

    /// The service itself failed (5xx).
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// A time limit passed.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// No connection came about.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// A stream ended before its response was complete.
    pub fn is_interrupted(&self) -> bool {
        self.0.kind == ErrorKind::Interrupted
    }

    /// The answer could not be read.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// The service ran the response and reports that it failed.
    pub fn is_failed(&self) -> bool {
        self.0.kind == ErrorKind::Failed
    }

    /// The cause may go away by itself: no connection, a time limit, 408, 409, 429 or 5xx other than
    /// 501, unless the quota is used up. Whether sending again is *safe* is what
    /// [`verdict`](Self::verdict) tells.
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::Interrupted
            | ErrorKind::Declined => true,
            ErrorKind::Service => {
                !self.is_quota_exhausted()
                    && self
                        .status()
                        .is_some_and(|s| is_transient_status(s) || self.is_conflict())
            }
            _ => false,
        }
    }

    /// The same request will be refused again: a setting or the request is wrong, the quota is used
    /// up, the context is too long, or the content was filtered. Change something first.
    pub fn is_permanent(&self) -> bool {
        let by_words = self.service_error().is_some_and(ServiceError::is_permanent);
        match self.0.kind {
            ErrorKind::Config | ErrorKind::InvalidRequest => true,
            ErrorKind::Service => {
                by_words || (self.0.verdict == ResendVerdict::Rejected && !self.is_transient())
            }
            ErrorKind::Failed => by_words,
            _ => false,
        }
    }

    /// The account's quota is used up (`insufficient_quota`). Waiting does not help.
    pub fn is_quota_exhausted(&self) -> bool {
        self.service_error()
            .is_some_and(ServiceError::is_quota_exhausted)
    }

    fn has_status(&self, statuses: &[u16]) -> bool {
        self.status()
            .is_some_and(|status| statuses.contains(&status.as_u16()))
    }
}

/// Whether a status is worth a later try.
pub(crate) fn is_transient_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429) || (status.is_server_error() && status.as_u16() != 501)
}
