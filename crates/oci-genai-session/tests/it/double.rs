//! A service in memory that fails as told, to the request. What goes over the wire is tested with the emulator; this
//! is for the failures whose moment has to be exact.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream;
use oci_genai_session::TokenUsage;
use oci_genai_session::service::{
    Answer, AnswerEvent, AnswerStatus, AnswerStream, Service, ServiceError, ServiceErrorKind,
};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

/// What goes wrong with one request for a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is lost on its way; the caller cannot tell.
    RequestLost,
    /// The response is stored, its answer lost on the way back.
    AnswerLost,
    /// Only the input is stored.
    InputStored,
    /// Of the answer only a thought is stored.
    ThoughtStored,
    /// Turned away before anything happened.
    TurnedAway,
    /// Another response is under way, which ends by itself.
    Locked,
    /// Refused for good.
    Refused,
    /// The stream is cut after its first delta; the service finishes and stores the answer.
    Cut,
    /// No answer comes, ever; nothing is stored.
    Hang,
    /// The response is stored, no answer comes, ever.
    HangAfterStoring,
    /// The service says that it failed.
    Failed,
    /// The answer comes when [`Double::resume`] is told.
    Slow,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    conversations: HashMap<String, Vec<Value>>,
    /// Items of each stored response and all before it, and its answer.
    responses: HashMap<String, (Vec<Value>, Answer)>,
    faults: VecDeque<Option<Fault>>,
    requests: Vec<Map<String, Value>>,
}

/// Clones share their state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Double {
    state: Arc<Mutex<State>>,
    /// Told when a request begins to hang.
    pub(crate) hanging: Arc<Notify>,
    /// Lets a slow request go on.
    pub(crate) resume: Arc<Notify>,
}

fn lost() -> ServiceError {
    ServiceError::new(ServiceErrorKind::Unknown, "the connection was reset")
}

fn refused(text: &str) -> ServiceError {
    ServiceError::new(ServiceErrorKind::Refused, text)
}

impl State {
    fn id(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}_{}", self.next)
    }

    fn stored(&mut self, item: &Value) -> Value {
        let mut item = item.clone();
        if item.get("id").is_none() {
            let id = self.id("item");
            item["id"] = json!(id);
        }
        item
    }

    /// What the emulator's model says, as far as these tests need it.
    fn answer(&mut self, context: &[Value], tools: &[Value]) -> Vec<Value> {
        let text = |item: &Value| {
            let parts = item["content"].as_array().cloned().unwrap_or_default();
            parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect::<String>()
        };
        let of = |role: &'static str| move |item: &&Value| item["role"] == role;
        let last = context.last().cloned().unwrap_or_default();
        if last["type"] == "function_call_output" {
            let reply = format!(
                "the tool said: {}",
                last["output"].as_str().unwrap_or_default()
            );
            return vec![self.message(&reply)];
        }
        let newest = context
            .iter()
            .rev()
            .find(of("user"))
            .map(text)
            .unwrap_or_default();
        let mut output = Vec::new();
        for call in newest.split("call:").skip(1) {
            let (name, arguments) = call.split_once(' ').unwrap_or((call, "{}"));
            if tools.iter().any(|tool| tool["name"] == name) {
                let call_id = self.id("call");
                let item = json!({
                    "type": "function_call", "call_id": call_id, "name": name,
                    "arguments": arguments.trim(), "status": "completed",
                });
                output.push(self.stored(&item));
            }
        }
        if output.is_empty() {
            let earlier = context.iter().filter(of("user")).count().saturating_sub(1);
            output.push(self.message(&format!("{earlier} questions before; you said: {newest}")));
        }
        output
    }

    fn message(&mut self, text: &str) -> Value {
        let item = json!({
            "type": "message", "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }],
        });
        self.stored(&item)
    }

    fn context(&self, request: &Map<String, Value>) -> Result<Vec<Value>, ServiceError> {
        if let Some(id) = request.get("conversation").and_then(Value::as_str) {
            return self.conversations.get(id).cloned().ok_or_else(not_found);
        }
        match request.get("previous_response_id").and_then(Value::as_str) {
            Some(id) => self
                .responses
                .get(id)
                .map(|r| r.0.clone())
                .ok_or_else(not_found),
            None => Ok(Vec::new()),
        }
    }

    fn run(
        &mut self,
        request: &Map<String, Value>,
        fault: Option<Fault>,
    ) -> Result<Answer, ServiceError> {
        let mut context = self.context(request)?;
        let input = request["input"].as_array().cloned().unwrap_or_default();
        let input: Vec<Value> = input.iter().map(|item| self.stored(item)).collect();
        context.extend(input.iter().cloned());
        check_calls(&context)?;
        let tools = match request.get("tool_choice").and_then(Value::as_str) {
            Some("none") => Vec::new(),
            _ => request
                .get("tools")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
        };
        let mut output = self.answer(&context, &tools);
        let thought = json!({ "type": "reasoning", "summary": [] });
        match fault {
            Some(Fault::InputStored) => output.clear(),
            Some(Fault::ThoughtStored) => output = vec![self.stored(&thought)],
            _ => {}
        }
        let id = self.id("resp");
        let answer = Answer {
            response_id: Some(id.clone()),
            status: AnswerStatus::Completed,
            items: output.clone(),
            usage: TokenUsage {
                input: 10,
                output: 5,
            },
        };
        context.extend(output.iter().cloned());
        if let Some(conversation) = request.get("conversation").and_then(Value::as_str)
            && let Some(items) = self.conversations.get_mut(conversation)
        {
            items.extend(input);
            items.extend(output);
        }
        let partial = matches!(fault, Some(Fault::InputStored | Fault::ThoughtStored));
        if request.get("store") != Some(&json!(false)) && !partial {
            self.responses.insert(id, (context, answer.clone()));
        }
        Ok(answer)
    }
}

