//! Prepares a turn: lock, context, checks.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;

use super::context::{check_calls, expand};
use super::request::TurnRequest;
use crate::app::App;
use crate::config::EmulatorConfig;
use crate::error::ApiError;
use crate::fault::plan::TurnPlan;
use crate::long_term_memory;
use crate::model::Prompt;
use crate::server::Caller;
use crate::state::Change;
use crate::state::items::Item;
use crate::state::responses::Link;

/// A turn that is ready to run.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) id: String,
    pub(crate) project: String,
    /// Faults of the turn.
    pub(crate) plan: TurnPlan,
    pub(crate) created_at: u64,
    pub(crate) request: TurnRequest,
    pub(crate) input: Arc<Vec<Item>>,
    pub(crate) prompt: Prompt,
    pub(crate) input_tokens: u64,
    /// The chain before the response of `previous_response_id`.
    pub(crate) chain: Option<Arc<Link>>,
    /// Held until the turn is over, so that turns of a conversation never interleave.
    pub(crate) guard: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Returns the response before any output.
    pub(crate) fn response(&self, config: &EmulatorConfig) -> Map<String, Value> {
        let open_responses = config.open_responses;
        self.request
            .response(&self.id, self.created_at, open_responses)
    }
}

/// Collects the context of a request and takes its conversation's lock.
pub(crate) async fn prepare(
    app: &App,
    caller: Caller,
    request: TurnRequest,
) -> Result<Turn, ApiError> {
    let guard = match &request.context.conversation {
        Some(id) => Some(lock(app, &caller.project, id).await?),
        None => None,
    };
    let (context, memories) = app.store.read(|state| {
        let project = state.project(&caller.project);
        let context = request
            .context
            .gather(project, &app.ids, app.config.gateway)?;
        let memories = match &request.context.conversation {
            Some(id) => long_term_memory::recall(app, project, id),
            None => Vec::new(),
        };
        Ok((context, memories))
    })?;
    let input_tokens = context.tokens(request.instructions.as_deref(), app.config.condense_from);
    let items = expand(context.items);
    check_calls(&items)?;
    if caller.turn.orphan {
        return Err(orphan(app, &caller.project, &request, &context.input));
    }
    let prompt = Prompt {
        model: request.model.clone(),
        instructions: request.instructions.clone(),
        items,
        memories,
        tools: request.tools(),
        tool_choice: request.tool_choice(),
        schema: request.schema(),
        reasoning: request.reasoning(),
        settings: request.settings(),
    };
    Ok(Turn {
        id: app.ids.make("resp"),
        project: caller.project,
        plan: caller.turn,
        created_at: app.clock.unix(),
        request,
        input: Arc::new(context.input),
        prompt,
        input_tokens,
        chain: context.chain,
        guard,
    })
}

/// Stores a turn's input as if the service had failed before it responded.
fn orphan(app: &App, project: &str, request: &TurnRequest, input: &[Item]) -> ApiError {
    let at = app.clock.unix();
    let stored = app.store.change(|_| {
        let add = |conversation: &String| Change::AddItems {
            project: project.to_owned(),
            conversation: conversation.clone(),
            items: input.to_vec(),
            at,
        };
        Ok((request.context.conversation.iter().map(add).collect(), ()))
    });
    let lost = ApiError::new(
        http::StatusCode::INTERNAL_SERVER_ERROR,
        "The turn was lost.",
    );
    stored.err().unwrap_or(lost)
}

async fn lock(app: &App, project: &str, id: &str) -> Result<OwnedSemaphorePermit, ApiError> {
    let turn = app.store.read(|state| {
        state
            .project(project)
            .conversation(id)
            .map(|found| found.turn.clone())
    })?;
    if app.config.queue_turns {
        return turn
            .acquire_owned()
            .await
            .map_err(|_| conversation_locked());
    }
    turn.try_acquire_owned().map_err(|_| conversation_locked())
}

/// Returns the error for a second turn while one is in flight.
pub(crate) fn conversation_locked() -> ApiError {
    ApiError::new(
        http::StatusCode::BAD_REQUEST,
        "Another process is currently operating on this conversation. Please retry in a few seconds.",
    )
    .code("conversation_locked")
}
