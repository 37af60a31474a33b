//! From a checked request to a turn that can run: context, lock, complaints.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::request::TurnRequest;
use crate::app::App;
use crate::error::ApiError;
use crate::fault::plan::TurnPlan;
use crate::model::Prompt;
use crate::server::Caller;
use crate::state::items::{self, Item};
use crate::state::responses::Link;
use crate::state::{Change, Project};

/// A turn about to run.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) id: String,
    pub(crate) project: String,
    /// The faults in it.
    pub(crate) plan: TurnPlan,
    pub(crate) created_at: u64,
    pub(crate) request: TurnRequest,
    pub(crate) input: Arc<Vec<Item>>,
    pub(crate) prompt: Prompt,
    /// The chain behind `previous_response_id`.
    pub(crate) chain: Option<Arc<Link>>,
    /// Held until the turn is over, so that turns of a conversation never interleave.
    pub(crate) guard: Option<OwnedMutexGuard<()>>,
}

/// Finds the context of a request and takes its conversation's lock.
pub(crate) async fn prepare(
    app: &App,
    caller: Caller,
    request: TurnRequest,
) -> Result<Turn, ApiError> {
    let project = caller.project.as_str();
    let guard = match &request.conversation {
        Some(id) => Some(lock(app, project, id).await?),
        None => None,
    };
    let mut chain = None;
    let (earlier, input) = app.store.read(|state| {
        let project = state.project(project);
        let earlier = match (&request.conversation, &request.previous) {
            (Some(id), _) => project.conversation(id)?.items().cloned().collect(),
            (None, Some(id)) => {
                let previous = project.responses.get(id).ok_or_else(|| {
                    ApiError::parameter(
                        "previous_response_id",
                        format!("Previous response with id '{id}' not found."),
                    )
                    .code("previous_response_not_found")
                })?;
                if matches!(previous.status(), "queued" | "in_progress") {
                    return Err(ApiError::parameter(
                        "previous_response_id",
                        format!("Previous response with id '{id}' is still in progress."),
                    ));
                }
                let link = project.link(previous);
                let items = Link::collect(Some(&link));
                chain = Some(link);
                items
            }
            (None, None) => Vec::new(),
        };
        let input = items::normalise_all(request.input.clone(), "input", &app.ids)?;
        let input = resolve_references(project, input)?;
        Ok((earlier, input))
    })?;
    refuse_duplicates(&earlier, &input)?;
    let mut context: Vec<Item> = earlier;
    context.extend(input.iter().cloned());
    check_calls(&context)?;
    if caller.turn.orphan {
        return Err(orphan(app, project, &request, &input));
    }
    let prompt = Prompt {
        model: request.model.clone(),
        instructions: request.instructions.clone(),
        items: context,
        tools: request.tools(),
        tool_choice: request.tool_choice(),
        schema: request.schema(),
        reasoning: request.reasoning(),
    };
    Ok(Turn {
        id: app.ids.make("resp"),
        project: caller.project,
        plan: caller.turn,
        created_at: app.clock.unix(),
        request,
        input: Arc::new(input),
        prompt,
        chain,
        guard,
    })
}

/// Stores a turn's input as if the service had died before it answered.
fn orphan(app: &App, project: &str, request: &TurnRequest, input: &[Item]) -> ApiError {
    let at = app.clock.unix();
    let stored = app.store.change(|_| {
        let add = |conversation: &String| Change::AddItems {
            project: project.to_owned(),
            conversation: conversation.clone(),
            items: input.to_vec(),
            at,
        };
        Ok((request.conversation.iter().map(add).collect(), ()))
    });
    let lost = ApiError::new(
        http::StatusCode::INTERNAL_SERVER_ERROR,
        "The turn was lost.",
    );
    stored.err().unwrap_or(lost)
}

async fn lock(app: &App, project: &str, id: &str) -> Result<OwnedMutexGuard<()>, ApiError> {
    let turn = app.store.read(|state| {
        state
            .project(project)
            .conversation(id)
            .map(|found| found.turn.clone())
    })?;
    if app.config.queue_turns {
        return Ok(turn.lock_owned().await);
    }
    turn.try_lock_owned().map_err(|_| conversation_locked())
}

/// The answer to a second turn while one is in flight.
pub(crate) fn conversation_locked() -> ApiError {
    ApiError::new(
        http::StatusCode::BAD_REQUEST,
        "Another process is currently operating on this conversation. Please retry in a few seconds.",
    )
    .code("conversation_locked")
}

/// Puts the items that references stand for in their place.
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

/// Refuses items whose id is already in the context, or twice in the input.
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

/// Every function call needs its output and every output its call.
fn check_calls(context: &[Item]) -> Result<(), ApiError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn items(items: Value) -> Vec<Item> {
        let Value::Array(items) = items else {
            panic!("a list")
        };
        items::normalise_all(items, "input", &crate::ids::Ids::new("us-chicago-1")).unwrap()
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
}
