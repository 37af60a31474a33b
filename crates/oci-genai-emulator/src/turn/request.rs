//! Parses and checks the body of a request for a response.

use serde_json::{Map, Value, json};

use super::context::ContextRequest;
use crate::error::ApiError;

/// Creates a default value.
type Default = fn() -> Value;

/// Members of a response that repeat the request's members, with their values if the request has
/// none.
const ECHOED: [(&str, Default); 19] = [
    ("instructions", || Value::Null),
    ("max_output_tokens", || Value::Null),
    ("max_tool_calls", || Value::Null),
    ("metadata", || json!({})),
    ("model", || Value::Null),
    ("parallel_tool_calls", || json!(true)),
    ("previous_response_id", || Value::Null),
    ("prompt_cache_key", || Value::Null),
    ("reasoning", || json!({ "effort": null, "summary": null })),
    ("safety_identifier", || Value::Null),
    ("service_tier", || json!("default")),
    ("store", || json!(true)),
    ("temperature", || json!(1.0)),
    ("text", || json!({ "format": { "type": "text" } })),
    ("tool_choice", || json!("auto")),
    ("tools", || json!([])),
    ("top_logprobs", || json!(0)),
    ("top_p", || json!(1.0)),
    ("truncation", || json!("disabled")),
];

/// Additional members that Open Responses requires. It is not confirmed that the service sends
/// them.
const PENALTIES: [&str; 2] = ["frequency_penalty", "presence_penalty"];

/// A request for a response whose known members are checked.
#[derive(Clone, Debug)]
pub(crate) struct TurnRequest {
    body: Map<String, Value>,
    pub(crate) model: String,
    pub(crate) instructions: Option<String>,
    pub(crate) context: ContextRequest,
    pub(crate) store: bool,
    pub(crate) background: bool,
    pub(crate) stream: bool,
    pub(crate) encrypted_reasoning: bool,
    pub(crate) max_output_tokens: Option<u64>,
}

impl TurnRequest {
    /// Parses a body. Unknown members are ignored, known ones must have the right type.
    pub(crate) fn parse(mut body: Map<String, Value>) -> Result<Self, ApiError> {
        let fields = Fields(&body);
        fields.refuse("user")?;
        let model = fields
            .text("model", 512)?
            .ok_or_else(|| ApiError::missing("model"))?;
        let instructions = fields.text("instructions", usize::MAX)?;
        let store = fields.flag("store")?.unwrap_or(true);
        let background = fields.flag("background")?.unwrap_or(false);
        let stream = fields.flag("stream")?.unwrap_or(false);
        let max_output_tokens = fields.integer("max_output_tokens", 1, u64::MAX)?;
        fields.integer("max_tool_calls", 0, u64::MAX)?;
        fields.integer("top_logprobs", 0, 20)?;
        fields.number("temperature", 0.0, 2.0)?;
        fields.number("top_p", 0.0, 1.0)?;
        fields.flag("parallel_tool_calls")?;
        fields.object("reasoning")?;
        fields.object("text")?;
        fields.object("stream_options")?;
        fields.text("service_tier", 64)?;
        fields.text("truncation", 64)?;
        fields.text("safety_identifier", 512)?;
        fields.text("prompt_cache_key", 512)?;
        match fields.get("tool_choice") {
            None | Some(Value::String(_) | Value::Object(_)) => {}
            Some(_) => return Err(ApiError::invalid("tool_choice", "a string or an object")),
        }
        let tools = fields.list("tools")?;
        for (index, tool) in tools.iter().enumerate() {
            check_tool(tool, &format!("tools[{index}]"))?;
        }
        let include = fields.list("include")?;
        if !include.iter().all(Value::is_string) {
            return Err(ApiError::invalid("include", "a list of strings"));
        }
        let encrypted_reasoning = include
            .iter()
            .any(|name| name == "reasoning.encrypted_content");
        let metadata = metadata(fields.get("metadata"))?;
        let context = ContextRequest::take(&mut body)?;
        body.insert("metadata".into(), Value::Object(metadata));
        Ok(Self {
            body,
            model,
            instructions,
            context,
            store,
            background,
            stream,
            encrypted_reasoning,
            max_output_tokens,
        })
    }

