//! The caller's request for a turn.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Turn, TurnInput, TurnStream};
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::session::Session;
use crate::tool::Tools;

/// Maximum length of a turn id, in bytes.
const MAX_TURN_ID: usize = 256;

/// A turn to run.
#[derive(Clone, Debug)]
pub(crate) struct TurnRequest {
    pub(crate) input: Vec<Value>,
    pub(crate) turn_id: Option<String>,
    pub(crate) body: Map<String, Value>,
    pub(crate) tools: Tools,
    pub(crate) streaming: bool,
}

/// Builder of a turn. [`send`](Self::send) or [`stream`](Self::stream) runs it.
#[derive(Clone, Debug)]
#[must_use = "the turn only runs on `send` or `stream`"]
pub struct TurnBuilder {
    session: Session,
    turn: TurnRequest,
    error: Option<String>,
}

impl TurnBuilder {
    pub(crate) fn new(session: Session, input: TurnInput) -> Self {
        let (input, error) = input.into_items();
        let tools = session.tools().clone();
        let turn = TurnRequest {
            input,
            turn_id: None,
            body: Map::new(),
            tools,
            streaming: false,
        };
        Self {
            session,
            turn,
            error,
        }
    }

    /// Sets the turn id. If a committed turn has this id, sending returns its stored output and
    /// sends no request. If an interrupted turn has this id, sending finishes that turn. At most
    /// 256 bytes, without control characters.
    pub fn turn_id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if id.is_empty() || id.len() > MAX_TURN_ID || id.chars().any(char::is_control) {
            self.error.get_or_insert_with(|| {
                format!("invalid turn id: it must have 1 to {MAX_TURN_ID} bytes and no control characters")
            });
        }
        self.turn.turn_id = Some(id);
        self
    }

    /// Sets the model of this turn.
    pub fn model(self, model: impl Into<String>) -> Self {
        self.extra_body("model", model.into())
    }

    /// Sets the instructions of this turn.
    pub fn instructions(self, instructions: impl Into<String>) -> Self {
        self.extra_body("instructions", instructions.into())
    }

    /// Sets the tools of this turn.
    pub fn tools(mut self, tools: Tools) -> Self {
        self.turn.tools = tools;
        self
    }

    /// Requests output in the form of `T`. Read it with [`Turn::parse`].
    pub fn response_format<T: schemars::JsonSchema>(self) -> Self {
        let name: String = T::schema_name()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(64)
            .collect();
        let schema = schemars::schema_for!(T).to_value();
        let format =
            json!({ "type": "json_schema", "name": name, "schema": schema, "strict": false });
        self.extra_body("text", json!({ "format": format }))
    }

    /// Adds the members of an earlier turn's requests. The tools of this turn replace the functions
    /// among them.
    pub(crate) fn members(mut self, mut request: Map<String, Value>) -> Self {
        if let Some(tools) = request.get_mut("tools").and_then(Value::as_array_mut) {
            tools.retain(|tool| {
                item::text(tool, "name").is_none_or(|name| self.turn.tools.get(name).is_none())
            });
        }
        self.turn.body = request;
        self
    }

    /// Adds a member to the bodies of the turn's requests. The members that tie the turn to its
    /// session (`input`, `conversation`, `previous_response_id`, `store`, `stream`, `background`)
    /// cannot be set.
    pub fn extra_body(mut self, member: impl Into<String>, value: impl Serialize) -> Self {
        let member = member.into();
        match (is_ours(&member), serde_json::to_value(value)) {
            (false, Ok(value)) => {
                self.turn.body.insert(member, value);
            }
            (true, _) => {
                self.error.get_or_insert_with(|| {
                    format!("the session sets `{member}` itself; a turn cannot set it")
                });
            }
            (_, Err(error)) => {
                self.error.get_or_insert_with(|| {
                    format!("could not serialize `{member}` as JSON: {error}")
                });
            }
        }
        self
    }

    /// Runs the turn and waits for it. Dropping the future cancels the turn; the session stays
    /// usable.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<Turn> {
        self.run(false).finish().await
    }

    /// Runs the turn and streams its events. The last one is the committed turn. Dropping the
    /// stream cancels the turn; the session stays usable.
    pub fn stream(self) -> TurnStream {
        self.run(true)
    }

    fn run(mut self, streaming: bool) -> TurnStream {
        self.turn.streaming = streaming;
        match self.check() {
            Ok(()) => self.session.run(self.turn),
            Err(error) => TurnStream::failed(error),
        }
    }

    fn check(&self) -> Result<()> {
        if let Some(text) = &self.error {
            return Err(Error::new(ErrorKind::InvalidInput, text.clone()));
        }
        let most = self.session.config().max_input_bytes;
        let size: usize = self
            .turn
            .input
            .iter()
            .map(|item| item.to_string().len())
            .sum();
        if size > most {
            let text =
                format!("the turn's input is too large: {size} bytes, at most {most} are allowed");
            return Err(Error::new(ErrorKind::InvalidInput, text));
        }
        Ok(())
    }
}

/// Returns true if only the session may set this request member.
pub(crate) fn is_ours(member: &str) -> bool {
    [
        "input",
        "conversation",
        "previous_response_id",
        "store",
        "stream",
        "background",
    ]
    .contains(&member)
}
