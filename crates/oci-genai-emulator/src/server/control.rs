//! Control API of the emulator itself, apart from the emulated API.
//!
//! It is only served on loopback, for the person who runs the emulator.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::error::{ApiError, ErrorShape};
use crate::error_chain;
use crate::fault::{Fault, FaultId, FaultState, Scenario};
use crate::json_error::JsonError;
use crate::request_log::RecordedRequest;
use crate::snapshot::ProjectView;

use super::{CONTROL_PATH, body};

type Answer = Result<Json<Value>, Refused>;

/// An invalid control request, and the reason.
struct Refused(String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "message": self.0 } });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

pub(super) fn router(app: Arc<App>) -> Router {
    let control = Router::new()
        .route(
            "/faults",
            get(faults)
                .post(add_fault)
                .put(load_scenario)
                .delete(clear_faults),
        )
        .route("/faults/{id}", patch(switch_fault).delete(remove_fault))
        .route("/requests", get(requests).delete(clear_requests))
        .route("/projects", get(projects).post(add_project))
        .route("/clock", post(clock))
        .layer(middleware::from_fn_with_state(app.clone(), only_here));
    let inspector = Router::new()
        .route("/inspector", get(inspector))
        .layer(middleware::from_fn_with_state(app.clone(), only_here));
    Router::new()
        .nest(CONTROL_PATH, control)
        .merge(inspector)
        .with_state(app)
}

/// Rejects requests that did not come to a loopback address or do not name an accepted host.
async fn only_here(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !app.hosts.on_loopback() {
        return ApiError::unknown_path().render(app.config.error_shape);
    }
    if let Err(error) = app.hosts.check(request.uri(), request.headers()) {
        return error.render(ErrorShape::OpenAi);
    }
    // A page of another origin can post a form, but not JSON without a preflight.
    let writes = request.headers().contains_key(header::ORIGIN) && !request.method().is_safe();
    let json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    if writes && !json {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let (parts, body) = request.into_parts();
    match body::read(&app.config, body).await {
        Ok(body) => next.run(Request::from_parts(parts, body.into())).await,
        Err(error) => error.render(ErrorShape::OpenAi),
    }
}

fn refuse(message: impl std::fmt::Display) -> Refused {
    Refused(message.to_string())
}

fn malformed(error: serde_json::Error) -> Refused {
    refuse(JsonError::from(error))
}

/// Returns a page that shows the state and the requests of the emulator.
async fn inspector() -> impl IntoResponse {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                  connect-src 'self'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(include_str!("inspector.html")))
}

async fn faults(State(app): State<Arc<App>>) -> Json<Vec<FaultState>> {
    Json(app.faults.list())
}

async fn add_fault(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let fault: Fault = serde_json::from_slice(&body).map_err(malformed)?;
    let id = app
        .faults
        .add(fault)
        .map_err(|error| refuse(error_chain::chain(&error)))?;
    Ok(Json(json!({ "id": id })))
}

async fn load_scenario(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let scenario: Scenario = serde_json::from_slice(&body).map_err(malformed)?;
    app.faults
        .load(scenario)
        .map_err(|error| refuse(error_chain::chain(&error)))?;
    Ok(Json(json!({ "faults": app.faults.list() })))
}

async fn clear_faults(State(app): State<Arc<App>>) -> StatusCode {
    app.faults.clear();
    StatusCode::NO_CONTENT
}

/// Body that enables or disables a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    on: bool,
}

async fn switch_fault(
    State(app): State<Arc<App>>,
    Path(id): Path<FaultId>,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let switch: Switch = serde_json::from_slice(&body).map_err(malformed)?;
    Ok(if app.faults.set_enabled(id, switch.on) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    })
}

async fn remove_fault(State(app): State<Arc<App>>, Path(id): Path<FaultId>) -> StatusCode {
    if app.faults.remove(id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Number of requests to list: the last ones. Default: all recorded ones.
#[derive(Deserialize)]
struct Last {
    last: Option<usize>,
}

async fn requests(
    State(app): State<Arc<App>>,
    Query(Last { last }): Query<Last>,
) -> Json<Vec<RecordedRequest>> {
    let mut list = app.requests.list();
    let surplus = last.map_or(0, |last| list.len().saturating_sub(last));
    Json(list.split_off(surplus))
}

async fn clear_requests(State(app): State<Arc<App>>) -> StatusCode {
    app.requests.clear();
    StatusCode::NO_CONTENT
}

async fn projects(State(app): State<Arc<App>>) -> Answer {
    let mut projects = Map::new();
    for ocid in app.projects.list() {
        let view = app
            .store
            .read(|state| ProjectView::of(state.project(&ocid)));
        projects.insert(ocid, serde_json::to_value(view).map_err(refuse)?);
    }
    Ok(Json(Value::Object(projects)))
}

/// A project to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProject {
    ocid: String,
}

async fn add_project(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let project: NewProject = serde_json::from_slice(&body).map_err(malformed)?;
    app.add_project(project.ocid.clone());
    Ok(Json(json!({ "ocid": project.ocid })))
}

/// Change of the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    #[serde(default)]
    advance_ms: u64,
    offset_ms: Option<i64>,
}

async fn clock(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let order: MoveClock = serde_json::from_slice(&body).map_err(malformed)?;
    if let Some(offset) = order.offset_ms {
        app.clock.set_offset_ms(offset);
    }
    app.clock.advance(Duration::from_millis(order.advance_ms));
    Ok(Json(json!({ "now": app.clock.unix() })))
}
