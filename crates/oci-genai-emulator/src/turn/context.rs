//! Context of a turn: the items of a conversation or a chain, then the input.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::request::Fields;
use crate::error::ApiError;
use crate::gateway::{self, ALREADY_THERE};
use crate::ids::Ids;
use crate::model::words;
use crate::state::Project;
use crate::state::items::{self, Item};
use crate::state::responses::Link;

/// The part of a request that determines the context.
#[derive(Clone, Debug)]
pub(crate) struct ContextRequest {
    pub(crate) conversation: Option<String>,
    pub(crate) previous: Option<String>,
    /// Input as items, in the client's form.
    pub(crate) input: Vec<Value>,
}

/// Context of a turn, and its origin.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// All items, oldest first, with the input last.
    pub(crate) items: Vec<Item>,
    /// Items of the input.
    pub(crate) input: Vec<Item>,
    /// The chain before the response of `previous_response_id`.
    pub(crate) chain: Option<Arc<Link>>,
    /// True if the earlier turns of the conversation are condensed.
    pub(crate) condensed: bool,
}

impl Context {
    /// Returns the number of tokens that the model reads, one per word. If turns are condensed, the
    /// newest ones count in full, up to half of `condense_from`. All turns before them count as a
    /// summary of at most a tenth of it.
    ///
    /// The model still gets condensed turns in full: a summary keeps the facts, and only so can the
    /// built-in model show what is remembered.
    pub(crate) fn tokens(&self, instructions: Option<&str>, condense_from: u64) -> u64 {
        let count = |items: &[Item]| items.iter().map(Item::words).sum::<u64>();
        let earlier = &self.items[..self.items.len().saturating_sub(self.input.len())];
        let mut tokens = count(earlier);
        if self.condensed && tokens > condense_from {
            let mut kept = 0;
            for words in earlier.iter().rev().map(Item::words) {
                if kept + words > condense_from / 2 {
                    break;
                }
                kept += words;
            }
            tokens = kept + (tokens - kept).min(condense_from / 10);
        }
        instructions.map_or(0, words) + tokens + count(&self.input)
    }
}

impl ContextRequest {
    /// Takes the members of the context out of a body.
    pub(crate) fn take(body: &mut Map<String, Value>) -> Result<Self, ApiError> {
        let fields = Fields(body);
        let conversation = match fields.get("conversation") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Object(object)) => match object.get("id") {
                Some(Value::String(id)) => Some(id.clone()),
                _ => return Err(ApiError::invalid("conversation.id", "a string")),
            },
            Some(_) => {
                return Err(ApiError::invalid(
                    "conversation",
                    "an id or an object with an id",
                ));
            }
        };
        let previous = fields.text("previous_response_id", 512)?;
        if conversation.is_some() && previous.is_some() {
            return Err(ApiError::parameter(
                "previous_response_id",
                "Mutually exclusive parameters: give either 'conversation' or \
                 'previous_response_id'.",
            )
            .code("mutually_exclusive_parameters"));
        }
        // A prompt template may contain the whole input. The emulator has no templates, so that
        // part is empty.
        let optional = conversation.is_some()
            || previous.is_some()
            || body.get("prompt").is_some_and(Value::is_object);
        let input = match body.remove("input") {
            Some(Value::String(text)) => vec![json!({ "role": "user", "content": text })],
            Some(Value::Array(items)) => items,
            None | Some(Value::Null) if optional => Vec::new(),
            None | Some(Value::Null) => return Err(ApiError::missing("input")),
            Some(_) => return Err(ApiError::invalid("input", "a string or a list of items")),
        };
        Ok(Self {
            conversation,
            previous,
            input,
        })
    }

    /// Finds the items; returns an error for items that are inconsistent.
    pub(crate) fn gather(
        &self,
        project: &Project,
        ids: &Ids,
        is_gateway: bool,
    ) -> Result<Context, ApiError> {
        let (mut chain, mut condensed) = (None, false);
        let mut earlier: Vec<Item> = match (&self.conversation, &self.previous) {
            (Some(id), _) => {
                let conversation = project.conversation(id)?;
                condensed = conversation.condensed();
                conversation.items().cloned().collect()
            }
            (None, Some(id)) => {
                let link = previous(project, id)?;
                let items = Link::collect(Some(&link));
                chain = Some(link);
                items
            }
            (None, None) => Vec::new(),
        };
        let input = items::normalise_all(self.input.clone(), "input", ids)?;
        let input = resolve_references(project, input)?;
        refuse_duplicates(&[], &input)?;
        refuse_duplicates(&earlier, &input).map_err(|error| {
            if is_gateway {
                error.code(ALREADY_THERE)
            } else {
                error
            }
        })?;
        if is_gateway {
            gateway::needs_message(&input)?;
            earlier.truncate(gateway::MAX_HISTORY);
        }
        let items: Vec<Item> = earlier.into_iter().chain(input.iter().cloned()).collect();
        Ok(Context {
            items,
            input,
            chain,
            condensed,
        })
    }
}

fn previous(project: &Project, id: &str) -> Result<Arc<Link>, ApiError> {
    let refuse = |what: &str| {
        ApiError::parameter(
            "previous_response_id",
            format!("Previous response with id '{id}' {what}."),
        )
    };
    let found = project
        .responses
        .get(id)
        .ok_or_else(|| refuse("not found").code("previous_response_not_found"))?;
    if matches!(found.status(), "queued" | "in_progress") {
        return Err(refuse("is still in progress"));
    }
    Ok(project.link(found))
}

