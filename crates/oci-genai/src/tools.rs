//! Function tools from Rust types and async functions.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::responses::{CreateResponse, ResponseExt};
use crate::types::{FunctionCall, FunctionCallOutput, FunctionTool, Input, Item, Response, Tool};
use crate::{Error, Result, schema};

type Answer = Pin<Box<dyn Future<Output = String> + Send>>;
type Run = Arc<dyn Fn(&str) -> Answer + Send + Sync>;

/// A set of functions that a model may call, by name.
///
/// ```
/// use oci_genai::ToolSet;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Weather {
///     /// The city's name.
///     city: String,
/// }
///
/// let weather = |args: Weather| async move {
///     Ok::<_, std::convert::Infallible>(format!("Sunny in {}.", args.city))
/// };
/// let tools = ToolSet::new().function("weather", "The weather in a city.", weather)?;
/// assert_eq!(tools.definitions().len(), 1);
/// # Ok::<_, oci_genai::Error>(())
/// ```
///
/// The model receives a function's error, or an error about unfitting arguments, as the call's
/// output, and can try again.
#[derive(Clone, Default)]
pub struct ToolSet {
    tools: BTreeMap<String, Entry>,
}

#[derive(Clone)]
struct Entry {
    definition: FunctionTool,
    run: Run,
}

/// Creates a function tool whose parameters come from a type. Use it if you run calls yourself and
/// parse their arguments with [`schema::parse_arguments`].
///
/// The schema is strict if a strict schema can express the type. Otherwise it is the schema that
/// `schemars` generates, and the service does not enforce it; see [`schema::parameters`]. `()`
/// means no arguments.
///
/// # Errors
///
/// Returns an error if the name is not 1 to 64 letters, digits, `_` or `-`, or the type is not a
/// struct.
pub fn function_tool<A: JsonSchema>(name: &str, description: &str) -> Result<FunctionTool> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        let shown: String = name.chars().take(80).collect();
        return Err(Error::invalid(format!(
            "invalid tool name {shown:?}: use 1 to 64 letters, digits, _ or -"
        )));
    }
    let mut tool = FunctionTool::new(name);
    tool.description = Some(description.to_owned());
    let parameters = schema::parameters::<A>()?;
    tool.parameters = Some(parameters.schema.into_iter().collect());
    tool.strict = Some(parameters.strict);
    Ok(tool)
}

impl ToolSet {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function. Its argument type becomes the tool's parameters. The model receives the
    /// return value as text, or as JSON if it is not a string.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is invalid or already used, or the argument type is not a
    /// struct. `()` means no arguments.
    pub fn function<A, F, R, O, E>(
        mut self,
        name: &str,
        description: &str,
        function: F,
    ) -> Result<Self>
    where
        A: DeserializeOwned + JsonSchema,
        F: Fn(A) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: fmt::Display,
    {
        let definition = function_tool::<A>(name, description)?;
        if self.tools.contains_key(name) {
            return Err(Error::invalid(format!("duplicate tool name {name:?}")));
        }
        let run: Run = Arc::new(
            move |arguments| match schema::parse_arguments::<A>(arguments) {
                Ok(arguments) => {
                    let running = function(arguments);
                    Box::pin(async move {
                        match running.await {
                            Ok(output) => text(&output),
                            Err(error) => failure(&error.to_string()),
                        }
                    })
                }
                Err(error) => {
                    let output = failure(&format!("the arguments do not fit: {error}"));
                    Box::pin(std::future::ready(output))
                }
            },
        );
        self.tools
            .insert(name.to_owned(), Entry { definition, run });
        Ok(self)
    }

    /// Returns the tools in the form of a request.
    pub fn definitions(&self) -> Vec<Tool> {
        self.tools
            .values()
            .map(|entry| entry.definition.clone().into())
            .collect()
    }

    /// Returns `true` if the set contains a tool of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.tools.contains_key(name)
    }

    /// Runs one call and returns its output.
    pub async fn call(&self, call: &FunctionCall) -> FunctionCallOutput {
        let output = match self.tools.get(&call.name) {
            Some(entry) => (entry.run)(&call.arguments).await,
            None => failure(&format!("there is no tool named {:?}", call.name)),
        };
        FunctionCallOutput::new(output).call_id(call.call_id.clone())
    }

    /// Runs all calls of a response concurrently and returns their outputs in order. The result is
    /// empty if the response has no calls.
    pub async fn answer(&self, response: &Response) -> Vec<Item> {
        let answers = response.function_calls().map(|call| self.call(call));
        join_all(answers)
            .await
            .into_iter()
            .map(Item::from)
            .collect()
    }
}

impl fmt::Debug for ToolSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.tools.keys()).finish()
    }
}

fn text<O: Serialize>(output: &O) -> String {
    match serde_json::to_value(output) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(error) => failure(&format!("the result is not JSON: {error}")),
    }
}

fn failure(message: &str) -> String {
    json!({ "error": message }).to_string()
}

impl CreateResponse {
    /// Offers the tools, runs the calls of the model, and returns the outputs to it, until it
    /// responds without a call. Does so at most `rounds` times.
    ///
    /// Nothing is persisted. After a crash in between, a conversation contains calls without
    /// outputs. The session crate runs tools so that this cannot happen.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`send`](Self::send). If the model still calls tools after the last
    /// round, the response with these calls is returned, not an error.
    pub async fn run_tools(mut self, tools: &ToolSet, rounds: u32) -> Result<Response> {
        self = self.tools(tools.definitions());
        for _ in 0..rounds {
            let response = self.again().send().await?;
            let outputs = tools.answer(&response).await;
            if outputs.is_empty() {
                return Ok(response);
            }
            self.continue_with(response, outputs);
        }
        self.send().await
    }

    /// Returns the same request. The options apply only to the first call.
    fn again(&mut self) -> Self {
        Self {
            client: self.client.clone(),
            body: self.body.clone(),
            options: std::mem::take(&mut self.options),
        }
    }

    /// Turns this into the request that returns the tool outputs.
    fn continue_with(&mut self, response: Response, outputs: Vec<Item>) {
        if self.body.conversation.is_some() {
            self.body.input = Some(Input::Items(outputs));
        } else if self.body.store != Some(false) {
            self.body.previous_response_id = Some(response.id);
            self.body.input = Some(Input::Items(outputs));
        } else {
            // The service keeps nothing, so the whole history is sent.
            let mut history = match self.body.input.take() {
                Some(Input::Items(items)) => items,
                Some(Input::Text(text)) => vec![crate::ItemExt::user(text)],
                _ => Vec::new(),
            };
            history.extend(response.output);
            history.extend(outputs);
            self.body.input = Some(Input::Items(history));
        }
    }
}
