//! Passes a layer's own error through generated code.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;

use super::{Body, BoxError};

/// The status of the synthetic response that carries a [`TransportError`].
///
/// It is outside of every range that an OpenAPI document can list, so generated code always returns
/// the response as [`progenitor_client::Error::UnexpectedResponse`].
pub const TRANSPORT_FAILURE_STATUS: u16 = 999;

/// An error of the stack, in the extensions of a synthetic response.
///
/// Response extensions must be cloneable, but the error is not. So clones share one slot, and the
/// first [`take`](Self::take) empties it.
#[derive(Clone)]
pub struct TransportError(Arc<Mutex<Option<BoxError>>>);

impl TransportError {
    /// Wraps an error.
    pub fn new(error: impl Into<BoxError>) -> Self {
        Self(Arc::new(Mutex::new(Some(error.into()))))
    }

    /// Takes the error out, with the type that the layer returned. `None` if it was taken before.
    pub fn take(&self) -> Option<BoxError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn into_response(self) -> http::Response<Body> {
        let mut response = http::Response::new(Body::from(""));
        if let Ok(status) = StatusCode::from_u16(TRANSPORT_FAILURE_STATUS) {
            *response.status_mut() = status;
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("TransportError").field(&*slot).finish()
    }
}

/// Extracts the stack's own error from the error of a generated operation.
///
/// # Errors
///
/// Returns the error unchanged if the stack did not fail: the service responded, or the response
/// could not be read.
///
/// ```
/// use oci_genai_api::{Error, into_transport_error};
///
/// fn explain(error: Error<()>) -> String {
///     match into_transport_error(error) {
///         Ok(layer_error) => format!("a layer failed: {layer_error}"),
///         Err(other) => format!("the service answered: {other:?}"),
///     }
/// }
/// # let _ = explain;
/// ```
#[allow(
    clippy::result_large_err,
    reason = "the size is progenitor's to choose"
)]
pub fn into_transport_error<E>(
    error: progenitor_client::Error<E>,
) -> Result<BoxError, progenitor_client::Error<E>> {
    if let progenitor_client::Error::UnexpectedResponse(response) = &error
        && let Some(carried) = response.extensions().get::<TransportError>()
        && let Some(inner) = carried.take()
    {
        return Ok(inner);
    }
    Err(error)
}
