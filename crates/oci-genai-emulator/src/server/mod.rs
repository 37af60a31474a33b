//! The HTTP surface: routes, and what happens to every request on its way to one.

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::ApiError;
use crate::fault::plan::TurnPlan;

pub(crate) mod connection;
mod control;
mod conversations;
mod encoding;
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
}

async fn unknown_path() -> ApiError {
    ApiError::unknown_path()
}

/// A path without the base path.
pub(crate) fn below_base(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

/// A request body that must be a JSON object; an absent one counts as empty if that is allowed.
fn json_object(body: &[u8], may_be_empty: bool) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() && may_be_empty {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "The body of the request must be a JSON object.",
        )),
        Err(error) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            format!("The JSON body of the request could not be parsed: {error}."),
        )),
    }
}
