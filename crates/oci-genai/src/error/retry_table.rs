//! The retry table: the effect of a request that each failure proves. The guide shows it too.

use http::StatusCode;

use super::{RetrySafety, ServiceError};

/// The observed outcome of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// No connection, or the request was rejected before it was sent.
    NotSent,
    /// An HTTP/2 server refused the stream without reading the request.
    StreamRefused,
    /// The request was sent, and the response is missing or was cut off.
    NoAnswer,
    /// A response with an error status, and the error in its body.
    Status(StatusCode, &'a ServiceError),
    /// An error object in the body of a success, or in an event of a stream.
    ErrorObject(&'a ServiceError),
    /// The response is complete.
    Answered,
}

/// A row of the table.
pub(crate) struct Rule {
    /// The outcome, in the guide's words.
    pub(crate) what: &'static str,
    /// The retry safety that the outcome proves.
    pub(crate) retry_safety: RetrySafety,
    /// Retry of a POST that names a conversation.
    pub(crate) in_conversation: Repeat,
    /// Retry of a POST that names none.
    pub(crate) elsewhere: Repeat,
    covers: fn(Outcome<'_>) -> bool,
}

impl Rule {
    /// Returns `true` if the service rejected the request and will do so again. Then not even a
    /// read is retried.
    pub(crate) fn is_final(&self) -> bool {
        self.retry_safety == Rejected && self.elsewhere == No
    }
}

/// Retry rule of the client, while attempts are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Retry, unless the service's `x-should-retry` header forbids it.
    Yes,
    /// Retry for 429 and for codes of a temporary state, such as a locked conversation.
    IfTransient,
    No,
}

use Outcome::{Answered, ErrorObject, NoAnswer, NotSent, Status, StreamRefused};
use Repeat::{IfTransient, No, Yes};
use RetrySafety::{Completed, Rejected, Unknown};

/// The rules. The first one that covers an outcome applies. The last one covers everything.
///
/// A gateway can deliver a request and then respond in the service's place. Therefore only statuses
/// that no gateway uses after delivery prove anything, and 503 only with an error code of the
/// service.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        what: "nothing was sent: no connection, or the client did not send the request",
        retry_safety: RetrySafety::NotSent,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| matches!(outcome, NotSent),
    },
    Rule {
        what: "an HTTP/2 server refused the stream",
        retry_safety: Rejected,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| matches!(outcome, StreamRefused),
    },
    Rule {
        what: "`insufficient_quota`, with any status or in a body",
        retry_safety: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| words(outcome).is_some_and(ServiceError::is_quota_exhausted),
    },
    Rule {
        what: "307, 308",
        retry_safety: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(status(outcome), Some(307 | 308)),
    },
    Rule {
        what: "400 to 498 except 408",
        retry_safety: Rejected,
        in_conversation: IfTransient,
        elsewhere: IfTransient,
        covers: |outcome| matches!(status(outcome), Some(400..=407 | 409..=498)),
    },
    Rule {
        what: "501",
        retry_safety: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| status(outcome) == Some(501),
    },
    Rule {
        what: "503 with an error code of the service, such as `ServiceUnavailable`",
        retry_safety: Rejected,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| {
            status(outcome) == Some(503) && words(outcome).is_some_and(has_code_of_the_service)
        },
    },
    Rule {
        what: "408, 503 without such a code, all other 5xx",
        retry_safety: Unknown,
        in_conversation: No,
        elsewhere: Yes,
        covers: |outcome| matches!(status(outcome), Some(408 | 500..=599)),
    },
    Rule {
        what: "301, 302, 303, 499, any other status",
        retry_safety: Unknown,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, Status(..)),
    },
    Rule {
        what: "any other error object in a 200 or in a stream",
        retry_safety: Unknown,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, ErrorObject(_)),
    },
    Rule {
        what: "a complete response that failed, has no output, or cannot be read",
        retry_safety: Completed,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, Answered),
    },
    LAST,
];

const LAST: Rule = Rule {
    what: "no response, or one that was cut off",
    retry_safety: Unknown,
    in_conversation: No,
    elsewhere: No,
    covers: |_| true,
};

