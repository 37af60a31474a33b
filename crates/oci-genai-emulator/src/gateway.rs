//! Where a public gateway, which may be what OCI runs, differs from what is documented; see
//! [`EmulatorConfig::gateway`](crate::EmulatorConfig::gateway).

use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::state::items::Item;
use crate::turn::request::metadata;

/// The code of an item that is in its conversation already.
pub(crate) const ALREADY_THERE: &str = "item_already_in_conversation";
/// The most items of a conversation that a model is shown, the oldest first.
pub(crate) const MAX_HISTORY: usize = 100;

/// Takes the null members out of the metadata of an update, which no document allows, and names them.
/// A body that is no JSON stays as it is.
pub(crate) fn take_removed(body: &[u8]) -> (Vec<u8>, Vec<String>) {
    let unchanged = || (body.to_vec(), Vec::new());
    let Ok(mut update) = serde_json::from_slice::<Value>(body) else {
        return unchanged();
    };
    let Some(metadata) = update.get_mut("metadata").and_then(Value::as_object_mut) else {
        return unchanged();
    };
    let mut removed = Vec::new();
    metadata.retain(|key, value| {
        if value.is_null() {
            removed.push(key.clone());
        }
        !value.is_null()
    });
    (update.to_string().into_bytes(), removed)
}

/// The metadata after an update.
pub(crate) fn merge(
    before: &Map<String, Value>,
    given: Map<String, Value>,
    removed: &[String],
) -> Result<Map<String, Value>, ApiError> {
    let mut merged = before.clone();
    merged.retain(|key, _| !removed.contains(key));
    merged.extend(given);
    // Together they may be too many.
    metadata(Some(&Value::Object(merged)))
}

/// Refuses a turn whose input has no message.
pub(crate) fn needs_message(input: &[Item]) -> Result<(), ApiError> {
    match input.iter().any(|item| item.kind() == "message") {
        true => Ok(()),
        false => Err(ApiError::parameter(
            "input",
            "The input must have at least one message.",
        )),
    }
}
