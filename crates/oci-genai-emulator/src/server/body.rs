//! Reads request bodies with limits on size and time.

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::config::EmulatorConfig;
use crate::error::ApiError;

/// Reads a whole body.
///
/// # Errors
///
/// Returns a 413 if it is larger than the limit, a 408 if it does not arrive in time, and a 400 if
/// it ends early.
pub(super) async fn read(config: &EmulatorConfig, body: Body) -> Result<Bytes, ApiError> {
    let limited = Limited::new(body, config.max_body_bytes).collect();
    let (status, message) = match tokio::time::timeout(config.read_timeout, limited).await {
        Ok(Ok(body)) => return Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => (
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is larger than {} bytes.", config.max_body_bytes),
        ),
        Ok(Err(_)) => (
            StatusCode::BAD_REQUEST,
            "The body could not be read.".to_owned(),
        ),
        Err(_) => (
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive in time.".to_owned(),
        ),
    };
    Err(ApiError::new(status, message))
}
