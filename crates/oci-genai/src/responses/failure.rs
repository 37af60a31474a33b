//! Detects responses that failed, are empty, or are not responses.

use http::StatusCode;
use serde_json::Value;

use super::accumulator::is_blank;
use crate::Result;
use crate::error::{Error, ErrorKind, Outcome, ServiceError, retry_safety};
use crate::types::{Item, Response, ResponseStatus};

/// Returns an error if the service reports the response as failed.
pub(super) fn raise_failed(response: Response) -> Result<Response> {
    let failed = match response.status {
        Some(ResponseStatus::Failed) => true,
        Some(ResponseStatus::Completed) => false,
        _ => response.error.is_some() && !has_output(&response),
    };
    if failed {
        return Err(failure(response, None));
    }
    Ok(response)
}

/// Creates the error of a failed response. `beside` is an error object next to the response.
pub(super) fn failure(response: Response, beside: Option<Value>) -> Error {
    let words = response
        .error
        .as_ref()
        .and_then(|error| serde_json::to_value(error).ok())
        .or_else(|| response.extra.get("error").cloned())
        .filter(|error| !error.is_null())
        .or(beside);
    let said = words.as_ref().map(ServiceError::from_error);
    let is_cancelled = response.status == Some(ResponseStatus::Cancelled);
    let what = if is_cancelled {
        "was cancelled"
    } else {
        "failed"
    };
    let mut message = format!("the response {what}");
    let mut outcome = Outcome::Answered;
    if let Some(said) = &said {
        if let Some(code) = said.code().or(said.error_type()) {
            message.push_str(&format!(" ({code})"));
        }
        if !said.message().is_empty() {
            message.push_str(&format!(": {}", said.message()));
        }
        if said.is_quota_exhausted() {
            outcome = Outcome::ErrorObject(said);
        }
    }
    Error::new(ErrorKind::ResponseFailed, retry_safety(outcome), message)
        .with_service(said.unwrap_or_else(|| ServiceError {
            status: Some(StatusCode::OK),
            ..ServiceError::default()
        }))
        .with_response(response)
}

/// Returns an error if a response ended without output. An empty text would look like a success.
pub(super) fn require_output(response: Response) -> Result<Response> {
    match missing_output(&response) {
        None => Ok(response),
        Some(message) => {
            let error = Error::new(
                ErrorKind::NoOutput,
                retry_safety(Outcome::Answered),
                message,
            );
            Err(error.with_response(response))
        }
    }
}

/// Returns a description if the response ended without output.
pub(super) fn missing_output(response: &Response) -> Option<String> {
    let details = response.incomplete_details.as_ref();
    let says_why = details.is_some_and(|details| details.reason.is_some());
    let state = match &response.status {
        Some(ResponseStatus::Queued | ResponseStatus::InProgress) => return None,
        // The reason shows why it stopped.
        Some(ResponseStatus::Incomplete) if says_why => return None,
        None => "completed",
        Some(status) => status.as_str(),
    };
    (!has_output(response))
        .then(|| format!("the response ended with status {state} and without output"))
}

/// Returns `true` if a response contains anything but reasoning: text, a refusal, a tool call.
fn has_output(response: &Response) -> bool {
    response.output.iter().any(|item| match item {
        Item::Message(message) => !is_blank(message),
        Item::Reasoning(_) => false,
        _ => true,
    })
}

/// Rejects values that are not responses. A response has an `output` or `object` member, or a known
/// status.
pub(super) fn require_response(response: Response) -> Result<Response> {
    let extra = &response.extra;
    let came = |name: &str| !extra.is_missing(name) && extra.get(name).is_none();
    let is_known = match &response.status {
        None | Some(ResponseStatus::Other(_)) => false,
        Some(_) => true,
    };
    if came("output") || came("object") || is_known {
        return Ok(response);
    }
    // The value can be serialized as it was received.
    let body = serde_json::to_vec(&response).unwrap_or_default();
    Err(Error::unexpected(&body))
}
