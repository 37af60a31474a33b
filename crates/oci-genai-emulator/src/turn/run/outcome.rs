//! End of a turn: its status, its usage, and what is stored.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Run, Stop};
use crate::app::App;
use crate::error::ApiError;
use crate::state::Change;
use crate::state::items::Item;
use crate::turn::prepare::Turn;

impl Run<'_> {
    /// Writes the outcome into the response, the store and the last event.
    pub(super) fn finish(&mut self, stopped: Option<Stop>, early: bool) -> Arc<Value> {
        let status = match stopped {
            None => "completed",
            Some(Stop::Cancelled) => "cancelled",
            Some(Stop::Full) => {
                let reason = json!({ "reason": "max_output_tokens" });
                self.response.insert("incomplete_details".into(), reason);
                "incomplete"
            }
            Some(Stop::Failed { code, message }) => {
                let error = json!({ "code": code, "message": message });
                self.response.insert("error".into(), error);
                "failed"
            }
        };
        self.response.insert("status".into(), status.into());
        if status == "completed" {
            self.response
                .insert("completed_at".into(), self.app.clock.unix().into());
        }
        self.response.insert("usage".into(), self.usage());
        self.response.insert(
            "output".into(),
            Value::Array(std::mem::take(&mut self.output)),
        );
        if self.streamed() {
            self.events.end(status, &self.response);
        }
        let response = Arc::new(Value::Object(std::mem::take(&mut self.response)));
        self.store(
            &response,
            early,
            matches!(status, "completed" | "incomplete"),
        );
        response
    }

    fn usage(&self) -> Value {
        let input = self.turn.input_tokens;
        let (mut output, mut reasoning) = (0, 0);
        for item in self.output.iter().filter_map(Value::as_object) {
            let item = Item::new(item.clone());
            output += item.words();
            if item.kind() == "reasoning" {
                reasoning += item.words();
            }
        }
        json!({
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": output,
            "output_tokens_details": { "reasoning_tokens": reasoning },
            "total_tokens": input + output,
        })
    }

    /// Stores the current response, unless it was announced and has been deleted since.
    pub(super) fn store_early(&self) {
        let response = Arc::new(Value::Object(self.response.clone()));
        let put = put(self.app, self.turn, response);
        let announced = self.turn.request.background;
        report(self.app.store.change(|state| {
            let project = state.project(&self.turn.project);
            let deleted = announced && !project.responses.contains_key(&self.turn.id);
            Ok((if deleted { Vec::new() } else { vec![put] }, ()))
        }));
    }

    /// Adds the turn's items to its conversation and stores the response, in one step. Only a turn
    /// with output changes the conversation.
    fn store(&self, response: &Arc<Value>, early: bool, answered: bool) {
        if self.app.stop.is_cancelled() {
            // The emulator is stopping, so the turn was cut short and not canceled.
            return;
        }
        let put = self
            .turn
            .request
            .keep()
            .then(|| put(self.app, self.turn, response.clone()));
        let at = self.app.clock.unix();
        report(self.app.store.change(|state| {
            let project = state.project(&self.turn.project);
            let mut changes = Vec::new();
            if let Some(conversation) = self
                .turn
                .request
                .context
                .conversation
                .clone()
                .filter(|_| answered)
            {
                let output = response.get("output").and_then(Value::as_array);
                let output = output.into_iter().flatten().filter_map(Value::as_object);
                let mut items = (*self.turn.input).clone();
                items.extend(output.cloned().map(Item::new));
                let project = self.turn.project.clone();
                changes.push(Change::AddItems {
                    project,
                    conversation,
                    items,
                    at,
                });
            }
            // A response that was deleted while it was created stays deleted.
            if !early || project.responses.contains_key(&self.turn.id) {
                changes.extend(put);
            }
            Ok((changes, ()))
        }));
    }
}

/// Stores a background response before its turn begins, so that its client can find it at once.
/// Returns the response.
pub(crate) fn announce(app: &App, turn: &Turn) -> Result<Arc<Value>, ApiError> {
    let mut queued = turn.response(&app.config);
    queued.insert("status".into(), "queued".into());
    let queued = Arc::new(Value::Object(queued));
    let put = put(app, turn, queued.clone());
    app.store.change(|_| Ok((vec![put], queued)))
}

fn put(app: &App, turn: &Turn, response: Arc<Value>) -> Change {
    Change::PutResponse {
        project: turn.project.clone(),
        id: turn.id.clone(),
        response,
        at: app.clock.unix(),
        input: turn.input.clone(),
        previous: turn.request.context.previous.clone(),
        conversation: turn.request.context.conversation.clone(),
        chain: turn.chain.clone(),
    }
}

fn report(stored: Result<(), ApiError>) {
    if let Err(error) = stored {
        tracing::error!(message = %error.message, "could not store a turn");
    }
}
