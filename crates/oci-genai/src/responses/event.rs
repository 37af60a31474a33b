//! Interprets frames as events. No I/O here.

use memchr::memmem;
use serde_json::Value;

use super::repetition::Repetitions;
use super::split_characters::Halves;
use crate::Error;
use crate::error::{ServiceError, is_error};
use crate::sse::Frame;
use crate::types::{Response, StreamEvent};

/// Something received on a connection.
///
/// One type serves from the frame to the caller's stream, because events are large and should be
/// moved rarely.
#[derive(Debug)]
pub(super) enum Received {
    Event {
        event: StreamEvent,
        /// The sequence number, if sequence numbers are read.
        number: Option<i64>,
        /// `true` if the event shows that the response makes progress.
        is_progress: bool,
    },
    /// An error that the service reports inside the stream.
    Error(Box<ServiceError>),
    /// An event that is not JSON. If it is a closing event, nothing follows it.
    Garbled { error: Error, is_closing: bool },
    /// The server is alive.
    Heartbeat,
    /// The end, announced by the server.
    Done,
    /// The connection ended.
    Closed,
    /// A complete response instead of a stream.
    Response(Box<Response>),
    /// Something other than a stream.
    NoStream(Error),
    /// The connection failed, the deadline passed, or an event is too large.
    Broken(Error),
}

/// Reads the frames of one connection.
#[derive(Debug, Default)]
pub(super) struct EventReader {
    numbered: bool,
    repetitions: Repetitions,
    halves: Halves,
}

impl EventReader {
    /// Creates a reader. It reads sequence numbers only if `numbered`.
    pub(super) fn new(numbered: bool) -> Self {
        Self {
            numbered,
            repetitions: Repetitions::default(),
            halves: Halves::default(),
        }
    }

    #[inline]
    pub(super) fn read(&mut self, frame: &Frame) -> Received {
        let (data, name) = (&frame.data[..], &frame.event[..]);
        // The common case: a named event with a non-empty object.
        if !(name.starts_with(b"response.") && data.len() > 16 && data[0] == b'{') {
            return self.read_unusual(data.trim_ascii(), name.trim_ascii());
        }
        self.read_event(data, name)
    }

    fn read_unusual(&mut self, data: &[u8], name: &[u8]) -> Received {
        if data == b"[DONE]" {
            return Received::Done;
        }
        if says_nothing(data, name) {
            return Received::Heartbeat;
        }
        self.read_event(data, name)
    }

    #[inline]
    fn read_event(&mut self, data: &[u8], name: &[u8]) -> Received {
        match parse(data) {
            Ok(StreamEvent::Unknown(unknown)) => {
                self.unknown(unknown.into_value(), name.trim_ascii(), data)
            }
            Ok(StreamEvent::Error(_)) => error(data),
            Ok(event) => self.event(event, data),
            Err(_) => self.almost_json(name.trim_ascii(), data),
        }
    }

    /// Reads data that is not strictly JSON.
    #[cold]
    fn almost_json(&mut self, name: &[u8], data: &[u8]) -> Received {
        match oci_genai_api::read(data) {
            Ok(StreamEvent::Unknown(unknown)) => self.unknown(unknown.into_value(), name, data),
            Ok(StreamEvent::Error(_)) => error(data),
            Ok(event) => self.event(event, data),
            Err(_) if name == b"error" => error(data),
            Err(cause) => garbled(cause, name, data),
        }
    }

    /// Handles an event of an unknown kind, or one that has its kind outside `type`.
    #[cold]
    fn unknown(&mut self, mut value: Value, name: &[u8], data: &[u8]) -> Received {
        let is_untagged = value.get("type").is_none_or(|tag| !tag.is_string());
        if is_untagged && let Some(closing) = of_whole_response(&value) {
            value = serde_json::json!({ "type": closing, "response": value });
            return match serde_json::from_value(value) {
                Ok(event) => self.event(event, data),
                Err(cause) => garbled(cause, name, data),
            };
        }
        if is_untagged
            && let Ok(name) = std::str::from_utf8(name)
            && !name.is_empty()
            && let Some(members) = value.as_object_mut()
        {
            if is_heartbeat(name.as_bytes()) {
                return Received::Heartbeat;
            }
            members.insert("type".to_owned(), name.into());
        }
        let tag = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if is_heartbeat(tag.as_bytes()) {
            return Received::Heartbeat;
        }
        // A future kind of event may report an error that is not the response's, such as a tool's.
        let is_failure = match tag {
            "error" | "response.error" => true,
            "" => is_error(&value),
            tag if tag.starts_with("response.") => false,
            _ => value.get("error").is_some_and(Value::is_object),
        };
        if is_failure || name == b"error" {
            return error(data);
        }
        if let Some(closing) = closing_tag(&value, tag) {
            close(&mut value, closing);
        }
        match serde_json::from_value(value) {
            Ok(StreamEvent::Unknown(unknown)) => {
                let tag = unknown.tag().unwrap_or_default();
                let is_progress =
                    tag.starts_with("response.") && !self.repetitions.repeats(tag, data);
                Received::Event {
                    event: StreamEvent::Unknown(unknown),
                    number: if self.numbered { number(data) } else { None },
                    is_progress,
                }
            }
            Ok(event) => self.event(event, data),
            Err(cause) => garbled(cause, name, data),
        }
    }

    #[inline]
    fn event(&mut self, mut event: StreamEvent, data: &[u8]) -> Received {
        self.halves.join(&mut event, data);
        let is_progress = match &event {
            // An empty delta is no progress, nor is half a character that is held back.
            StreamEvent::OutputTextDelta(e) => !e.delta.is_empty(),
            event => self.is_progress(event, data),
        };
        Received::Event {
            event,
            number: if self.numbered { number(data) } else { None },
            is_progress,
        }
    }

