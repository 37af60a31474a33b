//! The HTTP surface: routes, and what happens to every request on its way to one.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::app::App;
use crate::authenticate::AcceptedCredential;
use crate::error::ApiError;
use crate::ids::request_id;

mod conversations;
pub(crate) mod listen;
mod responses;

/// Where the API lives on the server.
pub(crate) const BASE_PATH: &str = "/openai/v1";

/// Who asks, and for which project.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) project: String,
}

pub(crate) fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route(
            "/conversations",
            post(conversations::create).get(unknown_path),
        )
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
            "/responses/{id}",
            get(responses::retrieve).delete(responses::delete),
        )
        .route("/responses/{id}/cancel", post(responses::cancel))
        .route("/responses/{id}/input_items", get(responses::input_items));
    Router::new()
        .nest(BASE_PATH, api)
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(app.clone(), every_request))
        .with_state(app)
}

async fn unknown_path() -> ApiError {
    ApiError::unknown_path()
}

/// What is known about a request by the time it is answered.
#[derive(Debug, Default)]
struct Seen {
    credential: Option<AcceptedCredential>,
    refusal: Option<String>,
}

/// Gives every request its ids, checks it, shapes its error and logs it.
async fn every_request(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let opc_request_id = opc_request_id(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut seen = Seen::default();
    let mut response = match checked(&app, request, &mut seen).await {
        Ok(request) => next.run(request).await,
        Err(error) => axum::response::IntoResponse::into_response(error),
    };
    if let Some(error) = error_of(&mut response) {
        response = error.render(app.config.error_shape);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&opc_request_id) {
        headers.insert("opc-request-id", id);
    }
    if let Ok(id) = HeaderValue::from_str(&format!("req_{}", request_id().to_lowercase())) {
        headers.insert("x-request-id", id);
    }
    let (kind, id) = match &seen.credential {
        Some(credential) => (credential.kind.to_string(), credential.id.as_str()),
        None => ("none".to_owned(), ""),
    };
    tracing::info!(
        credential = kind,
        credential_id = id,
        %method,
        path,
        status = response.status().as_u16(),
        opc_request_id,
        refused = seen.refusal,
        "request"
    );
    response
}

/// The error a response stands for, whoever made it.
fn error_of(response: &mut Response<Body>) -> Option<ApiError> {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        return Some(error);
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    // The framework's own refusals: a verb a path does not know, a path that cannot be decoded.
    let message = match status {
        StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed for this path.",
        _ => status
            .canonical_reason()
            .unwrap_or("The request was refused."),
    };
    let mut error = ApiError::new(status, message);
    if let Some(allow) = response.headers_mut().remove(http::header::ALLOW) {
        error = error.header(http::header::ALLOW, allow);
    }
    Some(error)
}

/// Reads the body, checks the credential and the project.
async fn checked(app: &App, request: Request, seen: &mut Seen) -> Result<Request, ApiError> {
    let (mut parts, body) = request.into_parts();
    if parts.extensions.get::<MatchedPath>().is_none() {
        return Err(ApiError::unknown_path());
    }
    let body = read_body(app, body).await?;
    match app.authenticator.authenticate(&parts, &body) {
        Ok(credential) => seen.credential = Some(credential),
        Err(refusal) => {
            seen.refusal = Some(refusal.to_string());
            return Err(ApiError::unauthenticated());
        }
    }
    let project = project(app, &parts)?;
    parts.extensions.insert(Caller { project });
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn read_body(app: &App, body: Body) -> Result<Bytes, ApiError> {
    let limited = Limited::new(body, app.config.max_body_bytes).collect();
    match tokio::time::timeout(app.config.read_timeout, limited).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The body is larger than {} bytes.",
                app.config.max_body_bytes
            ),
        )),
        Ok(Err(_)) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "The body could not be read.",
        )),
        Err(_) => Err(ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive in time.",
        )),
    }
}

fn project(app: &App, parts: &Parts) -> Result<String, ApiError> {
    let project = parts
        .headers
        .get("openai-project")
        .and_then(|value| value.to_str().ok());
    project
        .filter(|project| app.config.projects.iter().any(|known| known == project))
        .map(str::to_owned)
        .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "Invalid OpenAI project."))
}

/// The client's request id, if it is well formed, with a segment of our own.
fn opc_request_id(headers: &HeaderMap) -> String {
    let ours = request_id();
    let given = headers
        .get("opc-request-id")
        .and_then(|value| value.to_str().ok());
    let segment = |part: &str| {
        (1..=32).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    match given {
        Some(given) if given.split('/').count() <= 3 && given.split('/').all(segment) => {
            format!("{given}/{ours}")
        }
        _ => ours,
    }
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
