//! Open calls of a turn, which are closed before the next one: calls for the caller, hosted calls
//! without a result.

use serde_json::{Map, Value};

use super::{Journal, KNOWN_ITEMS};
use crate::error::Result;
use crate::item::{self, PendingCalls};
use crate::store::{HistoryMode, ItemRange};

/// Output for a call that the caller never answered.
const UNANSWERED: &str = "error: the call was not answered";

/// Returns which calls are for the caller, according to these request members.
pub(crate) fn pending_calls_of<'a>(
    requests: impl IntoIterator<Item = &'a Map<String, Value>>,
) -> PendingCalls {
    let tools = requests
        .into_iter()
        .filter_map(|request| request.get("tools")?.as_array())
        .flatten();
    let custom = tools.filter(|tool| item::text(tool, "type") == Some("custom"));
    PendingCalls {
        custom_tools: custom
            .filter_map(|tool| item::text(tool, "name"))
            .map(str::to_owned)
            .collect(),
    }
}

/// Returns the open calls of a turn and its hosted calls without a result, without their content.
pub(crate) fn unanswered(asked: &PendingCalls, items: &[Value]) -> Vec<Value> {
    let outline = |question: &Value| {
        let kept = ["type", "id", "call_id", "execution"];
        let members = question.as_object().into_iter().flatten();
        members
            .filter(|(name, _)| kept.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    asked
        .open(items)
        .into_iter()
        .chain(item::without_result(items))
        .map(outline)
        .map(Value::Object)
        .collect()
}

impl Journal {
    /// Returns which of the model's calls are for the caller.
    pub(crate) fn pending_calls(&self) -> PendingCalls {
        pending_calls_of([&self.record.defaults, &self.turn.request])
    }

    /// Inserts missing outputs for the last turn's open calls before a turn's input. Returns true
    /// if any was missing. A call without an output makes the service reject every later turn.
    pub(crate) fn complete(&self, input: &mut Vec<Value>) -> bool {
        let mut answered: Vec<&str> = input.iter().filter_map(item::answered_call).collect();
        let missing: Vec<Value> = self
            .record
            .unanswered
            .iter()
            .filter(|question| !item::is_hosted_call(question))
            .filter(|question| {
                let id = match item::is_approval_request(question) {
                    true => item::id(question),
                    false => item::text(question, "call_id"),
                };
                // Two calls with the same id each need an output.
                let answer = answered
                    .iter()
                    .position(|answered| *answered == id.unwrap_or_default());
                answer.map(|at| answered.remove(at)).is_none()
            })
            .map(|question| item::substitute(question, UNANSWERED))
            .collect();
        let any = !missing.is_empty();
        input.splice(0..0, missing);
        any
    }

    /// Returns the ids of the last turn's hosted calls that have no result and no output in the
    /// turn's input. The service may reject every later turn because of one.
    pub(crate) fn left_without_result(&self, input: &[Value]) -> Vec<String> {
        let calls = self.record.unanswered.iter();
        let calls = calls.filter(|call| item::is_hosted_call(call));
        let output_is_in_input = |call: &&Value| {
            let mut both = vec![(*call).clone()];
            both.extend(input.iter().cloned());
            item::without_result(&both).next().is_none()
        };
        calls
            .filter(|call| item::text(call, "call_id").is_none() || !output_is_in_input(call))
            .filter_map(item::id)
            .map(str::to_owned)
            .collect()
    }

    /// Removes items of the last turns from the history.
    pub(crate) async fn remove(&mut self, ids: &[String]) -> Result<()> {
        let range = ItemRange {
            from: 0,
            to: None,
            limit: KNOWN_ITEMS,
            newest_first: true,
        };
        let mut tail = self.store.items(&self.record.id, range).await?;
        tail.reverse();
        let goes = |id: Option<&str>| id.is_some_and(|id| ids.iter().any(|other| other == id));
        let first = tail.iter().find(|item| goes(item.item_id.as_deref()));
        let first = first.map(|item| item.position);
        tail.retain(|item| !goes(item.item_id.as_deref()));
        let mut batch = self.session_batch();
        let record = &mut batch.session;
        if goes(record.anchor.as_deref()) {
            record.anchor = tail.iter().rev().find_map(|item| item.item_id.clone());
        }
        record.unanswered.retain(|call| !goes(item::id(call)));
        if record.history_mode == HistoryMode::PreviousResponse {
            // The response cannot be changed, so the next request carries the history instead of its id.
            record.last_response_id = None;
            record.memory_since = record.next_turn;
        }
        batch.drop_items_from = first;
        // The items after the removed ones keep their positions.
        batch.items = tail
            .into_iter()
            .filter(|item| first.is_some_and(|first| item.position > first))
            .collect();
        self.write(batch).await?;
        self.items.clear();
        Ok(())
    }
}