    fn is_progress(&mut self, event: &StreamEvent, data: &[u8]) -> bool {
        match event {
            StreamEvent::RefusalDelta(e) => !e.delta.is_empty(),
            StreamEvent::ReasoningTextDelta(e) => !e.delta.is_empty(),
            StreamEvent::ReasoningDelta(e) => !e.delta.is_empty(),
            StreamEvent::ReasoningSummaryTextDelta(e) => !e.delta.is_empty(),
            StreamEvent::FunctionCallArgumentsDelta(e) => !e.delta.is_empty(),
            event => match state_of(event) {
                Some(state) => !self.repetitions.repeats(state, data),
                None => true,
            },
        }
    }
}

/// Returns a name for the events that only report a state. A server may repeat these as heartbeats.
/// All other events carry new data.
fn state_of(event: &StreamEvent) -> Option<&'static str> {
    Some(match event {
        StreamEvent::Queued(_) => "queued",
        StreamEvent::InProgress(_) => "in_progress",
        StreamEvent::FileSearchCallInProgress(_) => "file_search in_progress",
        StreamEvent::FileSearchCallSearching(_) => "file_search searching",
        StreamEvent::WebSearchCallInProgress(_) => "web_search in_progress",
        StreamEvent::WebSearchCallSearching(_) => "web_search searching",
        StreamEvent::CodeInterpreterCallInProgress(_) => "code_interpreter in_progress",
        StreamEvent::CodeInterpreterCallInterpreting(_) => "code_interpreter interpreting",
        StreamEvent::ImageGenerationCallInProgress(_) => "image_generation in_progress",
        StreamEvent::ImageGenerationCallGenerating(_) => "image_generation generating",
        StreamEvent::McpCallInProgress(_) => "mcp_call in_progress",
        StreamEvent::McpListToolsInProgress(_) => "mcp_list_tools in_progress",
        _ => return None,
    })
}

/// Text that was validated as a whole needs no UTF-8 check of each string.
fn parse(data: &[u8]) -> serde_json::Result<StreamEvent> {
    use serde::de::Error as _;
    serde_json::from_str(std::str::from_utf8(data).map_err(serde_json::Error::custom)?)
}

#[cold]
fn garbled(cause: serde_json::Error, name: &[u8], data: &[u8]) -> Received {
    Received::Garbled {
        error: Error::undecodable(data, cause),
        is_closing: is_closing_name(name) || says_that_it_closes(data),
    }
}

fn error(data: &[u8]) -> Received {
    Received::Error(Box::new(ServiceError::from_body(data)))
}

/// Returns `true` if a frame is only a heartbeat. An empty object is an event if it has an event
/// name.
fn says_nothing(data: &[u8], name: &[u8]) -> bool {
    match data {
        b"" | b"null" => true,
        b"{}" => !name.starts_with(b"response.") && name != b"error",
        _ => is_heartbeat(name),
    }
}

fn is_heartbeat(name: &[u8]) -> bool {
    matches!(name, b"keepalive" | b"keep-alive" | b"ping" | b"heartbeat")
}

/// The names of events that end a stream.
const CLOSING: [&str; 6] = [
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.done",
    "response.cancelled",
    "response.canceled",
];

fn is_closing_name(name: &[u8]) -> bool {
    CLOSING.iter().any(|closing| closing.as_bytes() == name)
}

/// Returns `true` if text that is not JSON names a closing event. Inside a JSON string the quotes
/// would be escaped.
fn says_that_it_closes(data: &[u8]) -> bool {
    CLOSING
        .iter()
        .any(|closing| memmem::find(data, format!("\"{closing}\"").as_bytes()).is_some())
}

/// Returns the standard name of a closing event that has another name.
fn closing_tag(value: &Value, tag: &str) -> Option<&'static str> {
    let status = value.pointer("/response/status").and_then(Value::as_str);
    match (tag, status) {
        ("response.done", Some("failed" | "cancelled" | "canceled")) => Some("response.failed"),
        ("response.done", Some("incomplete")) => Some("response.incomplete"),
        ("response.done", _) => Some("response.completed"),
        ("response.cancelled" | "response.canceled", _) => Some("response.failed"),
        _ => None,
    }
}

/// Returns the event type for a whole response that came without an event around it.
fn of_whole_response(value: &Value) -> Option<&'static str> {
    let is_response = value
        .get("object")
        .is_some_and(|object| object == "response");
    match value.get("status").and_then(Value::as_str) {
        _ if !is_response => None,
        Some("in_progress" | "queued") => Some("response.in_progress"),
        Some("failed" | "cancelled" | "canceled") => Some("response.failed"),
        Some("incomplete") => Some("response.incomplete"),
        _ => Some("response.completed"),
    }
}

/// Renames a terminal event with another name.
fn close(value: &mut Value, closing: &'static str) {
    let is_cancelled = value.get("type").and_then(Value::as_str) != Some("response.done");
    let Some(members) = value.as_object_mut() else {
        return;
    };
    members.insert("type".to_owned(), closing.into());
    let response = members
        .entry("response")
        .or_insert_with(|| Value::Object(serde_json::Map::new()));
    if is_cancelled && let Some(response) = response.as_object_mut() {
        response.insert("status".to_owned(), "cancelled".into());
    }
}

/// Reads the sequence number from the event's text, because the event types have no common field
/// for it. The name with quotes and colon cannot occur inside a JSON string.
fn number(data: &[u8]) -> Option<i64> {
    const NAME: &[u8] = b"\"sequence_number\":";
    let at = memmem::rfind(data, NAME)? + NAME.len();
    let rest = data.get(at..)?.trim_ascii_start();
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}
