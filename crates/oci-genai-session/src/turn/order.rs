//! What a caller asks for.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Turn, TurnStream};
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::session::Session;
use crate::tool::Tools;

/// The longest turn id, in bytes.
const MAX_TURN_ID: usize = 256;

/// A turn to be run.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) input: Vec<Value>,
    pub(crate) turn_id: Option<String>,
    pub(crate) request: Map<String, Value>,
    pub(crate) tools: Tools,
    pub(crate) streaming: bool,
}

/// A turn being put together; [`send`](Self::send) or [`stream`](Self::stream) runs it.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before `send` or `stream`"]
pub struct TurnBuilder {
    session: Session,
    order: Order,
    error: Option<String>,
}

impl TurnBuilder {
    pub(crate) fn text(session: Session, text: String) -> Self {
        let error = text
            .trim()
            .is_empty()
            .then(|| "the text of the turn is empty; write what you want to ask".to_owned());
        Self::new(session, vec![item::user_message(&text)], error)
    }

    pub(crate) fn items(session: Session, items: Vec<Value>) -> Self {
        let error = if items.is_empty() {
            Some("the turn has no items; give at least one".to_owned())
        } else if items.iter().any(|item| !item.is_object()) {
            Some("an item of the turn is not a JSON object".to_owned())
        } else {
            None
        };
        Self::new(session, items, error)
    }

    fn new(session: Session, input: Vec<Value>, error: Option<String>) -> Self {
        let tools = session.tools().clone();
        let order = Order {
            input,
            turn_id: None,
            request: Map::new(),
            tools,
            streaming: false,
        };
        Self {
            session,
            order,
            error,
        }
    }

    /// Gives the turn an id of the caller's. Asking again with the id of a committed turn returns its stored answer
    /// and sends nothing; with the id of an interrupted turn it finishes that turn. At most 256 bytes, without
    /// control characters.
    pub fn turn_id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if id.is_empty() || id.len() > MAX_TURN_ID || id.chars().any(char::is_control) {
            self.error.get_or_insert_with(|| {
                format!("a turn id has 1 to {MAX_TURN_ID} bytes and no control characters")
            });
        }
        self.order.turn_id = Some(id);
        self
    }

    /// Takes another model for this turn.
    pub fn model(self, model: impl Into<String>) -> Self {
        self.set("model", model.into())
    }

    /// Gives the model instructions for this turn.
    pub fn instructions(self, instructions: impl Into<String>) -> Self {
        self.set("instructions", instructions.into())
    }

    /// Takes other tools for this turn.
    pub fn tools(mut self, tools: Tools) -> Self {
        self.order.tools = tools;
        self
    }

    /// Asks for an answer in the form of `T`; read it with [`Turn::parse`].
    pub fn format<T: schemars::JsonSchema>(self) -> Self {
        let name: String = T::schema_name()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(64)
            .collect();
        let schema = schemars::schema_for!(T).to_value();
        let format =
            json!({ "type": "json_schema", "name": name, "schema": schema, "strict": false });
        self.set("text", json!({ "format": format }))
    }

    /// Takes over the members of an earlier turn's requests. Its functions are named anew by the tools of this turn.
    pub(crate) fn members(mut self, mut request: Map<String, Value>) -> Self {
        if let Some(tools) = request.get_mut("tools").and_then(Value::as_array_mut) {
            tools.retain(|tool| {
                item::text(tool, "name").is_none_or(|name| self.order.tools.get(name).is_none())
            });
        }
        self.order.request = request;
        self
    }

    /// Puts any other member into the turn's requests. What makes the turn part of its session (`input`,
    /// `conversation`, `previous_response_id`, `store`, `stream`, `background`) cannot be set.
    pub fn set(mut self, member: impl Into<String>, value: impl Serialize) -> Self {
        let member = member.into();
        match (is_ours(&member), serde_json::to_value(value)) {
            (false, Ok(value)) => {
                self.order.request.insert(member, value);
            }
            (true, _) => {
                self.error.get_or_insert_with(|| {
                    format!("`{member}` belongs to the session and cannot be set for a turn")
                });
            }
            (_, Err(error)) => {
                self.error
                    .get_or_insert_with(|| format!("`{member}` is not JSON: {error}"));
            }
        }
        self
    }

    /// Runs the turn and waits for the answer. Dropping the future gives the turn up; the session stays usable.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<Turn> {
        self.run(false).finish().await
    }

    /// Runs the turn and streams its steps; the last one is the committed turn. Dropping the stream gives the turn up;
    /// the session stays usable.
    pub fn stream(self) -> TurnStream {
        self.run(true)
    }

    fn run(mut self, streaming: bool) -> TurnStream {
        self.order.streaming = streaming;
        match self.check() {
            Ok(()) => self.session.run(self.order),
            Err(error) => TurnStream::failed(error),
        }
    }

    fn check(&self) -> Result<()> {
        if let Some(text) = &self.error {
            return Err(Error::new(ErrorKind::Invalid, text.clone()));
        }
        let most = self.session.policy().max_input;
        let size: usize = self
            .order
            .input
            .iter()
            .map(|item| item.to_string().len())
            .sum();
        if size > most {
            let text = format!("the turn's input has {size} bytes; at most {most} are allowed");
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        Ok(())
    }
}

/// Whether a member of a request is the session's to set.
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
