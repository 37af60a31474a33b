//! Faults: effects, their targets, and their frequency.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ErrorShape;

mod credential;
mod parse;
pub(crate) mod plan;
mod registry;
pub(crate) mod stream;

pub use credential::FaultCredential;
pub(crate) use registry::matches;
pub use registry::{FaultId, FaultState, Faults, ScenarioError};

/// A fault in the handling of the requests it matches.
///
/// ```
/// use oci_genai_emulator::{Effect, Fault};
///
/// let fault = Fault::new(Effect::Status { status: 429, code: None, message: None, retry_after: Some("1".into()), after: false })
///     .route("POST /responses")
///     .times(2);
/// let same: Fault = serde_json::from_str(
///     r#"{"route": "POST /responses", "times": 2, "effect": "status", "status": 429, "retry_after": "1"}"#,
/// )?;
/// assert_eq!(fault, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Map<String, Value>")]
#[non_exhaustive]
pub struct Fault {
    /// Requests that the fault applies to: a method and the start of a path below the base URL,
    /// such as `POST /responses`. Either part may be `*`. Default: every request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Credential that the fault applies to, as a request claims it. Default: any, including
    /// requests that will be rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<FaultCredential>,
    /// Number of matching requests that pass first. Default: 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// Number of requests that the fault affects. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Probability of affecting a matching request, from 0 to 1. Default: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Effect of the fault.
    #[serde(flatten)]
    pub effect: Effect,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Fault {
    /// Creates a fault that affects every request.
    pub fn new(effect: Effect) -> Self {
        Self {
            route: None,
            credential: None,
            skip: 0,
            times: None,
            probability: None,
            effect,
        }
    }

    /// Limits the fault to requests of this route: see [`route`](Self::route).
    #[must_use]
    pub fn route(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Limits the fault to requests with a credential of this [kind](crate::CredentialKind), or
    /// with this credential: see [`FaultCredential`].
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<FaultCredential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Skips this many matching requests first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Affects at most this many requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Affects a matching request with this probability, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }
}

/// Effect of a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// The response is delayed.
    Latency {
        /// Delay in milliseconds.
        ms: u64,
    },
    /// The response is an error.
    Status {
        /// HTTP status, 400 to 599.
        status: u16,
        /// Error code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Error message. Default: the name of the status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// Value of the `retry-after` header, seconds or a date. Default: none.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "parse::text_or_number"
        )]
        retry_after: Option<String>,
        /// Executes the request all the same. Default: false.
        #[serde(default)]
        after: bool,
    },
    /// Error bodies have this shape.
    Shape {
        /// Shape of the error bodies.
        shape: ErrorShape,
    },
    /// The connection is reset.
    Reset {
        /// Executes the request first. Default: false.
        #[serde(default)]
        after: bool,
    },
    /// Another turn locks the conversation.
    Locked,
    /// The JSON of the response is truncated.
    MalformedJson,
    /// The response has this `content-type`.
    ContentType {
        /// Value of the header.
        value: String,
    },
    /// The server's clock is wrong: its `date` header, and its check of a signature's age.
    ClockSkew {
        /// Offset in milliseconds. Negative: the server is behind.
        ms: i64,
    },
    /// The first event of a stream comes this much later than the headers.
    FirstEvent {
        /// Delay in milliseconds.
        ms: u64,
    },
    /// The model writes at this rate.
    TokensPerSecond {
        /// Tokens per second, at least 1.
        rate: u32,
    },
    /// The response body arrives in small pieces.
    Trickle {
        /// Bytes per piece, at least 1.
        bytes: usize,
        /// Pause before each piece, in milliseconds.
        ms: u64,
    },
    /// The server reads the request body slowly.
    SlowReader {
        /// Pause between two frames of the body, in milliseconds.
        ms: u64,
    },
    /// The stream ends after this many events.
    Cut {
        /// Number of events sent.
        events: u64,
        /// Resets the connection. Otherwise the stream ends as if it were complete.
        #[serde(default)]
        reset: bool,
    },
    /// An event of the stream is sent twice.
    Duplicate {
        /// Number of the event, from 0.
        event: u64,
    },
    /// Something is inserted into the stream.
    Insert {
        /// Number of the event before which it is inserted, from 0.
        before: u64,
        /// Event name. Default: no `event:` line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// Event data. Default: a comment line, as a heartbeat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// The stream ends with an `error` event.
    ErrorEvent {
        /// Number of events before it.
        events: u64,
        /// Error code.
        code: String,
        /// Error message.
        message: String,
    },
    /// The model fails, and the response ends as `failed`.
    Fail {
        /// Code of the response's error.
        code: String,
        /// Message of the response's error.
        message: String,
    },
    /// Every function call gets this id, as from servers that number calls per round or leave the
    /// id empty.
    CallId {
        /// Call id.
        id: String,
    },
    /// The turn's input is stored in its conversation without output, and the client gets a 500.
    Orphan,
}

impl Effect {
    /// Creates a comment line in a stream before the event with this number.
    pub fn heartbeat(before: u64) -> Self {
        Self::Insert {
            before,
            event: None,
            data: None,
        }
    }

    /// Returns the name used in files and errors.
    fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["effect"].as_str().unwrap_or("?").to_owned()
    }

    /// Checks the numbers, and returns the reason if one is invalid.
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Status { status, .. } if !(400..=599).contains(status) => {
                Err(format!("status {status} is not an error: use 400 to 599"))
            }
            Self::TokensPerSecond { rate: 0 } => Err("rate must be at least 1".into()),
            Self::Trickle { bytes: 0, .. } => Err("bytes must be at least 1".into()),
            Self::ContentType { value } if http::HeaderValue::from_str(value).is_err() => {
                Err("value is not a header value".into())
            }
            _ => Ok(()),
        }
    }
}

/// Faults that belong together, as a file that can be shared.
///
/// ```
/// let scenario: oci_genai_emulator::Scenario = serde_json::from_str(
///     r#"{"seed": 7, "faults": [{"effect": "cut", "events": 4, "probability": 0.1}]}"#,
/// )?;
/// assert_eq!(scenario.faults.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Scenario {
    /// Description of the scenario.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Seed of the random numbers, for repeatable runs. Default: 0.
    #[serde(default)]
    pub seed: u64,
    /// Faults, in the order they are tried.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

pub(crate) fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
