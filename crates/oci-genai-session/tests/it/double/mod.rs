//! An in-memory service that fails on request. What goes over the wire is tested with the emulator; this
//! is for the failures whose moment has to be exact.

mod model;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream;
use oci_genai_session::TokenUsage;
use oci_genai_session::backend::{
    Backend, BackendError, BackendErrorKind, ModelEvent, ModelResponse, ModelResponseStatus,
    ModelStream, SendOptions,
};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

pub(crate) use model::brief;

/// What goes wrong with one request for a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is lost on its way; the caller cannot tell.
    RequestLost,
    /// The response is stored, its answer lost on the way back.
    AnswerLost,
    /// The answer is lost, and the request is carried out only right before the next one.
    Late,
    /// Only the input is stored.
    InputStored,
    /// Of the answer only a thought is stored.
    ThoughtStored,
    /// Of the answer only a search is stored.
    SearchStored,
    /// Of the answer only a call of a remote tool is stored, which the service had begun.
    RemoteStored,
    /// The answer comes, but the conversation does not get it.
    NotKept,
    /// The response ends early, with a call of a remote tool that the service had begun.
    EndsEarly,
    /// Rejected before anything happened.
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
    /// The service may have begun, and will never succeed.
    Permanent,
    /// The response is stored, and the answer that comes cannot be read.
    Unreadable,
    /// The answer that comes cannot be read, and only the input is stored.
    UnreadableUnstored,
    /// The response ends without output, and is stored so.
    Empty,
    /// The response comes after [`Double::resume`].
    Slow,
}

impl Fault {
    /// Whether the service stores less than a round.
    pub(crate) fn is_half(self) -> bool {
        matches!(
            self,
            Self::InputStored | Self::ThoughtStored | Self::SearchStored | Self::RemoteStored
        )
    }
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    conversations: HashMap<String, Vec<Value>>,
    /// Items of each stored response and all before it, and its answer.
    responses: HashMap<String, (Vec<Value>, ModelResponse)>,
    faults: VecDeque<Option<Fault>>,
    requests: Vec<Map<String, Value>>,
    metadata: BTreeMap<String, String>,
    /// How many more times a response is said to be in the making.
    working: u32,
    /// What the model writes next, in place of its own words; ids of calls stay as they are.
    scripted: VecDeque<Vec<Value>>,
    /// The id that all calls get.
    call_id: Option<String>,
    /// A request that is still on its way.
    late: Option<Map<String, Value>>,
    /// Whether lists of items and responses that are read cannot be understood.
    unreadable: bool,
}

/// Clones share their state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Double {
    state: Arc<Mutex<State>>,
    /// Notified when a request starts to hang.
    pub(crate) hanging: Arc<Notify>,
    /// Lets a slow request go on.
    pub(crate) resume: Arc<Notify>,
}

fn lost() -> BackendError {
    BackendError::new(BackendErrorKind::Unknown, "the connection was reset")
}

fn unreadable() -> BackendError {
    let text = "the answer is JSON, but not as expected";
    BackendError::new(BackendErrorKind::Unusable, text)
}

