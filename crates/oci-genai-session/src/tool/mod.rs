//! Functions that the model may call.
//!
//! The session journals each [`Tool`] call under the place of the call in the turn: first that the
//! tool is about to run, then its output before the output goes to the model. After a crash, a call
//! with a journaled output does not run again. A call that had started runs again only if the tool
//! [allows it](Tool::is_repeatable).

mod function;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

pub use function::{FunctionTool, blocking_tool, tool};

use crate::item;
use crate::store::{CallPlace, SessionId};

/// Tool output for a call that was interrupted and must not run again.
pub(crate) const INTERRUPTED: &str =
    "error: the call was interrupted and its outcome is unknown; it was not repeated";

/// Tool output for a call whose function panicked.
pub(crate) const BROKE_OFF: &str = "the tool broke off";

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolCall {
    /// Session of the call.
    pub session: SessionId,
    /// Turn of the call.
    pub turn: u64,
    /// Place of the call in the turn. Session, turn and place identify the call: they are the same
    /// if a repeatable tool runs again after a crash, and differ for all other calls.
    pub place: CallPlace,
    /// The model's id for the call. A model may give the same id to several calls, or none.
    pub call_id: String,
    /// Arguments: JSON text as the model wrote it; `{}` if there are none.
    pub arguments: String,
}

/// A call of a remote tool (MCP) that the model requests and the service makes after approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteCall {
    /// Session of the call.
    pub session: SessionId,
    /// The service's id for the approval request.
    pub request_id: String,
    /// Label of the server.
    pub server: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments: JSON text as the model wrote it.
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

/// Error of a tool call. The model gets its text as the tool output.
#[derive(Debug)]
pub struct ToolError(String);

impl ToolError {
    /// Creates an error with a text for the model.
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

/// A function that the model may call. [`tool()`] makes one from an async function,
/// [`blocking_tool()`] from a blocking one.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Tool: Send + Sync {
    /// Returns the name for the model: 1 to 64 letters, digits, `_` or `-`.
    fn name(&self) -> &str;

    /// Returns the description for the model.
    fn description(&self) -> &str;

    /// Returns the JSON schema of the arguments.
    fn parameters(&self) -> Value;

    /// Returns true if the tool may run again after the process ended during a call. Default:
    /// false.
    fn is_repeatable(&self) -> bool {
        false
    }

    /// Returns true if a call needs human approval. Default: false.
    fn needs_approval(&self, _call: &ToolCall) -> bool {
        false
    }

    /// Runs the tool and returns the output for the model.
    ///
    /// # Errors
    /// Returns a [`ToolError`] whose text explains the failure to the model.
    async fn call(&self, call: ToolCall) -> Result<String, ToolError>;
}

/// Set of tools, by name.
#[derive(Clone, Default)]
pub struct Tools {
    by_name: BTreeMap<String, Arc<dyn Tool>>,
    remote: Option<RemoteApproval>,
}

/// Decides whether a call of a remote tool needs human approval.
type RemoteApproval = Arc<dyn Fn(&RemoteCall) -> bool + Send + Sync>;

impl Tools {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool and replaces one with the same name.
    #[must_use]
    pub fn with(mut self, tool: impl Tool + 'static) -> Self {
        self.by_name.insert(tool.name().to_owned(), Arc::new(tool));
        self
    }

    /// Sets which calls of remote tools need human approval. The other calls are approved at once.
    /// The function is called when the service asks for an approval; for a server whose calls need
    /// none, the request itself says so. Default: all calls need approval.
    #[must_use]
    pub fn remote_approval(
        mut self,
        needed: impl Fn(&RemoteCall) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.remote = Some(Arc::new(needed));
        self
    }

    /// Returns true if a call of a remote tool needs human approval.
    pub(crate) fn need_remote_approval(&self, call: &RemoteCall) -> bool {
        self.remote.as_ref().is_none_or(|needed| needed(call))
    }

    /// Returns true if the set is empty.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.by_name.get(name)
    }

    /// Returns the tool definitions for a request.
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
