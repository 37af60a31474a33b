//! Processing of every request and its response.
//!
//! 1. Request ids and host.
//! 2. Faults that affect the request.
//! 3. Body, credential and project.
//! 4. Route.
//! 5. Shape of the error.
//! 6. Faults of the response.
//! 7. Encoding, headers, log and recording.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::BodyExt as _;

use super::connection::Connection;
use super::{BASE_PATH, Caller, below_base, body, encoding};
use crate::app::App;
use crate::contract;
use crate::error::ApiError;
use crate::fault::plan::Plan;
use crate::fault::stream as faulty;
use crate::ids::request_id;
use crate::masking;
use crate::request_log::{Notes, Record};
use crate::turn::prepare::conversation_locked;

/// Maximum length of an `opc-retry-token`.
const MAX_RETRY_TOKEN: usize = 64;

/// Outcome of a request.
enum Outcome {
    Answer(Response<Body>),
    /// No response: the connection is reset.
    Reset,
}

pub(super) async fn every_request(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let connection = request.extensions().get::<Connection>().cloned();
    let began = tokio::time::Instant::now();
    let mut record = Record {
        at: app.clock.unix(),
        method: request.method().clone(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        body: Bytes::new(),
        credential: None,
        refusal: None,
        error: None,
        notes: Notes::default(),
        status: None,
        opc_request_id: opc_request_id(request.headers()),
    };
    // Faults only affect requests with an accepted host.
    let named = app.hosts.check(request.uri(), request.headers());
    let plan = match &named {
        Ok(()) => app
            .faults
            .plan(request.method(), below_base(request.uri().path()), || {
                app.authenticator.claimed(request.headers())
            }),
        Err(_) => Plan::default(),
    };
    let outcome = match named {
        Ok(()) => answer(&app, request, next, &plan, &mut record).await,
        Err(error) => Outcome::Answer(error.into_response()),
    };
    let mut response = match outcome {
        Outcome::Answer(response) => response,
        Outcome::Reset => {
            finish(&app, record, began);
            if let Some(connection) = connection {
                connection.reset();
            }
            // The connection ends, and with it this future.
            return std::future::pending().await;
        }
    };
    if let Some(error) = error_of(&mut response) {
        let mask = |text: &str| masking::mask(text, &record.headers).into_owned();
        record.refusal = error.refusal.as_deref().map(mask);
        record.error = Some(mask(&error.message));
        response = error.render(plan.shape.unwrap_or(app.config.error_shape));
    }
    let mut response = disturb(response, &plan).await;
    if app.config.zstd
        && record.uri.path().starts_with(BASE_PATH)
        && encoding::offers_zstd(&record.headers)
    {
        response = encoding::in_frames(response);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&record.opc_request_id) {
        headers.insert("opc-request-id", id);
    }
    if let Ok(id) = HeaderValue::from_str(&format!("req_{}", request_id().to_lowercase())) {
        headers.insert("x-request-id", id);
    }
    let now = app.clock.skewed(plan.skew_ms);
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        headers.insert(header::DATE, date);
    }
    record.status = Some(response.status().as_u16());
    finish(&app, record, began);
    response
}

/// Logs and records a request. Its duration ends where its response begins.
fn finish(app: &App, record: Record, began: tokio::time::Instant) {
    let (kind, id) = match &record.credential {
        Some(credential) => (credential.kind.as_str(), credential.id.as_str()),
        None => ("none", ""),
    };
    let null_members = record.notes.list();
    let null_members = (!null_members.is_empty()).then(|| null_members.join(", "));
    tracing::info!(
        credential = kind,
        credential_id = id,
        method = %record.method,
        path = &*masking::mask(record.uri.path(), &record.headers),
        status = record.status,
        duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        opc_request_id = record.opc_request_id,
        refused = record.refusal,
        error = record.error,
        null_members,
        "request"
    );
    app.requests.push(record);
}

async fn answer(
    app: &App,
    request: Request,
    next: Next,
    plan: &Plan,
    record: &mut Record,
) -> Outcome {
    if !plan.latency.is_zero() {
        tokio::time::sleep(plan.latency).await;
    }
    if plan.reset_before {
        return Outcome::Reset;
    }
    let request = match checked(app, request, plan, record).await {
        Ok(request) => request,
        Err(error) => return Outcome::Answer(error.into_response()),
    };
    let response = next.run(request).await;
    if plan.reset_after {
        return Outcome::Reset;
    }
    Outcome::Answer(match &plan.lose {
        Some(error) => error.clone().into_response(),
        None => response,
    })
}