    /// Returns true if the response can be retrieved later: permanently if it is stored, for a
    /// limited time if it was created in the background.
    pub(crate) fn keep(&self) -> bool {
        self.store || self.background
    }

    /// Returns a member of the body, unless it is absent or null.
    fn get(&self, name: &str) -> Option<&Value> {
        Fields(&self.body).get(name)
    }

    pub(crate) fn tools(&self) -> Vec<Value> {
        self.get("tools")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn tool_choice(&self) -> Value {
        self.get("tool_choice")
            .cloned()
            .unwrap_or_else(|| json!("auto"))
    }

    pub(crate) fn reasoning(&self) -> Option<Value> {
        self.get("reasoning").cloned()
    }

    /// Returns the settings that only a real model uses.
    pub(crate) fn settings(&self) -> Map<String, Value> {
        ["parallel_tool_calls", "temperature", "top_p"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), self.get(name)?.clone())))
            .collect()
    }

    /// Returns the schema of `text.format`, if the output must follow one.
    pub(crate) fn schema(&self) -> Option<Value> {
        let format = self.get("text")?.get("format")?;
        match format.get("type")?.as_str()? {
            "json_schema" => Some(format.get("schema").cloned().unwrap_or(json!({}))),
            "json_object" => Some(json!({ "type": "object" })),
            _ => None,
        }
    }

    /// Returns the response before any output, with or without the members that only Open Responses
    /// requires.
    pub(crate) fn response(
        &self,
        id: &str,
        created_at: u64,
        open_responses: bool,
    ) -> Map<String, Value> {
        let mut response = Map::new();
        response.insert("id".into(), id.into());
        response.insert("object".into(), "response".into());
        response.insert("created_at".into(), created_at.into());
        response.insert("completed_at".into(), Value::Null);
        response.insert("status".into(), "in_progress".into());
        response.insert("background".into(), self.background.into());
        response.insert("error".into(), Value::Null);
        response.insert("incomplete_details".into(), Value::Null);
        response.insert("output".into(), json!([]));
        response.insert("usage".into(), Value::Null);
        let conversation = self
            .context
            .conversation
            .as_ref()
            .map(|id| json!({ "id": id }));
        response.insert("conversation".into(), conversation.unwrap_or_default());
        for (name, default) in ECHOED {
            let value = self.get(name).cloned().unwrap_or_else(default);
            response.insert(name.into(), value);
        }
        for name in PENALTIES.iter().filter(|_| open_responses) {
            let given = self.get(name).filter(|value| value.is_number()).cloned();
            response.insert((*name).into(), given.unwrap_or_else(|| json!(0.0)));
        }
        let reasoning = response.get_mut("reasoning");
        complete(
            reasoning,
            &[("effort", Value::Null), ("summary", Value::Null)],
        );
        let text = response.get_mut("text");
        complete(text, &[("format", json!({ "type": "text" }))]);
        let format = response
            .get_mut("text")
            .and_then(|text| text.get_mut("format"));
        if let Some(format) = format
            && format.get("type").is_some_and(|kind| kind == "json_schema")
        {
            let defaults = [("description", Value::Null), ("strict", json!(false))];
            complete(Some(format), &defaults);
        }
        let tools = response.get_mut("tools").and_then(Value::as_array_mut);
        tools.into_iter().flatten().for_each(echo_tool);
        response
    }
}

/// Adds the members that an object of a request may omit and a response has.
fn complete(object: Option<&mut Value>, defaults: &[(&str, Value)]) {
    let Some(Value::Object(object)) = object else {
        return;
    };
    for (name, default) in defaults {
        object.entry(*name).or_insert_with(|| default.clone());
    }
}

/// Converts a tool of the request into its form in a response. A function gets all members. The
/// credentials for a remote server are removed and stored nowhere.
fn echo_tool(tool: &mut Value) {
    match tool.get("type").and_then(Value::as_str) {
        Some("function") => complete(
            Some(tool),
            &[
                ("description", Value::Null),
                ("parameters", Value::Null),
                ("strict", Value::Bool(true)),
            ],
        ),
        Some("mcp") => {
            if let Some(tool) = tool.as_object_mut() {
                tool.remove("authorization");
                tool.remove("headers");
            }
        }
        _ => {}
    }
}