/// Returns the rule for an outcome.
pub(crate) fn rule(outcome: Outcome<'_>) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| (rule.covers)(outcome))
        .unwrap_or(&LAST)
}

/// Returns the retry safety of an outcome.
pub(crate) fn retry_safety(outcome: Outcome<'_>) -> RetrySafety {
    rule(outcome).retry_safety
}

fn status(outcome: Outcome<'_>) -> Option<u16> {
    match outcome {
        Status(status, _) => Some(status.as_u16()),
        _ => None,
    }
}

fn words(outcome: Outcome<'_>) -> Option<&ServiceError> {
    match outcome {
        Status(_, words) | ErrorObject(words) => Some(words),
        NotSent | StreamRefused | NoAnswer | Answered => None,
    }
}

/// Codes with which the service itself rejects a request temporarily. Gateways send 503 with a
/// page, with no body, or with the status as a number.
const CODES_OF_THE_SERVICE: &[&str] = &[
    // Oracle's
    "ServiceUnavailable",
    "TooManyRequests",
    "IncorrectState",
    "ExternalServerIncorrectState",
    "Conflict",
    "LimitExceeded",
    "QuotaExceeded",
    // OpenAI's
    "server_is_overloaded",
    "slow_down",
    "rate_limit_exceeded",
    "conversation_locked",
];

fn has_code_of_the_service(words: &ServiceError) -> bool {
    words
        .code()
        .is_some_and(|code| CODES_OF_THE_SERVICE.contains(&code))
}

/// Codes and types of an exhausted quota. Only a payment or a raised limit helps.
const QUOTA: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
];

/// Message of an exhausted quota when no code names it.
const QUOTA_WORDS: &str = "exceeded your current quota";

/// Codes and types of errors that a retry cannot change.
const PERMANENT: &[&str] = &[
    "context_length_exceeded",
    "content_filter",
    "content_policy_violation",
    "invalid_request_error",
    "data_residency_mismatch",
    "bio_policy",
    "model_not_found",
    "empty_image_file",
    "string_above_max_length",
];

/// Prefixes of such codes.
const PERMANENT_PREFIXES: &[&str] = &["invalid_", "unsupported_", "image_"];

impl ServiceError {
    /// Returns `true` if the account's quota is used up. A retry fails until somebody pays or
    /// raises the quota.
    pub fn is_quota_exhausted(&self) -> bool {
        let named = |name: Option<&str>| name.is_some_and(|name| QUOTA.contains(&name));
        let unnamed = self.code().is_none_or(|code| code.parse::<u16>().is_ok());
        named(self.code())
            || named(self.error_type())
            || (unnamed && self.message().to_ascii_lowercase().contains(QUOTA_WORDS))
    }

    /// Returns `true` if the service will reject the same request again: an exhausted quota, a
    /// context that is too long, filtered content, an invalid request.
    pub(crate) fn is_permanent(&self) -> bool {
        let names = [self.code(), self.error_type()];
        let mut names = names.into_iter().flatten();
        self.is_quota_exhausted()
            || (!self.will_pass()
                && names.any(|name| {
                    let family = |prefix: &&str| name.starts_with(*prefix);
                    PERMANENT.contains(&name) || PERMANENT_PREFIXES.iter().any(family)
                }))
    }

