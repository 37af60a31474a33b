//! The fault menu: what can be made to go wrong, for whom, and how often.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ErrorShape;

mod credential;
mod menu;
pub(crate) mod plan;
mod read;
pub(crate) mod stream;

pub use credential::FaultCredential;
pub(crate) use menu::matches;
pub use menu::{FaultId, FaultState, Faults, ScenarioError};

/// Something that goes wrong with the requests it matches.
///
/// ```
/// use oci_genai_emulator::{Effect, Fault};
///
/// let fault = Fault::new(Effect::Status { status: 429, code: None, message: None, retry_after: Some("1".into()), after: false })
///     .on("POST /responses")
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
    /// The requests it is for: a method and the start of a path below the base URL, such as
    /// `POST /responses`; either part may be `*`. Default: every request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The credential it is for, as a request claims it. Default: any, also requests that will be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<FaultCredential>,
    /// How many matching requests pass unharmed first. Default: 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// How many requests it strikes. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How likely it strikes a request that matches, from 0 to 1. Default: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What happens.
    #[serde(flatten)]
    pub effect: Effect,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Fault {
    /// A fault that strikes every request.
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

    /// Only for requests of this route: see [`route`](Self::route).
    #[must_use]
    pub fn on(mut self, route: impl Into<String>) -> Self {
        self.route = Some(route.into());
        self
    }

    /// Only for requests with credentials of this [kind](crate::CredentialKind), or with this one: see
    /// [`FaultCredential`].
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<FaultCredential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes this many requests and no more.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes a matching request with this probability, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// The answer comes this much later.
    Latency {
        /// Milliseconds.
        ms: u64,
    },
    /// An error answer.
    Status {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// The error's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The error's message. Default: the status's own name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// The `retry-after` header, seconds or a date. Default: none.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "read::text_or_number"
        )]
        retry_after: Option<String>,
        /// Whether the request is carried out all the same. Default: no.
        #[serde(default)]
        after: bool,
    },
    /// Error bodies have this shape.
    Shape {
        /// The shape.
        shape: ErrorShape,
    },
    /// The connection is reset.
    Reset {
        /// Whether the request is carried out first. Default: no.
        #[serde(default)]
        after: bool,
    },
    /// The conversation is locked by another turn.
    Locked,
    /// The JSON of the answer is cut off in the middle.
    MalformedJson,
    /// The answer has this `content-type`.
    ContentType {
        /// The header's value.
        value: String,
    },
    /// The server's clock is off: its `date` header, and its idea of how old a signature is.
    ClockSkew {
        /// Milliseconds; negative: the server is behind.
        ms: i64,
    },
    /// The first event of a stream comes this much later than its headers.
    FirstEvent {
        /// Milliseconds.
        ms: u64,
    },
    /// The model is this slow.
    TokensPerSecond {
        /// Tokens a second, at least 1.
        rate: u32,
    },
    /// The body of the answer trickles.
    Trickle {
        /// Bytes at a time, at least 1.
        bytes: usize,
        /// Milliseconds between them.
        ms: u64,
    },
    /// The request's body is read slowly.
    SlowReader {
        /// Milliseconds between one frame of the body and the next.
        ms: u64,
    },
    /// A stream is cut after so many events.
    Cut {
        /// How many events get through.
        events: u64,
        /// Whether the connection is reset; otherwise the stream ends as if it were complete.
        #[serde(default)]
        reset: bool,
    },
    /// An event of a stream comes twice.
    Duplicate {
        /// Its number, from 0.
        event: u64,
    },
    /// Something is put into a stream.
    Insert {
        /// Before the event with this number, from 0.
        before: u64,
        /// The event's name. Default: no `event:` line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// The event's data. Default: a comment line, as a heartbeat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// A stream ends with an `error` event.
    ErrorEvent {
        /// How many events come before it.
        events: u64,
        /// Its code.
        code: String,
        /// Its message.
        message: String,
    },
    /// The model fails: the response ends as `failed`.
    Fail {
        /// The code of the response's error.
        code: String,
        /// Its message.
        message: String,
    },
    /// Every call of a function gets this id, as from servers that number calls per round, or leave the id empty.
    CallId {
        /// The id.
        id: String,
    },
    /// The turn's input is stored in its conversation, but never answered; the client gets a 500.
    Orphan,
}

impl Effect {
    /// A comment line in a stream, before the event with this number.
    pub fn heartbeat(before: u64) -> Self {
        Self::Insert {
            before,
            event: None,
            data: None,
        }
    }

    /// The name it has in files and in errors.
    fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["effect"].as_str().unwrap_or("?").to_owned()
    }

    /// Whether the numbers in it make sense; otherwise what is wrong.
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
    /// What the scenario is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where chance starts, so that a run can be repeated. Default: 0.
    #[serde(default)]
    pub seed: u64,
    /// The faults, in the order they are tried.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

pub(crate) fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
