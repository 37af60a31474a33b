//! Sessions without the service: for what concerns this machine alone, nobody has to sign in.

use std::collections::BTreeMap;

use async_trait::async_trait;
use oci_genai_session::service::{
    Answer, AnswerStream, SendOptions, Service, ServiceError, ServiceErrorKind,
};
use oci_genai_session::{Sessions, SqliteStore};
use serde_json::{Map, Value};

/// The sessions of a store, for reading, exporting, importing and purging.
pub(crate) fn offline(store: SqliteStore) -> Sessions {
    Sessions::with_service(NoService, store)
}

/// Stands where nothing is asked of the service.
#[derive(Debug)]
struct NoService;

fn none<T>() -> Result<T, ServiceError> {
    let text = "this command works without the service";
    Err(ServiceError::new(ServiceErrorKind::Refused, text))
}

#[async_trait]
impl Service for NoService {
    async fn create_conversation(
        &self,
        _metadata: &BTreeMap<String, String>,
    ) -> Result<String, ServiceError> {
        none()
    }

    async fn delete_conversation(&self, _conversation: &str) -> Result<(), ServiceError> {
        none()
    }

    async fn items_after(
        &self,
        _conversation: &str,
        _after: Option<String>,
    ) -> Result<Vec<Value>, ServiceError> {
        none()
    }

    async fn add_items(
        &self,
        _conversation: &str,
        _items: Vec<Value>,
        _options: SendOptions,
    ) -> Result<Vec<Value>, ServiceError> {
        none()
    }

    async fn delete_item(
        &self,
        _conversation: &str,
        _item: &str,
        _options: SendOptions,
    ) -> Result<(), ServiceError> {
        none()
    }

    async fn respond(
        &self,
        _request: Map<String, Value>,
        _options: SendOptions,
    ) -> Result<Answer, ServiceError> {
        none()
    }

    async fn stream(
        &self,
        _request: Map<String, Value>,
        _options: SendOptions,
    ) -> Result<AnswerStream, ServiceError> {
        none()
    }

    async fn response(&self, _id: &str) -> Result<Option<Answer>, ServiceError> {
        none()
    }
}