fn not_found() -> ServiceError {
    ServiceError::new(ServiceErrorKind::NotFound, "it is not there")
}

/// As the service does: a call without an output, or the other way round, is refused.
fn check_calls(context: &[Value]) -> Result<(), ServiceError> {
    let ids = |kind: &'static str| {
        let of = move |item: &&Value| item["type"] == kind;
        context
            .iter()
            .filter(of)
            .map(|item| item["call_id"].clone())
            .collect::<Vec<_>>()
    };
    let (calls, outputs) = (ids("function_call"), ids("function_call_output"));
    if calls.iter().any(|call| !outputs.contains(call)) {
        return Err(refused("No tool output found for a function call"));
    }
    if outputs.iter().any(|output| !calls.contains(output)) {
        return Err(refused("No tool call found for a function call output"));
    }
    Ok(())
}

impl Double {
    /// What happens to the next requests, one each; those after them succeed.
    pub(crate) fn then(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    /// Lets all further requests succeed.
    pub(crate) fn forget_faults(&self) {
        self.state.lock().unwrap().faults.clear();
    }

    /// What happens to the next request.
    pub(crate) fn fail(&self, fault: Fault) {
        self.then([Some(fault)]);
    }

    /// The requests for responses so far.
    pub(crate) fn requests(&self) -> Vec<Map<String, Value>> {
        self.state.lock().unwrap().requests.clone()
    }

    /// What a conversation holds: each item as `role: text`, a call as `call NAME`, an output as `output: TEXT`.
    pub(crate) fn transcript(&self, conversation: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.conversations[conversation]
            .iter()
            .map(brief)
            .collect()
    }

    /// Puts an item into a conversation behind the session's back.
    pub(crate) fn intrude(&self, conversation: &str, item: &Value) {
        let mut state = self.state.lock().unwrap();
        let item = state.stored(item);
        state
            .conversations
            .get_mut(conversation)
            .unwrap()
            .push(item);
    }

    fn next(&self, request: &Map<String, Value>) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        state.requests.push(request.clone());
        state.faults.pop_front().flatten()
    }

    async fn perform(
        &self,
        request: &Map<String, Value>,
        fault: Option<Fault>,
    ) -> Result<Answer, ServiceError> {
        match fault {
            Some(Fault::RequestLost) => return Err(lost()),
            Some(Fault::TurnedAway) => {
                return Err(ServiceError::new(
                    ServiceErrorKind::NotDone,
                    "too many requests",
                ));
            }
            Some(Fault::Locked) => {
                return Err(ServiceError::new(
                    ServiceErrorKind::Locked,
                    "conversation_locked",
                ));
            }
            Some(Fault::Refused) => return Err(refused("Field 'user' is not supported")),
            Some(Fault::Failed) => {
                return Ok(Answer {
                    response_id: Some("resp_failed".to_owned()),
                    status: AnswerStatus::Failed("server_error".to_owned()),
                    items: Vec::new(),
                    usage: TokenUsage::default(),
                });
            }
            _ => {}
        }
        if fault == Some(Fault::Slow) {
            self.hanging.notify_one();
            self.resume.notified().await;
        }
        let answer = match fault {
            Some(Fault::Hang) => None,
            _ => Some(self.state.lock().unwrap().run(request, fault)?),
        };
        match (fault, answer) {
            (Some(Fault::Hang | Fault::HangAfterStoring), _) | (_, None) => {
                self.hanging.notify_one();
                std::future::pending().await
            }
            (
                Some(Fault::AnswerLost | Fault::InputStored | Fault::ThoughtStored | Fault::Cut),
                _,
            ) => Err(lost()),
            (_, Some(answer)) => Ok(answer),
        }
    }
}

