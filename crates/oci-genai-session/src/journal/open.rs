//! What a turn leaves open, and closing it before the next one: questions to the caller, hosted calls without a result.

use serde_json::{Map, Value};

use super::{Journal, KNOWN_ITEMS};
use crate::error::Result;
use crate::item::{self, Asked};
use crate::store::{Batch, ItemRange, MemoryKind};

/// What the model gets for a call that its caller never answered.
const UNANSWERED: &str = "error: the call was not answered";

/// Which questions are for a caller who makes requests of these members.
pub(crate) fn asked_with<'a>(requests: impl IntoIterator<Item = &'a Map<String, Value>>) -> Asked {
    let tools = requests
        .into_iter()
        .filter_map(|request| request.get("tools")?.as_array())
        .flatten();
    let custom = tools.filter(|tool| item::text(tool, "type") == Some("custom"));
    Asked {
        custom_tools: custom
            .filter_map(|tool| item::text(tool, "name"))
            .map(str::to_owned)
            .collect(),
    }
}

/// The questions that a turn leaves open and the hosted calls without a result, without their content.
pub(crate) fn unanswered(asked: &Asked, items: &[Value]) -> Vec<Value> {
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
    /// Which of the model's questions are for the caller.
    pub(crate) fn asked(&self) -> Asked {
        asked_with([&self.record.defaults, &self.turn.request])
    }

    /// Puts answers before a turn's input to what the last turn left open, and says whether any was missing: a question
    /// without an answer makes the service refuse every later turn.
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
                // Of two questions with the same id each wants its own answer.
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

    /// Ids of the hosted calls that the last turn left without a result, and whose output is not in a turn's input: the
    /// service may refuse every later turn because of one.
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

    /// Takes items of the last turns out of the history.
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
        if goes(self.record.anchor.as_deref()) {
            self.record.anchor = tail.iter().rev().find_map(|item| item.item_id.clone());
        }
        self.record.unanswered.retain(|call| !goes(item::id(call)));
        if self.record.memory == MemoryKind::Chain {
            // The response itself cannot be changed: the next request carries the history instead of naming it.
            self.record.last_response_id = None;
            self.record.memory_since = self.record.next_turn;
        }
        let mut batch = Batch::new(self.record.clone(), self.keeper.fence());
        batch.drop_items_from = first;
        // Those after it go back to where they were.
        batch.items = tail
            .into_iter()
            .filter(|item| first.is_some_and(|first| item.position > first))
            .collect();
        self.write(batch).await?;
        self.items.clear();
        Ok(())
    }
}
