//! Reads responses from complete bodies.

use bytes::Bytes;
use oci_genai_api::{Error as ApiError, ResponseValue};

use super::assembler::{Assembler, Step, interrupted};
use super::body_format::{BodyFormat, form_of};
use super::event::EventReader;
use super::failure::require_response;
use crate::Result;
use crate::error::Error;
use crate::sse::Decoder;
use crate::typed_call::Call;
use crate::types::{ErrorResponse, Response};

/// Converts the result of an operation that returns a response.
pub(super) fn response_of(
    call: &Call,
    result: Result<ResponseValue<Response>, ApiError<ErrorResponse>>,
) -> Result<Response> {
    let error = match result {
        Ok(answer) => {
            let response = answer.into_inner();
            match require_response(&response) {
                Ok(()) => return Ok(response),
                Err(error) => error,
            }
        }
        Err(ApiError::InvalidResponsePayload(body, cause)) => {
            if form_of(&body, false, true) == Some(BodyFormat::Events) {
                match from_events(body, call.client.streams().max_event_bytes) {
                    Ok(response) => return Ok(response),
                    Err(error) => error,
                }
            } else {
                Error::undecodable(&body, cause)
            }
        }
        Err(error) => Error::from(error),
    };
    Err(error.masked(call.client.sent_credentials()))
}

/// Reads a body that is one JSON value.
pub(super) fn from_json(body: &[u8]) -> Result<Response> {
    let read = oci_genai_api::read(body);
    let response = read.map_err(|cause| Error::undecodable(body, cause))?;
    require_response(&response)?;
    Ok(response)
}

/// Returns the format of a line that is JSON and needs no further lines: a document, or an event
/// without stream framing.
pub(super) fn form_of_line(line: &[u8]) -> Option<BodyFormat> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    let tag = value.get("type").and_then(serde_json::Value::as_str);
    Some(match tag {
        Some(tag) if tag.starts_with("response.") || tag == "error" => BodyFormat::Events,
        _ => BodyFormat::Json,
    })
}

/// Reads an event stream that came instead of JSON.
pub(super) fn from_events(body: Bytes, max_event_bytes: usize) -> Result<Response> {
    let decoder = Decoder::new().with_max_event_bytes(max_event_bytes);
    let mut decoder = decoder.with_json_lines(true);
    let mut reader = EventReader::new(false);
    let mut assembler = Assembler::default();
    decoder.push(body);
    let step = loop {
        let frame = match decoder.next_frame() {
            Ok(Some(frame)) => Some(frame),
            Ok(None) => decoder.finish(),
            Err(error) => break Step::Ended(Error::event_too_large(error)),
        };
        let Some(frame) = frame else {
            break assembler.end(interrupted());
        };
        match assembler.take(reader.read(&frame)) {
            Step::Deliver { .. } | Step::Pass => {}
            step => break step,
        }
    };
    let came = assembler.accumulator().response();
    let error = match step {
        Step::Over(Err(error)) if error.response().is_some() => return Err(error),
        Step::Over(Err(error)) | Step::Ended(error) => error,
        Step::Over(Ok(_)) | Step::Deliver { .. } | Step::Pass | Step::Whole(_) => {
            return came.ok_or_else(interrupted);
        }
    };
    Err(match came {
        Some(response) => error.with_response(response),
        None => error,
    })
}
