//! Tools made from Rust functions.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use oci_genai::schema;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{BROKE_OFF, Tool, ToolCall, ToolError};

/// Tool made by [`tool()`] or [`blocking_tool()`].
pub struct FunctionTool<A, F> {
    name: String,
    description: String,
    repeatable: bool,
    approval: bool,
    function: F,
    arguments: PhantomData<fn(A)>,
}

/// Makes a tool from an async function whose arguments deserialize and whose result serializes. A
/// string result goes to the model as it is, any other result as JSON.
///
/// ```
/// use oci_genai_session::tool::{Tools, tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Place {
///     city: String,
/// }
///
/// let tools = Tools::new().with(tool("weather", "The weather in a city", |place: Place| async move {
///     Ok::<_, std::convert::Infallible>(format!("It rains in {}.", place.city))
/// }));
/// # assert!(!tools.is_empty());
/// ```
pub fn tool<A, F, R, T, E>(
    name: impl Into<String>,
    description: impl Into<String>,
    function: F,
) -> FunctionTool<A, F>
where
    A: DeserializeOwned + JsonSchema + Send,
    F: Fn(A) -> R + Send + Sync,
    R: Future<Output = Result<T, E>> + Send,
    T: Serialize,
    E: std::fmt::Display,
{
    FunctionTool {
        name: name.into(),
        description: description.into(),
        repeatable: false,
        approval: false,
        function,
        arguments: PhantomData,
    }
}

/// Future of a blocking function.
type Blocked<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// Makes a tool from a blocking function, for long computations or blocking I/O. The function runs
/// on its own thread, so that it blocks no other work. A call that exceeds
/// [`SessionConfig::tool_timeout`](crate::SessionConfig::tool_timeout) is abandoned, but its thread
/// cannot be stopped and ends when the function does.
///
/// ```
/// use oci_genai_session::tool::{Tools, blocking_tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Note {
///     name: String,
/// }
///
/// let tools = Tools::new().with(blocking_tool("note", "Reads a note", |note: Note| {
///     std::fs::read_to_string(format!("notes/{}", note.name))
/// }));
/// # assert!(!tools.is_empty());
/// ```
pub fn blocking_tool<A, F, T, E>(
    name: impl Into<String>,
    description: impl Into<String>,
    function: F,
) -> FunctionTool<A, impl Fn(A) -> Blocked<T> + Send + Sync>
where
    A: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(A) -> Result<T, E> + Send + Sync + 'static,
    T: Serialize + Send + 'static,
    E: std::fmt::Display,
{
    let function = Arc::new(function);
    tool(name, description, move |arguments: A| {
        let function = function.clone();
        let run = move || function(arguments).map_err(|error| error.to_string());
        let running = async move {
            let done = tokio::task::spawn_blocking(run).await;
            done.unwrap_or_else(|_| Err(BROKE_OFF.to_owned()))
        };
        Box::pin(running) as Blocked<T>
    })
}

impl<A, F> FunctionTool<A, F> {
    /// Allows a call to run again if the process ended during it.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Requires human approval of each call.
    #[must_use]
    pub fn with_approval(mut self) -> Self {
        self.approval = true;
        self
    }
}

#[async_trait]
impl<A, F, R, T, E> Tool for FunctionTool<A, F>
where
    A: DeserializeOwned + JsonSchema + Send,
    F: Fn(A) -> R + Send + Sync,
    R: Future<Output = Result<T, E>> + Send,
    T: Serialize,
    E: std::fmt::Display,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        match schema::parameters::<A>() {
            Ok(parameters) => Value::Object(parameters.schema),
            Err(_) => schemars::schema_for!(A).to_value(),
        }
    }

    fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    fn needs_approval(&self, _call: &ToolCall) -> bool {
        self.approval
    }

    async fn call(&self, call: ToolCall) -> Result<String, ToolError> {
        let arguments = schema::parse_arguments(&call.arguments)
            .map_err(|error| ToolError::new(format!("the arguments do not fit: {error}")))?;
        let result = (self.function)(arguments)
            .await
            .map_err(|error| ToolError::new(error.to_string()))?;
        match serde_json::to_value(result) {
            Ok(Value::String(text)) => Ok(text),
            Ok(value) => Ok(value.to_string()),
            Err(error) => Err(ToolError::new(format!(
                "the result cannot be written: {error}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::store::{CallPlace, SessionId};

    #[derive(Deserialize, JsonSchema)]
    struct Sum {
        a: i32,
        b: i32,
    }

    fn call(arguments: &str) -> ToolCall {
        ToolCall {
            session: SessionId::from("s"),
            turn: 1,
            place: CallPlace::default(),
            call_id: "call_1".to_owned(),
            arguments: arguments.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_function_becomes_a_tool() {
        let add = tool("add", "Adds", |sum: Sum| async move {
            sum.a.checked_add(sum.b).ok_or("too large")
        });
        assert_eq!(add.parameters()["required"], serde_json::json!(["a", "b"]));
        assert_eq!(add.call(call(r#"{"a":2,"b":3}"#)).await.unwrap(), "5");
        let large = format!(r#"{{"a":{},"b":1}}"#, i32::MAX);
        assert_eq!(
            add.call(call(&large)).await.unwrap_err().to_string(),
            "too large"
        );
        let wrong = add.call(call(r#"{"a":2}"#)).await.unwrap_err().to_string();
        assert!(wrong.contains("missing field `b`"), "{wrong}");
    }

    #[tokio::test]
    async fn a_function_without_arguments_takes_an_empty_object() {
        let now = tool("now", "The time", |(): ()| async {
            Ok::<_, ToolError>("noon")
        });
        let parameters = now.parameters();
        assert_eq!(parameters["type"], "object");
        assert_eq!(parameters["properties"], serde_json::json!({}));
        for arguments in ["{}", "", " {} ", "null"] {
            assert_eq!(now.call(call(arguments)).await.unwrap(), "noon");
        }
        let wrong = now.call(call(r#"{"a":1}"#)).await.unwrap_err();
        assert!(wrong.to_string().contains("expected unit"), "{wrong}");
    }
}
