//! Detects responses that failed, are empty, or are not responses.

use http::StatusCode;
use oci_genai_api::Extra;
use serde_json::Value;

use super::accumulator::is_blank;
use crate::Result;
use crate::error::{Error, ErrorKind, Outcome, ServiceError, retry_safety};
use crate::types::{Item, Response, ResponseStatus};

/// Finds an error in the unknown members of a response or event.
pub(super) fn words_of(extra: &Extra) -> Option<Value> {
    let found = |value: &Value| match value {
        Value::Null => None,
        Value::Object(members) if members.is_empty() => None,
        value => Some(value.clone()),
    };
    let mut names = ["error", "last_error"].into_iter();
    let error = names.find_map(|name| found(extra.get(name)?));
    error
        .or_else(|| {
            let details = extra.get("status_details")?;
            found(details.get("error").unwrap_or(details))
        })
        .or_else(|| {
            extra.get("message").filter(|message| message.is_string())?;
            let words = ["code", "message", "type", "param"].into_iter();
            let members =
                words.filter_map(|name| Some((name.to_owned(), found(extra.get(name)?)?)));
            Some(Value::Object(members.collect()))
        })
}

/// Returns a successful response. A response that the service marks as failed, or that ended without
/// output, is an error.
pub(super) fn answered(response: Response) -> Result<Response> {
    if has_failed(&response) {
        return Err(failure(response, None));
    }
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

/// Returns whether a response is a success. A response is large, so this check avoids a move.
pub(super) fn is_answer(response: &Response) -> bool {
    !has_failed(response) && missing_output(response).is_none()
}

/// Returns whether the service marks the response as failed.
fn has_failed(response: &Response) -> bool {
    match response.status {
        Some(ResponseStatus::Failed) => true,
        Some(ResponseStatus::Completed) => false,
        _ => response.error.is_some() && !has_output(response),
    }
}

/// Creates the error of a failed response. `beside` is an error object next to the response.
pub(super) fn failure(response: Response, beside: Option<Value>) -> Error {
    let words = response
        .error
        .as_ref()
        .and_then(|error| serde_json::to_value(error).ok())
        .filter(|error| !error.is_null())
        .or_else(|| words_of(&response.extra))
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
    } else if let Some(reason) = response
        .incomplete_details
        .as_ref()
        .and_then(|details| details.reason.as_ref())
    {
        message.push_str(&format!(": {reason}"));
    }
    Error::new(ErrorKind::ResponseFailed, retry_safety(outcome), message)
        .with_service(said.unwrap_or_else(|| ServiceError {
            status: Some(StatusCode::OK),
            ..ServiceError::default()
        }))
        .with_response(response)
}

/// Returns the message for a response that ended without output, if it did.
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

/// Rejects a value that is not a response. A response has a list of output, `object: "response"`, or a
/// known status.
pub(super) fn require_response(response: &Response) -> Result<()> {
    let extra = &response.extra;
    let came = |name: &str| !extra.is_missing(name) && extra.get(name).is_none();
    let is_known = match &response.status {
        None | Some(ResponseStatus::Other(_)) => false,
        Some(_) => true,
    };
    if came("output") || came("object") || is_known {
        return Ok(());
    }
    // The received value can be written unchanged.
    let body = serde_json::to_vec(response).unwrap_or_default();
    Err(Error::unexpected(&body))
}