fn check_tool(tool: &Value, at: &str) -> Result<(), ApiError> {
    match tool.get("type") {
        Some(Value::String(kind)) if kind == "function" => match tool.get("name") {
            Some(Value::String(name)) if !name.is_empty() => Ok(()),
            _ => Err(ApiError::missing(&format!("{at}.name"))),
        },
        Some(Value::String(_)) => Ok(()),
        _ => Err(ApiError::missing(&format!("{at}.type"))),
    }
}

/// Parses metadata: at most 16 pairs of text, keys up to 64 characters, values up to 512.
pub(crate) fn metadata(value: Option<&Value>) -> Result<Map<String, Value>, ApiError> {
    let map = match value {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(ApiError::invalid("metadata", "an object of strings")),
    };
    if map.len() > 16 {
        return Err(ApiError::invalid("metadata", "at most 16 pairs"));
    }
    for (key, value) in map {
        let at = format!("metadata.{key}");
        if key.chars().count() > 64 {
            return Err(ApiError::invalid(&at, "keys of at most 64 characters"));
        }
        match value {
            Value::String(text) if text.chars().count() <= 512 => {}
            _ => return Err(ApiError::invalid(&at, "a string of at most 512 characters")),
        }
    }
    Ok(map.clone())
}

/// Typed access to the members of a body. Null counts as absent.
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Rejects a field that the service does not accept.
    pub(crate) fn refuse(&self, name: &str) -> Result<(), ApiError> {
        match self.get(name) {
            None => Ok(()),
            Some(_) => Err(ApiError::parameter(
                name,
                format!("Field '{name}' is not supported"),
            )),
        }
    }

    pub(crate) fn text(&self, name: &str, most: usize) -> Result<Option<String>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= most => Ok(Some(text.clone())),
            Some(Value::String(_)) => Err(ApiError::invalid(
                name,
                &format!("at most {most} characters"),
            )),
            Some(_) => Err(ApiError::invalid(name, "a string")),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(ApiError::invalid(name, "true or false")),
        }
    }

    fn integer(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => whole(value)
                .filter(|number| (least..=most).contains(number))
                .map(Some)
                .ok_or_else(|| ApiError::invalid(name, &range("an integer", least, most))),
        }
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<(), ApiError> {
        match self.get(name) {
            None => Ok(()),
            Some(value) if value.as_f64().is_some_and(|n| (least..=most).contains(&n)) => Ok(()),
            Some(_) => Err(ApiError::invalid(
                name,
                &format!("a number from {least} to {most}"),
            )),
        }
    }

    fn object(&self, name: &str) -> Result<(), ApiError> {
        match self.get(name) {
            None | Some(Value::Object(_)) => Ok(()),
            Some(_) => Err(ApiError::invalid(name, "an object")),
        }
    }

    pub(crate) fn list(&self, name: &str) -> Result<&'a [Value], ApiError> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(ApiError::invalid(name, "a list")),
        }
    }
}

/// Returns a whole number that is not negative, even if it is written as a float.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is whole and within bounds"
)]
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let fits = number.fract() == 0.0 && (0.0..=9e18).contains(&number);
        fits.then_some(number as u64)
    })
}

