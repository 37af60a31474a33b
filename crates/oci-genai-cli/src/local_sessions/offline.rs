//! Sessions without a connection, for commands that only use the local store.

use std::collections::BTreeMap;

use async_trait::async_trait;
use oci_genai_session::backend::{
    Backend, BackendError, BackendErrorKind, ModelResponse, ModelStream, SendOptions,
};
use oci_genai_session::{Sessions, SqliteStore};
use serde_json::{Map, Value};

/// Returns the sessions of a store, for reading, exporting, importing and purging.
pub(crate) fn offline(store: SqliteStore) -> Sessions {
    Sessions::with_backend(NoBackend, store)
}

/// A backend that rejects every call.
#[derive(Debug)]
struct NoBackend;

fn none<T>() -> Result<T, BackendError> {
    let text = "this command works without the service";
    Err(BackendError::new(BackendErrorKind::Rejected, text))
}

#[async_trait]
impl Backend for NoBackend {
    async fn create_conversation(
        &self,
        _metadata: &BTreeMap<String, String>,
    ) -> Result<String, BackendError> {
        none()
    }

    async fn delete_conversation(&self, _conversation: &str) -> Result<(), BackendError> {
        none()
    }

    async fn items_after(
        &self,
        _conversation: &str,
        _after: Option<String>,
    ) -> Result<Vec<Value>, BackendError> {
        none()
    }

    async fn add_items(
        &self,
        _conversation: &str,
        _items: Vec<Value>,
        _options: SendOptions,
    ) -> Result<Vec<Value>, BackendError> {
        none()
    }

    async fn delete_item(
        &self,
        _conversation: &str,
        _item: &str,
        _options: SendOptions,
    ) -> Result<(), BackendError> {
        none()
    }

    async fn respond(
        &self,
        _request: Map<String, Value>,
        _options: SendOptions,
    ) -> Result<ModelResponse, BackendError> {
        none()
    }

    async fn stream(
        &self,
        _request: Map<String, Value>,
        _options: SendOptions,
    ) -> Result<ModelStream, BackendError> {
        none()
    }

    async fn response(&self, _id: &str) -> Result<Option<ModelResponse>, BackendError> {
        none()
    }
}
