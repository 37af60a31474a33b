//! The HTTP surface: routes, and what happens to every request on its way to one.

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
use crate::requests::Notes;

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

/// Where the API lives on the server.
pub(crate) const BASE_PATH: &str = "/openai/v1";
/// Where the emulator takes orders.
pub(crate) const CONTROL_PATH: &str = "/_emulator";

/// Who asks, and for which project.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) project: String,
    /// What is noted of the request.
    pub(crate) notes: Notes,
    /// Faults in the turn this request asks for.
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
        // Bodies are bounded where they are read.
        .layer(DefaultBodyLimit::disable())
}

async fn unknown_path() -> ApiError {
    ApiError::unknown_path()
}

/// A path without the base path.
pub(crate) fn below_base(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

/// The members of a request body, and whether the contract allows them. Complaints of the operation's own
/// come before the contract's, which is why that one is left to the operation to raise.
type CheckedBody = (Map<String, Value>, Result<(), ApiError>);

/// Reads a request body, which must be a JSON object. Optional members that are null count as absent.
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