/// Reads the body, and checks the credential and the project.
async fn checked(
    app: &App,
    request: Request,
    plan: &Plan,
    record: &mut Record,
) -> Result<Request, ApiError> {
    let (mut parts, body) = request.into_parts();
    if parts.extensions.get::<MatchedPath>().is_none() {
        return Err(ApiError::unknown_path());
    }
    if parts.method == Method::GET && below_base(parts.uri.path()) == "/conversations" {
        // The service does not know this path for GET either: conversations cannot be listed.
        return Err(ApiError::unknown_path());
    }
    let header_bytes: usize = parts
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if header_bytes > app.config.max_header_bytes {
        return Err(ApiError::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            format!(
                "The headers are larger than {} bytes.",
                app.config.max_header_bytes
            ),
        ));
    }
    let retry_token = parts.headers.get("opc-retry-token");
    if retry_token.is_some_and(|token| token.len() > MAX_RETRY_TOKEN) {
        return Err(ApiError::invalid(
            "opc-retry-token",
            "at most 64 characters",
        ));
    }
    encoding::refuse_encoded(&parts.headers)?;
    let read = match plan.slow_reader {
        Some(pause) => faulty::read_slowly(body, pause),
        None => body,
    };
    let body = body::read(&app.config, read).await?;
    record.body = Record::body_to_keep(&body);
    if !parts.uri.path().starts_with(BASE_PATH) {
        // The identity endpoints check their own credentials.
        return match &plan.refuse {
            Some(error) => Err(error.clone()),
            None => Ok(Request::from_parts(parts, Body::from(body))),
        };
    }
    match app.authenticator.authenticate(&parts, &body, plan.skew_ms) {
        Ok(credential) => record.credential = Some(credential),
        Err(refusal) => return Err(ApiError::unauthenticated().because(refusal)),
    }
    let project = project(app, &parts)?;
    app.expire();
    if app.config.strict {
        contract::check_query(parts.uri.query().unwrap_or_default())?;
    }
    if let Some(error) = &plan.refuse {
        return Err(error.clone());
    }
    if plan.locked {
        return Err(conversation_locked());
    }
    parts.extensions.insert(Caller {
        project,
        notes: record.notes.clone(),
        turn: plan.turn.clone(),
    });
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn project(app: &App, parts: &Parts) -> Result<String, ApiError> {
    let project = match parts.headers.get("openai-project") {
        Some(value) if !value.is_empty() => value.to_str().ok(),
        _ => app.config.default_project.as_deref(),
    };
    project
        .filter(|project| app.projects.knows(project, app.clock.now()))
        .map(str::to_owned)
        .ok_or_else(|| ApiError::new(StatusCode::BAD_REQUEST, "Invalid OpenAI project."))
}

/// Returns the error in a response, from the emulator or the framework.
fn error_of(response: &mut Response<Body>) -> Option<ApiError> {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        return Some(error);
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    // The framework's own errors: a method that a path does not allow, a path that cannot be
    // decoded.
    let message = match status {
        StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed for this path.",
        _ => status
            .canonical_reason()
            .unwrap_or("The request was refused."),
    };
    let mut error = ApiError::new(status, message);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        error = error.header(header::ALLOW, allow);
    }
    Some(error)
}

/// Applies faults to a response.
async fn disturb(response: Response<Body>, plan: &Plan) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let streamed = kind.is_some_and(|kind| kind.starts_with("text/event-stream"));
    if streamed && !plan.stream.is_empty() {
        body = faulty::disturb(body, plan.stream.clone());
    }
    if streamed && !plan.first_event.is_zero() {
        body = faulty::delay(body, plan.first_event);
    }
    if plan.malformed && !streamed {
        // The emulator's own bodies can always be read.
        let whole = body
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default();
        body = Body::from(whole.slice(..whole.len() / 2));
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    if let Some(value) = &plan.content_type {
        parts.headers.insert(header::CONTENT_TYPE, value.clone());
    }
    if let Some((size, pause)) = plan.trickle {
        body = faulty::trickle(body, size, pause);
    }
    Response::from_parts(parts, body)
}

/// Returns the client's request id, if it is well formed, with a segment added.
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