    /// Returns `true` if the service reports a temporary state.
    pub(crate) fn will_pass(&self) -> bool {
        self.is_conversation_locked()
            || matches!(self.code(), Some("IncorrectState" | "LockConflict"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> RetrySafety {
        let words = ServiceError::from_body(body.as_bytes());
        retry_safety(Status(StatusCode::from_u16(status).unwrap(), &words))
    }

    #[test]
    fn only_statuses_that_no_gateway_sends_after_delivery_are_proof() {
        for status in (100..=999).filter(|status| StatusCode::from_u16(*status).is_ok()) {
            let expected = match status {
                307 | 308 | 400..=407 | 409..=498 | 501 => Rejected,
                _ => Unknown,
            };
            for body in ["", "{}", "upstream connect error", r#"{"code":503}"#] {
                assert_eq!(of(status, body), expected, "{status} {body}");
            }
        }
    }

    #[test]
    fn a_503_is_proof_only_with_an_error_code_of_the_service() {
        for body in [
            r#"{"code":"ServiceUnavailable","message":"Later."}"#,
            r#"{"error":{"code":"server_is_overloaded","message":"Later.","type":"server_error"}}"#,
            r#"{"code":"503","message":"{\"error\":{\"code\":\"slow_down\",\"message\":\"Later.\"}}"}"#,
        ] {
            assert_eq!(of(503, body), Rejected, "{body}");
            for status in [408, 499, 500, 502, 504] {
                assert_eq!(of(status, body), Unknown, "{status} {body}");
            }
        }
        for body in [
            r#"{"code":"503","message":"Later."}"#,
            r#"{"message":"no healthy upstream"}"#,
            r#"{"error":{"code":null,"message":"Later.","type":"server_error"}}"#,
            r#"{"error":{"code":"upstream_error","message":"Later."}}"#,
            "<html><h1>503 Service Unavailable</h1></html>",
        ] {
            assert_eq!(of(503, body), Unknown, "{body}");
        }
    }

    #[test]
    fn an_exhausted_quota_is_recognized_by_code_type_and_message() {
        for body in [
            r#"{"error":{"code":"insufficient_quota","message":"No."}}"#,
            r#"{"error":{"type":"insufficient_quota","message":"No."}}"#,
            r#"{"error":{"code":429,"message":"You exceeded your current quota, please check."}}"#,
        ] {
            let words = ServiceError::from_body(body.as_bytes());
            assert!(words.is_quota_exhausted() && words.is_permanent(), "{body}");
            assert_eq!(retry_safety(ErrorObject(&words)), Rejected, "{body}");
            for status in [200, 408, 429, 500, 503] {
                assert_eq!(of(status, body), Rejected, "{status} {body}");
            }
        }
        for body in [
            r#"{"error":{"code":"rate_limit_exceeded","message":"You exceeded your current quota"}}"#,
            r#"{"error":{"code":"server_error","message":"No."}}"#,
            "{}",
        ] {
            let words = ServiceError::from_body(body.as_bytes());
            assert!(!words.is_quota_exhausted(), "{body}");
            assert_eq!(retry_safety(ErrorObject(&words)), Unknown, "{body}");
        }
    }

    #[test]
    fn permanent_and_temporary_errors_are_distinguished() {
        let permanent = |body: &str| ServiceError::from_body(body.as_bytes()).is_permanent();
        for name in [
            "context_length_exceeded",
            "content_filter",
            "invalid_encrypted_content",
            "unsupported_value",
            "image_too_large",
        ] {
            assert!(
                permanent(&format!(r#"{{"code":"{name}","message":"No."}}"#)),
                "{name}"
            );
        }
        for body in [
            r#"{"code":"server_error","message":"No."}"#,
            r#"{"code":"rate_limit_exceeded","message":"No."}"#,
            r#"{"error":{"code":"conversation_locked","type":"invalid_request_error"}}"#,
            "upstream connect error",
        ] {
            assert!(!permanent(body), "{body}");
        }
    }

    /// Formats the table as the guide shows it.
    fn rows() -> String {
        let again = |repeat| match repeat {
            Yes => "yes",
            IfTransient => "if it may pass",
            No => "no",
        };
        let row = |rule: &Rule| {
            let Rule {
                what,
                retry_safety,
                in_conversation,
                elsewhere,
                ..
            } = rule;
            let (one, other) = (again(*in_conversation), again(*elsewhere));
            format!("| {what} | `{retry_safety:?}` | {one} | {other} |\n")
        };
        RULES.iter().map(row).collect()
    }

    #[test]
    fn the_guide_shows_these_rules() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/failure.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(
            page.contains(&rows()),
            "docs/failure.md is to have\n{}",
            rows()
        );
    }
}