/// Replaces references by the items they name.
fn resolve_references(project: &Project, input: Vec<Item>) -> Result<Vec<Item>, ApiError> {
    input
        .into_iter()
        .map(|item| {
            if item.kind() != "item_reference" {
                return Ok(item);
            }
            let id = item.id();
            find_item(project, id).ok_or_else(|| {
                ApiError::parameter("input", format!("Item with id '{id}' not found."))
            })
        })
        .collect()
}

fn find_item(project: &Project, id: &str) -> Option<Item> {
    let in_conversation = project
        .conversations
        .values()
        .find_map(|found| found.item(id));
    in_conversation.cloned().or_else(|| {
        project.responses.values().find_map(|response| {
            let input = response.input.iter().find(|item| item.id() == id).cloned();
            input.or_else(|| response.output().find(|item| item.id() == id))
        })
    })
}

/// Rejects items whose id is already in the context or appears twice in the input.
pub(crate) fn refuse_duplicates(earlier: &[Item], input: &[Item]) -> Result<(), ApiError> {
    if input.is_empty() {
        return Ok(());
    }
    let mut seen: HashSet<&str> = earlier.iter().map(Item::id).collect();
    for item in input {
        if !seen.insert(item.id()) {
            return Err(ApiError::parameter(
                "input",
                format!(
                    "Duplicate item found with id {}. Remove duplicate items from your input and try again.",
                    item.id()
                ),
            ));
        }
    }
    Ok(())
}

/// Checks that every function call has its output and every output its call.
pub(crate) fn check_calls(context: &[Item]) -> Result<(), ApiError> {
    let mut open: Vec<&str> = Vec::new();
    let mut called: HashSet<&str> = HashSet::new();
    for item in context {
        match item.kind() {
            "function_call" => {
                called.insert(item.call_id());
                open.push(item.call_id());
            }
            "function_call_output" => {
                if !called.contains(item.call_id()) {
                    return Err(ApiError::parameter(
                        "input",
                        format!(
                            "No tool call found for function call output with call_id {}.",
                            item.call_id()
                        ),
                    ));
                }
                open.retain(|call_id| *call_id != item.call_id());
            }
            _ => {}
        }
    }
    match open.first() {
        None => Ok(()),
        Some(call_id) => Err(ApiError::parameter(
            "input",
            format!("No tool output found for function call {call_id}."),
        )),
    }
}

/// Returns one item that replaces many. Clients cannot read it; [`expand`] opens it.
pub(crate) fn compact(items: &[Item], ids: &Ids) -> Value {
    let inside = serde_json::to_vec(items).unwrap_or_default();
    json!({
        "id": ids.make(Ids::item_prefix("compaction")),
        "type": "compaction",
        "encrypted_content": STANDARD.encode(inside),
    })
}

/// Replaces each compaction by its items. A compaction that cannot be opened stays.
pub(crate) fn expand(items: Vec<Item>) -> Vec<Item> {
    let mut expanded = Vec::with_capacity(items.len());
    for item in items {
        match opened(&item) {
            Some(inside) => expanded.extend(inside),
            None => expanded.push(item),
        }
    }
    expanded
}

fn opened(item: &Item) -> Option<Vec<Item>> {
    if item.kind() != "compaction" {
        return None;
    }
    let content = item.get("encrypted_content")?.as_str()?;
    serde_json::from_slice(&STANDARD.decode(content).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Ids {
        Ids::new("us-chicago-1")
    }

    fn items(items: Value) -> Vec<Item> {
        let Value::Array(items) = items else {
            panic!("a list")
        };
        items::normalise_all(items, "input", &ids()).unwrap()
    }

    fn call(id: &str) -> Value {
        json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"})
    }

    fn output(id: &str) -> Value {
        json!({"type": "function_call_output", "call_id": id, "output": "x"})
    }

    #[test]
    fn calls_and_outputs_belong_together() {
        assert!(
            check_calls(&items(json!([
                call("a"),
                call("b"),
                output("b"),
                output("a")
            ])))
            .is_ok()
        );
        let error = check_calls(&items(json!([output("a")]))).unwrap_err();
        assert!(error.message.starts_with("No tool call found"));
        let error = check_calls(&items(json!([call("a"), call("b"), output("a")]))).unwrap_err();
        assert_eq!(error.message, "No tool output found for function call b.");
    }

    #[test]
    fn an_id_may_come_once() {
        let old = items(json!([{"id": "m1", "role": "user", "content": "a"}]));
        let new = items(json!([{"id": "m2", "role": "user", "content": "a"}]));
        assert!(refuse_duplicates(&old, &new).is_ok());
        assert!(refuse_duplicates(&old, &old).is_err());
        let twice = [new.clone(), new].concat();
        assert!(refuse_duplicates(&old, &twice).is_err());
    }

    #[test]
    fn a_compaction_opens_to_what_went_in() {
        let before = items(json!([{"role": "user", "content": "a"}, call("c"), output("c")]));
        let Value::Object(compacted) = compact(&before, &ids()) else {
            panic!("an object")
        };
        assert_eq!(expand(vec![Item::new(compacted)]), before);
        let foreign = items(json!([{"type": "compaction", "encrypted_content": "gAAAA"}]));
        assert_eq!(expand(foreign.clone()), foreign);
    }
}