fn refused(text: &str) -> BackendError {
    BackendError::new(BackendErrorKind::Rejected, text)
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

    /// What the model wrote, with the ids that the service gives it.
    fn named(&mut self, item: &Value) -> Value {
        let mut item = item.clone();
        if item.get("call_id").is_some() {
            let id = self.call_id.clone();
            item["call_id"] = json!(id.unwrap_or_else(|| self.id("call")));
        }
        self.stored(&item)
    }

    fn context(&self, request: &Map<String, Value>) -> Result<Vec<Value>, BackendError> {
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
    ) -> Result<ModelResponse, BackendError> {
        let mut context = self.context(request)?;
        let input = request["input"].as_array().cloned().unwrap_or_default();
        let input: Vec<Value> = input.iter().map(|item| self.stored(item)).collect();
        context.extend(input.iter().cloned());
        if let Some(text) = model::complaint(&context) {
            return Err(refused(&text));
        }
        let mut output: Vec<Value> = match self.scripted.pop_front() {
            Some(items) => items.iter().map(|item| self.stored(item)).collect(),
            None => {
                let output = model::answer(&context, request);
                output.iter().map(|item| self.named(item)).collect()
            }
        };
        let thought = json!({ "type": "reasoning", "summary": [] });
        let search = json!({ "type": "web_search_call", "status": "completed" });
        let remote = json!({
            "type": "mcp_call", "status": "calling", "server_label": "shop", "name": "look",
            "arguments": "{}",
        });
        let mut status = ModelResponseStatus::Completed;
        match fault {
            Some(Fault::InputStored | Fault::UnreadableUnstored | Fault::Empty) => output.clear(),
            Some(Fault::ThoughtStored) => output = vec![self.stored(&thought)],
            Some(Fault::SearchStored) => output = vec![self.stored(&search)],
            Some(Fault::RemoteStored) => output = vec![self.stored(&remote)],
            Some(Fault::EndsEarly) => {
                output = vec![self.stored(&remote)];
                status = ModelResponseStatus::Incomplete("max_output_tokens".to_owned());
            }
            _ => {}
        }
        let id = self.id("resp");
        let answer = ModelResponse {
            response_id: Some(id.clone()),
            status,
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
            if fault != Some(Fault::NotKept) {
                items.extend(output);
            }
        }
        let partial = fault.is_some_and(Fault::is_half);
        if request.get("store") != Some(&json!(false)) && !partial {
            self.responses.insert(id, (context, answer.clone()));
        }
        Ok(answer)
    }
}

fn not_found() -> BackendError {
    BackendError::new(BackendErrorKind::NotFound, "it is not there")
}

