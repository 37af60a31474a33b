//! Responses.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Caller, json_object};
use crate::app::{App, Live};
use crate::contract::Operation;
use crate::error::ApiError;
use crate::state::Change;
use crate::state::page::PageQuery;
use crate::turn::context::{self, Context, ContextRequest, check_calls, expand};
use crate::turn::events;
use crate::turn::log::{Log, skip_events};
use crate::turn::prepare::{Turn, prepare};
use crate::turn::request::{Fields, TurnRequest};
use crate::turn::run::{Sink, announce, run};

/// Maximum number of pieces of a stream that wait for its reader.
const PIECES: usize = 4;

pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Response<Body>, ApiError> {
    let (body, allowed) = json_object(&app, &caller, Operation::CreateResponse, &body)?;
    let request = TurnRequest::parse(body)?;
    allowed?;
    let (background, streamed) = (request.background, request.stream);
    let turn = prepare(&app, caller, request).await?;
    if background {
        let log = Log::new();
        let queued = announce(&app, &turn)?;
        start(&app, turn, Sink::Log(log.clone()), Some(log.clone()));
        if streamed {
            return Ok(event_stream(log.follow(0)));
        }
        return Ok(Json(queued).into_response());
    }
    if streamed {
        let (sender, receiver) = mpsc::channel(PIECES);
        start(&app, turn, Sink::Wire(sender), None);
        let pieces = stream::unfold(receiver, |mut receiver| async move {
            let piece = receiver.recv().await?;
            Some((piece, receiver))
        });
        return Ok(event_stream(pieces));
    }
    let response = start(&app, turn, Sink::Nowhere, None).await.map_err(|_| {
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The turn could not be finished.",
        )
    })?;
    Ok(Json(response).into_response())
}

/// Runs a turn in its own task, so that it finishes even if its client leaves.
fn start(
    app: &Arc<App>,
    turn: Turn,
    sink: Sink,
    log: Option<Arc<Log>>,
) -> tokio::task::JoinHandle<Arc<Value>> {
    let cancel = app.stop.child_token();
    let id = turn.id.clone();
    app.live().insert(
        id.clone(),
        Live {
            cancel: cancel.clone(),
            log,
        },
    );
    let app = app.clone();
    tokio::spawn(async move {
        let response = run(app.clone(), turn, sink, cancel).await;
        app.ended(&id);
        response
    })
}

pub(super) async fn retrieve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response<Body>, ApiError> {
    let query = RetrieveQuery::parse(query.as_deref().unwrap_or_default())?;
    let live = app.live().get(&id).cloned();
    let response = app.store.read(|state| {
        state
            .project(&caller.project)
            .response(&id)
            .map(|found| found.response.clone())
    })?;
    if !query.stream {
        return Ok(Json(response).into_response());
    }
    let skip = query
        .starting_after
        .map_or(0, |after| after.saturating_add(1));
    if let Some(log) = live.and_then(|live| live.log) {
        return Ok(event_stream(log.follow(skip)));
    }
    let Some(response) = response
        .as_object()
        .filter(|found| found["status"] != "in_progress")
    else {
        return Err(ApiError::parameter(
            "stream",
            "A response in progress can be streamed only if it was made in the background.",
        ));
    };
    let mut skip = skip;
    let events = skip_events(Bytes::from(events::replay(response)), &mut skip);
    Ok(event_stream(stream::iter(
        (!events.is_empty()).then_some(events),
    )))
}

#[derive(Default)]
struct RetrieveQuery {
    stream: bool,
    starting_after: Option<u64>,
}

impl RetrieveQuery {
    fn parse(query: &str) -> Result<Self, ApiError> {
        let mut parsed = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "stream" => parsed.stream = flag("stream", &value)?,
                // Responses have no padding in either case.
                "include_obfuscation" => {
                    flag("include_obfuscation", &value)?;
                }
                "starting_after" => {
                    // A number below 0 is before the first event.
                    let number: i64 = value
                        .parse()
                        .map_err(|_| ApiError::invalid("starting_after", "an integer"))?;
                    parsed.starting_after = u64::try_from(number).ok();
                }
                _ => {}
            }
        }
        Ok(parsed)
    }
}

fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(ApiError::invalid(name, "true or false")),
    }
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    app.store.change(|state| {
        state.project(&caller.project).response(&id)?;
        let (project, id) = (caller.project.clone(), id.clone());
        Ok((vec![Change::DeleteResponse { project, id }], ()))
    })?;
    if let Some(live) = app.live().get(&id) {
        live.cancel.cancel();
    }
    Ok(Json(
        json!({ "id": id, "object": "response", "deleted": true }),
    ))
}

pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let find = || {
        app.store.read(|state| {
            state
                .project(&caller.project)
                .response(&id)
                .map(|found| found.response.clone())
        })
    };
    if find()?.get("background") != Some(&Value::Bool(true)) {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "Only a response that was made in the background can be cancelled.",
        ));
    }
    let live = app.live().get(&id).cloned();
    if let Some(live) = live {
        live.cancel.cancel();
        // The turn stores its own end. Reading its events to the last waits for it.
        if let Some(log) = live.log {
            log.follow(u64::MAX)
                .for_each(|_| std::future::ready(()))
                .await;
        }
    }
    Ok(Json(Value::clone(&*find()?)))
}

pub(super) async fn input_items(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let page = PageQuery::parse(query.as_deref().unwrap_or_default())?;
    app.store
        .read(|state| page.of(&state.project(&caller.project).response(&id)?.input))
        .map(Json)
}

pub(super) async fn count_input_tokens(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (context, instructions, _) = context(&app, &caller, Operation::CountInputTokens, &body)?;
    let tokens = context.tokens(instructions.as_deref(), app.config.condense_from);
    Ok(Json(
        json!({ "object": "response.input_tokens", "input_tokens": tokens }),
    ))
}

pub(super) async fn compact(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (context, instructions, model) = context(&app, &caller, Operation::CompactResponse, &body)?;
    if model.is_none() {
        return Err(ApiError::missing("model"));
    }
    let tokens = context.tokens(instructions.as_deref(), app.config.condense_from);
    let items = expand(context.items);
    check_calls(&items)?;
    Ok(Json(json!({
        "id": app.ids.make("resp"),
        "object": "response.compaction",
        "created_at": app.clock.unix(),
        "output": [context::compact(&items, &app.ids)],
        "usage": {
            "input_tokens": tokens,
            "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": 1,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": tokens + 1,
        },
    })))
}

/// Returns the context of a body, its instructions and its model.
fn context(
    app: &App,
    caller: &Caller,
    operation: Operation,
    body: &[u8],
) -> Result<(Context, Option<String>, Option<String>), ApiError> {
    let (mut body, allowed) = json_object(app, caller, operation, body)?;
    let fields = Fields(&body);
    let instructions = fields.text("instructions", usize::MAX)?;
    let model = fields.text("model", 512)?;
    let request = ContextRequest::take(&mut body)?;
    allowed?;
    let context = app.store.read(|state| {
        let project = state.project(&caller.project);
        // Only turns go the gateway's way.
        request.gather(project, &app.ids, false)
    })?;
    Ok((context, instructions, model))
}

fn event_stream(pieces: impl Stream<Item = Bytes> + Send + 'static) -> Response<Body> {
    let body = Body::from_stream(pieces.map(Ok::<_, std::convert::Infallible>));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