fn range(what: &str, least: u64, most: u64) -> String {
    if most == u64::MAX {
        format!("{what} of at least {least}")
    } else {
        format!("{what} from {least} to {most}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: Value) -> Result<TurnRequest, ApiError> {
        let Value::Object(body) = body else {
            panic!("an object")
        };
        TurnRequest::parse(body)
    }

    #[test]
    fn known_fields_are_checked_and_unknown_ones_ignored() {
        let good = parse(json!({"model": "m", "input": "hi", "frobnicate": [1]})).unwrap();
        assert!(good.store && !good.stream && !good.background);
        // To JSON Schema, 64.0 is an integer.
        let whole = parse(json!({"model": "m", "input": "hi", "max_output_tokens": 64.0})).unwrap();
        assert_eq!(whole.max_output_tokens, Some(64));
        let bad = [
            (json!({"input": "x"}), "model"),
            (json!({"model": "m"}), "input"),
            (json!({"model": "m", "input": 3}), "input"),
            (json!({"model": "m", "input": "x", "user": "me"}), "user"),
            (
                json!({"model": "m", "input": "x", "temperature": 3}),
                "temperature",
            ),
            (
                json!({"model": "m", "input": "x", "stream": "yes"}),
                "stream",
            ),
            (
                json!({"model": "m", "input": "x", "max_output_tokens": 0}),
                "max_output_tokens",
            ),
            (
                json!({"model": "m", "input": "x", "max_output_tokens": 64.5}),
                "max_output_tokens",
            ),
            (
                json!({"model": "m", "input": "x", "conversation": 1}),
                "conversation",
            ),
            (
                json!({"model": "m", "input": "x", "conversation": {}}),
                "conversation.id",
            ),
            (
                json!({"model": "m", "input": "x", "metadata": {"a": 1}}),
                "metadata.a",
            ),
            (
                json!({"model": "m", "input": "x", "tools": [{"type": "function"}]}),
                "tools[0].name",
            ),
            (
                json!({"model": "m", "input": "x", "conversation": "c", "previous_response_id": "r"}),
                "previous_response_id",
            ),
        ];
        for (body, param) in bad {
            let error = parse(body.clone()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param), "{body}");
        }
    }

    #[test]
    fn metadata_limits() {
        let pairs = |count: usize| (0..count).map(|n| (n.to_string(), json!("v"))).collect();
        assert!(metadata(Some(&Value::Object(pairs(16)))).is_ok());
        assert!(metadata(Some(&Value::Object(pairs(17)))).is_err());
        assert!(metadata(Some(&json!({"k": "é".repeat(512)}))).is_ok());
        assert!(metadata(Some(&json!({"k": "v".repeat(513)}))).is_err());
        assert!(metadata(Some(&json!({"k".repeat(65): "v"}))).is_err());
        assert!(metadata(Some(&json!(["a"]))).is_err());
    }

    #[test]
    fn the_response_repeats_the_request() {
        let request = parse(json!({
            "model": "m", "input": "x", "temperature": 0.5, "conversation": {"id": "c1"},
            "metadata": {"k": "v"}, "instructions": "be brief",
        }))
        .unwrap();
        let response = request.response("r1", 7, true);
        assert_eq!(response["temperature"], 0.5);
        assert_eq!(response["conversation"]["id"], "c1");
        assert_eq!(response["metadata"]["k"], "v");
        assert_eq!(response["instructions"], "be brief");
        assert_eq!(response["top_p"], 1.0);
        assert!(!response.contains_key("input"));
        assert!(PENALTIES.iter().all(|name| response[*name] == 0.0));
        let plain = request.response("r1", 7, false);
        assert!(PENALTIES.iter().all(|name| !plain.contains_key(*name)));
    }

    #[test]
    fn omitted_members_are_added() {
        let request = parse(json!({
            "model": "m", "input": "x", "reasoning": {"effort": "low"}, "text": {"verbosity": "low"},
        }))
        .unwrap();
        let response = request.response("r1", 7, true);
        assert_eq!(
            response["reasoning"],
            json!({"effort": "low", "summary": null})
        );
        assert_eq!(
            response["text"],
            json!({"verbosity": "low", "format": {"type": "text"}})
        );
        let format = json!({"type": "json_schema", "name": "n", "schema": {}});
        let request = parse(json!({"model": "m", "input": "x", "text": {"format": format}}));
        let response = request.unwrap().response("r1", 7, true);
        assert_eq!(
            response["text"]["format"],
            json!({"type": "json_schema", "name": "n", "schema": {}, "description": null, "strict": false})
        );
    }

    #[test]
    fn tools_are_repeated_with_all_their_members() {
        let request = parse(json!({
            "model": "m", "input": "x", "presence_penalty": 0.5, "frequency_penalty": "much", "tools": [
                {"type": "function", "name": "f"},
                {"type": "function", "name": "g", "strict": false, "description": "G.", "parameters": {}, "new": 1},
                {"type": "mcp", "server_label": "s", "authorization": "token", "headers": {"a": "b"}},
            ],
        }))
        .unwrap();
        let response = request.response("r1", 7, true);
        assert_eq!(response["presence_penalty"], 0.5);
        assert_eq!(response["frequency_penalty"], 0.0);
        assert_eq!(
            response["tools"],
            json!([
                {"type": "function", "name": "f", "strict": true, "description": null, "parameters": null},
                {"type": "function", "name": "g", "strict": false, "description": "G.", "parameters": {}, "new": 1},
                {"type": "mcp", "server_label": "s"},
            ])
        );
    }
}