impl Double {
    /// What happens to the next requests, one each; those after them succeed.
    pub(crate) fn then(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    /// Has the model write these items next.
    pub(crate) fn script(&self, items: impl IntoIterator<Item = Value>) {
        let items = items.into_iter().collect();
        self.state.lock().unwrap().scripted.push_back(items);
    }

    /// Gives all calls this id, as servers do that number them per round, or not at all.
    pub(crate) fn name_calls(&self, id: &str) {
        self.state.lock().unwrap().call_id = Some(id.to_owned());
    }

    /// What the service has cannot be read from now on, or can be again.
    pub(crate) fn garble(&self, unreadable: bool) {
        self.state.lock().unwrap().unreadable = unreadable;
    }

    /// Lets all further requests succeed.
    pub(crate) fn forget_faults(&self) {
        self.state.lock().unwrap().faults.clear();
    }

    /// What happens to the next request.
    pub(crate) fn fail(&self, fault: Fault) {
        self.then([Some(fault)]);
    }

    pub(crate) fn has_conversation(&self, id: &str) -> bool {
        self.state.lock().unwrap().conversations.contains_key(id)
    }

    /// Says so many times that a response is still being made.
    pub(crate) fn work_for(&self, times: u32) {
        self.state.lock().unwrap().working = times;
    }

    /// Makes a response that a chain can go on from.
    pub(crate) fn store_response(&self, id: &str) {
        let answer = ModelResponse {
            response_id: Some(id.to_owned()),
            status: ModelResponseStatus::Completed,
            items: Vec::new(),
            usage: TokenUsage::default(),
        };
        let mut state = self.state.lock().unwrap();
        state.responses.insert(id.to_owned(), (Vec::new(), answer));
    }

    /// The metadata that the last conversation was made with.
    pub(crate) fn metadata(&self) -> BTreeMap<String, String> {
        self.state.lock().unwrap().metadata.clone()
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

    /// Carries out what is still on its way.
    pub(crate) fn land(&self) {
        let mut state = self.state.lock().unwrap();
        if let Some(late) = state.late.take() {
            // Nobody hears of a refusal.
            let _ = state.run(&late, None);
        }
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
    ) -> Result<ModelResponse, BackendError> {
        self.land();
        match fault {
            Some(Fault::RequestLost) => return Err(lost()),
            Some(Fault::Late) => {
                self.state.lock().unwrap().late = Some(request.clone());
                return Err(lost());
            }
            Some(Fault::TurnedAway) => {
                return Err(BackendError::new(
                    BackendErrorKind::NotExecuted,
                    "too many requests",
                ));
            }
            Some(Fault::Locked) => {
                return Err(BackendError::new(
                    BackendErrorKind::Locked,
                    "conversation_locked",
                ));
            }
            Some(Fault::Refused) => return Err(refused("Field 'user' is not supported")),
            Some(Fault::Failed) => {
                return Ok(ModelResponse {
                    response_id: Some("resp_failed".to_owned()),
                    status: ModelResponseStatus::Failed {
                        message: "server_error".to_owned(),
                        is_permanent: false,
                    },
                    items: Vec::new(),
                    usage: TokenUsage::default(),
                });
            }
            Some(Fault::Permanent) => {
                let text = "context_length_exceeded";
                return Err(BackendError::new(BackendErrorKind::Failed, text));
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
            (Some(Fault::AnswerLost | Fault::Cut), _) => Err(lost()),
            (Some(Fault::Unreadable | Fault::UnreadableUnstored), _) => Err(unreadable()),
            (Some(fault), _) if fault.is_half() => Err(lost()),
            (_, Some(answer)) => Ok(answer),
        }
    }
}

#[async_trait]
impl Backend for Double {
    async fn create_conversation(
        &self,
        metadata: &BTreeMap<String, String>,
    ) -> Result<String, BackendError> {
        let mut state = self.state.lock().unwrap();
        state.metadata.clone_from(metadata);
        let id = state.id("conv");
        state.conversations.insert(id.clone(), Vec::new());
        Ok(id)
    }

    async fn delete_conversation(&self, conversation: &str) -> Result<(), BackendError> {
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
    ) -> Result<Vec<Value>, BackendError> {
        let state = self.state.lock().unwrap();
        if state.unreadable {
            return Err(unreadable());
        }
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
        options: SendOptions,
    ) -> Result<Vec<Value>, BackendError> {
        options.confirm().await?;
        let mut state = self.state.lock().unwrap();
        let items: Vec<Value> = items.iter().map(|item| state.stored(item)).collect();
        state
            .conversations
            .get_mut(conversation)
            .ok_or_else(not_found)?
            .extend(items.iter().cloned());
        Ok(items)
    }

    async fn delete_item(
        &self,
        conversation: &str,
        item: &str,
        options: SendOptions,
    ) -> Result<(), BackendError> {
        options.confirm().await?;
        let mut state = self.state.lock().unwrap();
        let items = state
            .conversations
            .get_mut(conversation)
            .ok_or_else(not_found)?;
        items.retain(|stored| stored["id"] != *item);
        Ok(())
    }

    async fn respond(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<ModelResponse, BackendError> {
        options.confirm().await?;
        let fault = self.next(&request);
        self.perform(&request, fault).await
    }

    async fn stream(
        &self,
        request: Map<String, Value>,
        options: SendOptions,
    ) -> Result<ModelStream, BackendError> {
        options.confirm().await?;
        let fault = self.next(&request);
        let answer = match self.perform(&request, fault).await {
            Err(error) if fault != Some(Fault::Cut) => return Err(error),
            result => result,
        };
        let mut events = Vec::new();
        match answer {
            Ok(answer) => {
                let id = answer.response_id.clone().unwrap_or_default();
                events.push(Ok(ModelEvent::Created(id)));
                for word in answer
                    .items
                    .iter()
                    .map(brief)
                    .collect::<String>()
                    .split_inclusive(' ')
                {
                    events.push(Ok(ModelEvent::Delta(word.to_owned())));
                }
                events.push(Ok(ModelEvent::Done(answer)));
            }
            Err(error) => {
                let newest = format!("resp_{}", self.state.lock().unwrap().next);
                events.push(Ok(ModelEvent::Created(newest)));
                events.push(Ok(ModelEvent::Delta("half".to_owned())));
                events.push(Err(error));
            }
        }
        Ok(Box::pin(stream::iter(events)))
    }

    async fn response(&self, id: &str) -> Result<Option<ModelResponse>, BackendError> {
        let mut state = self.state.lock().unwrap();
        if state.unreadable {
            return Err(unreadable());
        }
        let working = state.working > 0;
        state.working = state.working.saturating_sub(1);
        let mut answer = state.responses.get(id).map(|response| response.1.clone());
        if let Some(answer) = answer.as_mut().filter(|_| working) {
            answer.status = ModelResponseStatus::Running;
        }
        Ok(answer)
    }
}