/// An item in a few words.
pub(crate) fn brief(item: &Value) -> String {
    let text: String = item["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| part["text"].as_str())
        .collect();
    match item["type"].as_str() {
        Some("function_call") => format!("call {}", item["name"].as_str().unwrap_or_default()),
        Some("function_call_output") => {
            format!("output: {}", item["output"].as_str().unwrap_or_default())
        }
        Some("message") | None => format!("{}: {text}", item["role"].as_str().unwrap_or_default()),
        Some(other) => other.to_owned(),
    }
}

#[async_trait]
impl Service for Double {
    async fn create_conversation(
        &self,
        _: &BTreeMap<String, String>,
    ) -> Result<String, ServiceError> {
        let mut state = self.state.lock().unwrap();
        let id = state.id("conv");
        state.conversations.insert(id.clone(), Vec::new());
        Ok(id)
    }

    async fn delete_conversation(&self, conversation: &str) -> Result<(), ServiceError> {
        self.state
            .lock()
            .unwrap()
            .conversations
            .remove(conversation);
        Ok(())
    }

    async fn items_after(
        &self,
        conversation: &str,
        after: Option<String>,
    ) -> Result<Vec<Value>, ServiceError> {
        let state = self.state.lock().unwrap();
        let items = state
            .conversations
            .get(conversation)
            .ok_or_else(not_found)?;
        let start = match after {
            None => 0,
            Some(id) => {
                1 + items
                    .iter()
                    .position(|item| item["id"] == *id)
                    .ok_or_else(not_found)?
            }
        };
        Ok(items[start..].to_vec())
    }

    async fn add_items(
        &self,
        conversation: &str,
        items: Vec<Value>,
    ) -> Result<Vec<Value>, ServiceError> {
        let mut state = self.state.lock().unwrap();
        let items: Vec<Value> = items.iter().map(|item| state.stored(item)).collect();
        state
            .conversations
            .get_mut(conversation)
            .ok_or_else(not_found)?
            .extend(items.iter().cloned());
        Ok(items)
    }

    async fn delete_item(&self, conversation: &str, item: &str) -> Result<(), ServiceError> {
        let mut state = self.state.lock().unwrap();
        let items = state
            .conversations
            .get_mut(conversation)
            .ok_or_else(not_found)?;
        items.retain(|stored| stored["id"] != *item);
        Ok(())
    }

    async fn respond(&self, request: Map<String, Value>) -> Result<Answer, ServiceError> {
        let fault = self.next(&request);
        self.perform(&request, fault).await
    }

    async fn stream(&self, request: Map<String, Value>) -> Result<AnswerStream, ServiceError> {
        let fault = self.next(&request);
        let answer = match self.perform(&request, fault).await {
            Err(error) if fault != Some(Fault::Cut) => return Err(error),
            result => result,
        };
        let mut events = Vec::new();
        match answer {
            Ok(answer) => {
                let id = answer.response_id.clone().unwrap_or_default();
                events.push(Ok(AnswerEvent::Created(id)));
                for word in answer
                    .items
                    .iter()
                    .map(brief)
                    .collect::<String>()
                    .split_inclusive(' ')
                {
                    events.push(Ok(AnswerEvent::Delta(word.to_owned())));
                }
                events.push(Ok(AnswerEvent::Done(answer)));
            }
            Err(error) => {
                let newest = format!("resp_{}", self.state.lock().unwrap().next);
                events.push(Ok(AnswerEvent::Created(newest)));
                events.push(Ok(AnswerEvent::Delta("half".to_owned())));
                events.push(Err(error));
            }
        }
        Ok(Box::pin(stream::iter(events)))
    }

    async fn response(&self, id: &str) -> Result<Option<Answer>, ServiceError> {
        Ok(self
            .state
            .lock()
            .unwrap()
            .responses
            .get(id)
            .map(|response| response.1.clone()))
    }
}
