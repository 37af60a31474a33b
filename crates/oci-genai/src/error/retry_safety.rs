//! What a failure proves about the effect of its request: the one table, shown in the guide too.

use http::StatusCode;

use super::{ResendVerdict, ServiceError};

/// What became of a request, as far as it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// No connection, or refused before it was sent.
    NotSent,
    /// An HTTP/2 server refused the stream without reading it.
    StreamRefused,
    /// The request was sent, and no answer came or it was cut off.
    NoAnswer,
    /// An answer with an error status, and what its body says.
    Status(StatusCode, &'a ServiceError),
    /// An error object in the body of a success, or in an event of a stream.
    ErrorObject(&'a ServiceError),
    /// The answer came whole.
    Answered,
}

/// A row of the table.
pub(crate) struct Rule {
    /// What came, in the guide's words.
    pub(crate) what: &'static str,
    /// What that proves.
    pub(crate) verdict: ResendVerdict,
    /// Whether a POST that names a conversation is sent again.
    pub(crate) in_conversation: Repeat,
    /// Whether a POST that names none is sent again.
    pub(crate) elsewhere: Repeat,
    covers: fn(Outcome<'_>) -> bool,
}

impl Rule {
    /// Whether the service refused and will refuse again, so that not even a read is repeated.
    pub(crate) fn is_final(&self) -> bool {
        self.verdict == Rejected && self.elsewhere == No
    }
}

/// Whether the client sends a request again, while attempts are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Unless the service says in `x-should-retry` not to.
    Yes,
    /// For 429, and for codes of a state that passes, such as a locked conversation.
    IfTransient,
    No,
}

use Outcome::{Answered, ErrorObject, NoAnswer, NotSent, Status, StreamRefused};
use Repeat::{IfTransient, No, Yes};
use ResendVerdict::{Done, Rejected, Unknown};

/// The rules; the first that covers an outcome counts. The last covers everything.
///
/// A gateway can deliver a request and then answer in the service's place. So only statuses that no
/// gateway uses after delivery prove anything, and 503 only in the service's own words.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        what: "nothing was sent: no connection, or this client refused",
        verdict: ResendVerdict::NotSent,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| matches!(outcome, NotSent),
    },
    Rule {
        what: "an HTTP/2 server refused the stream",
        verdict: Rejected,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| matches!(outcome, StreamRefused),
    },
    Rule {
        what: "`insufficient_quota`, with any status or in a body",
        verdict: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| words(outcome).is_some_and(ServiceError::is_quota_exhausted),
    },
    Rule {
        what: "307, 308",
        verdict: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(status(outcome), Some(307 | 308)),
    },
    Rule {
        what: "400 to 498 except 408",
        verdict: Rejected,
        in_conversation: IfTransient,
        elsewhere: IfTransient,
        covers: |outcome| matches!(status(outcome), Some(400..=407 | 409..=498)),
    },
    Rule {
        what: "501",
        verdict: Rejected,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| status(outcome) == Some(501),
    },
    Rule {
        what: "503 with an error code of the service, such as `ServiceUnavailable`",
        verdict: Rejected,
        in_conversation: Yes,
        elsewhere: Yes,
        covers: |outcome| {
            status(outcome) == Some(503) && words(outcome).is_some_and(has_code_of_the_service)
        },
    },
    Rule {
        what: "408, 503 without such a code, all other 5xx",
        verdict: Unknown,
        in_conversation: No,
        elsewhere: Yes,
        covers: |outcome| matches!(status(outcome), Some(408 | 500..=599)),
    },
    Rule {
        what: "301, 302, 303, 499, any other status",
        verdict: Unknown,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, Status(..)),
    },
    Rule {
        what: "any other error object in a 200 or in a stream",
        verdict: Unknown,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, ErrorObject(_)),
    },
    Rule {
        what: "the answer came whole, but it failed, says nothing, or cannot be read",
        verdict: Done,
        in_conversation: No,
        elsewhere: No,
        covers: |outcome| matches!(outcome, Answered),
    },
    LAST,
];

const LAST: Rule = Rule {
    what: "no answer, or one that was cut off",
    verdict: Unknown,
    in_conversation: No,
    elsewhere: No,
    covers: |_| true,
};

/// The rule for an outcome.
pub(crate) fn rule(outcome: Outcome<'_>) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| (rule.covers)(outcome))
        .unwrap_or(&LAST)
}

/// What an outcome proves.
pub(crate) fn verdict(outcome: Outcome<'_>) -> ResendVerdict {
    rule(outcome).verdict
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

/// Codes with which the service itself refuses a request for now. Gateways answer 503 with a page, with
/// nothing, or with the status as a number.
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

/// Codes and types of an exhausted quota: it takes a payment, not a pause.
const QUOTA: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
];

/// How the exhausted quota is worded where no code names it.
const QUOTA_WORDS: &str = "exceeded your current quota";

/// Codes and types of refusals that stay as they are when the request is repeated.
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

/// Families of such codes.
const PERMANENT_PREFIXES: &[&str] = &["invalid_", "unsupported_", "image_"];

impl ServiceError {
    /// Whether the account's quota is used up. Repeating the request changes nothing before somebody
    /// pays or raises it.
    pub fn is_quota_exhausted(&self) -> bool {
        let named = |name: Option<&str>| name.is_some_and(|name| QUOTA.contains(&name));
        let unnamed = self.code().is_none_or(|code| code.parse::<u16>().is_ok());
        named(self.code())
            || named(self.error_type())
            || (unnamed && self.message().to_ascii_lowercase().contains(QUOTA_WORDS))
    }

    /// Whether the service's words say that the same request will be refused again: an exhausted
    /// quota, a context that is too long, a filtered content, an invalid request.
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

    /// Whether the service says that it is in a state that will change by itself.
    pub(crate) fn will_pass(&self) -> bool {
        self.is_conversation_locked()
            || matches!(self.code(), Some("IncorrectState" | "LockConflict"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> ResendVerdict {
        let words = ServiceError::from_body(body.as_bytes());
        verdict(Status(StatusCode::from_u16(status).unwrap(), &words))
    }

    #[test]
    fn only_what_no_gateway_says_after_delivery_is_proof() {
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
    fn a_503_is_proof_in_the_words_of_the_service_only() {
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
    fn an_exhausted_quota_is_known_by_code_type_and_words() {
        for body in [
            r#"{"error":{"code":"insufficient_quota","message":"No."}}"#,
            r#"{"error":{"type":"insufficient_quota","message":"No."}}"#,
            r#"{"error":{"code":429,"message":"You exceeded your current quota, please check."}}"#,
        ] {
            let words = ServiceError::from_body(body.as_bytes());
            assert!(words.is_quota_exhausted() && words.is_permanent(), "{body}");
            assert_eq!(verdict(ErrorObject(&words)), Rejected, "{body}");
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
            assert_eq!(verdict(ErrorObject(&words)), Unknown, "{body}");
        }
    }

    #[test]
    fn what_will_not_change_is_told_from_what_may() {
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

    /// How the guide shows the table.
    fn rows() -> String {
        let again = |repeat| match repeat {
            Yes => "yes",
            IfTransient => "if it may pass",
            No => "no",
        };
        let row = |rule: &Rule| {
            let Rule {
                what,
                verdict,
                in_conversation,
                elsewhere,
                ..
            } = rule;
            let (one, other) = (again(*in_conversation), again(*elsewhere));
            format!("| {what} | `{verdict:?}` | {one} | {other} |\n")
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
