//! HTTP server: routes, and the processing of every request.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::app::App;
use crate::contract::{self, Operation};
use crate::error::ApiError;
use crate::fault::plan::TurnPlan;
use crate::request_log::Notes;

mod body;
pub(crate) mod connection;
mod control;
mod conversations;
mod encoding;
pub(crate) mod host;
mod identity;
pub(crate) mod listen;
mod pipeline;
mod responses;

/// Base path of the API.
pub(crate) const BASE_PATH: &str = "/openai/v1";
/// Base path of the control API.
pub(crate) const CONTROL_PATH: &str = "/_emulator";

/// Caller and project of a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) project: String,
    /// Notes on the request.
    pub(crate) notes: Notes,
    /// Faults of the turn that this request starts.
    pub(crate) turn: TurnPlan,
}

pub(crate) fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/conversations", post(conversations::create))
        .route(
            "/conversations/{id}",
            get(conversations::retrieve)
                .post(conversations::update)
                .delete(conversations::delete),
        )
        .route(
            "/conversations/{id}/items",
            get(conversations::list_items).post(conversations::create_items),
        )
        .route(
            "/conversations/{id}/items/{item}",
            get(conversations::retrieve_item).delete(conversations::delete_item),
        )
        .route("/responses", post(responses::create))
        .route(
            "/responses/input_tokens",
            post(responses::count_input_tokens),
        )
        .route("/responses/compact", post(responses::compact))
        .route(
            "/responses/{id}",
            get(responses::retrieve).delete(responses::delete),
        )
        .route("/responses/{id}/cancel", post(responses::cancel))
        .route("/responses/{id}/input_items", get(responses::input_items));
    Router::new()
        .nest(BASE_PATH, api)
        .merge(identity::router())
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(
            app.clone(),
            pipeline::every_request,
        ))
        .with_state(app.clone())
        .merge(control::router(app))
        // Bodies are limited where they are read.
        .layer(DefaultBodyLimit::disable())
}

async fn unknown_path() -> ApiError {
    ApiError::unknown_path()
}

/// Returns a path without the base path.
pub(crate) fn below_base(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

/// Members of a request body, and the result of the contract check. An operation's own errors come
/// before the contract's, so the operation raises the contract error.
type CheckedBody = (Map<String, Value>, Result<(), ApiError>);

/// Reads a request body, which must be a JSON object. Optional members that are null count as
/// absent.
fn json_object(
    app: &App,
    caller: &Caller,
    operation: Operation,
    body: &[u8],
) -> Result<CheckedBody, ApiError> {
    let refuse = |message: String| ApiError::new(StatusCode::BAD_REQUEST, message);
    let mut body: Value = serde_json::from_slice(body).map_err(|error| {
        refuse(format!(
            "The JSON body of the request could not be parsed: {error}."
        ))
    })?;
    caller
        .notes
        .null_members(contract::take_out_nulls(operation, &mut body));
    let allowed = match app.config.strict {
        true => contract::check(operation, &body),
        false => Ok(()),
    };
    match body {
        Value::Object(object) => Ok((object, allowed)),
        _ => Err(refuse(
            "The body of the request must be a JSON object.".into(),
        )),
    }
}
