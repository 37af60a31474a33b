//! Functions that the model may call.
//!
//! A [`Tool`] is journalled by the place of its call in the turn: that it begins before it begins, and its output before that goes back to the
//! model. After a crash a call whose output is journalled is not made again, and one that had begun is made
//! again only if the tool says that it [may be](Tool::is_repeatable).

mod function;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

pub use function::{FunctionTool, blocking_tool, tool};

use crate::item;
use crate::store::{CallPlace, SessionId};

/// What the model is told of a call that was cut off and must not be made again.
pub(crate) const INTERRUPTED: &str =
    "error: the call was interrupted and its outcome is unknown; it was not repeated";

/// What the model is told of a call whose function panicked.
pub(crate) const BROKE_OFF: &str = "the tool broke off";

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The session that the call belongs to.
    pub session: SessionId,
    /// The turn of that session.
    pub turn: u64,
    /// Where in the turn the call stands. Session, turn and place are the same when a repeatable tool is called again after
    /// a crash, and differ for all other calls, so that the tool can tell.
    pub place: CallPlace,
    /// The model's id for the call. Models may give the same one to several calls, or none.
    pub call_id: String,
    /// The arguments: JSON text as the model wrote it; `{}` when there are none.
    pub arguments: String,
}

/// A call that the model wants to make to a tool of a remote server (MCP), which the service makes once it is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteCall {
    /// The session that the call belongs to.
    pub session: SessionId,
    /// The service's id for the request.
    pub request_id: String,
    /// The server's label.
    pub server: String,
    /// The tool's name.
    pub name: String,
    /// The arguments: JSON text as the model wrote it.
    pub arguments: String,
}

impl RemoteCall {
    pub(crate) fn new(call: &ToolCall, request: &Value) -> Self {
        let member = |name| item::text(request, name).unwrap_or_default().to_owned();
        Self {
            session: call.session.clone(),
            request_id: call.call_id.clone(),
            server: member("server_label"),
            name: member("name"),
            arguments: call.arguments.clone(),
        }
    }
}

/// Why a tool could not do what it was asked for; the model is told the text.
#[derive(Debug)]
pub struct ToolError(String);

impl ToolError {
    /// An error with a text that the model can make use of.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ToolError {}

/// A function that the model may call. [`tool()`] makes one of an async Rust function, [`blocking_tool()`] of any other.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Tool: Send + Sync {
    /// The name that the model calls it by: 1 to 64 letters, digits, `_` or `-`.
    fn name(&self) -> &str;

    /// What it does, for the model.
    fn description(&self) -> &str;

    /// The JSON schema of its arguments.
    fn parameters(&self) -> Value;

    /// Whether it may be called again when the process ended during the call. Default: no.
    fn is_repeatable(&self) -> bool {
        false
    }

    /// Whether a person has to approve a call before it is made. Default: no.
    fn needs_approval(&self, _call: &ToolCall) -> bool {
        false
    }

    /// Does it and returns what the model gets.
    ///
    /// # Errors
    /// Whatever the model should know about why it could not be done.
    async fn call(&self, call: ToolCall) -> Result<String, ToolError>;
}

/// A set of tools, by name.
#[derive(Clone, Default)]
pub struct Tools {
    by_name: BTreeMap<String, Arc<dyn Tool>>,
    remote: Option<RemoteApproval>,
}

/// Says whether a person has to approve a call of a remote tool.
type RemoteApproval = Arc<dyn Fn(&RemoteCall) -> bool + Send + Sync>;

impl Tools {
    /// No tools.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool; one of the same name gives way.
    #[must_use]
    pub fn with(mut self, tool: impl Tool + 'static) -> Self {
        self.by_name.insert(tool.name().to_owned(), Arc::new(tool));
        self
    }

    /// Says which calls of remote tools a person has to approve; the others are approved at once. It is asked when the
    /// service asks: a server whose calls need no approval at all is told so in the request. Default: all of them.
    #[must_use]
    pub fn remote_approval(
        mut self,
        needed: impl Fn(&RemoteCall) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.remote = Some(Arc::new(needed));
        self
    }

    /// Whether a person has to approve a call of a remote tool.
    pub(crate) fn need_remote_approval(&self, call: &RemoteCall) -> bool {
        self.remote.as_ref().is_none_or(|needed| needed(call))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.by_name.get(name)
    }

    /// The tools as a request names them.
    pub(crate) fn definitions(&self) -> Vec<Value> {
        let definition = |tool: &Arc<dyn Tool>| {
            let mut all = Map::new();
            all.insert("type".to_owned(), json!("function"));
            all.insert("name".to_owned(), json!(tool.name()));
            all.insert("description".to_owned(), json!(tool.description()));
            all.insert("parameters".to_owned(), tool.parameters());
            all.insert("strict".to_owned(), json!(false));
            Value::Object(all)
        };
        self.by_name.values().map(definition).collect()
    }
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}
