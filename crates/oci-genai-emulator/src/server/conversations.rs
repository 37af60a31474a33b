//! Conversations and their items.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::{Extension, Json};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Caller, json_object};
use crate::app::App;
use crate::contract::Operation;
use crate::error::ApiError;
use crate::gateway::{self, ALREADY_THERE};
use crate::state::Change;
use crate::state::conversations::CONDENSE;
use crate::state::items::{self, Item};
use crate::state::page::PageQuery;
use crate::turn::context::refuse_duplicates;
use crate::turn::request::{Fields, metadata};

/// Maximum number of items that one request may write.
const MAX_ITEMS: usize = 20;

type Answer = Result<Json<Value>, ApiError>;

pub(super) async fn create(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Answer {
    // Only this body may be absent.
    let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
    let (body, allowed) = json_object(&app, &caller, Operation::CreateConversation, body)?;
    let fields = Fields(&body);
    let metadata = conversation_metadata(&app, fields.get("metadata"))?;
    let items = new_items(&app, fields.list("items")?)?;
    allowed?;
    refuse_duplicates(&[], &items)?;
    let (id, at) = (app.ids.make("conv"), app.clock.unix());
    let project = caller.project;
    app.store.change(|_| {
        let mut changes = vec![Change::PutConversation {
            project: project.clone(),
            id: id.clone(),
            metadata,
            at,
        }];
        if !items.is_empty() {
            let (project, conversation) = (project.clone(), id.clone());
            changes.push(Change::AddItems {
                project,
                conversation,
                items,
                at,
            });
        }
        Ok((changes, ()))
    })?;
    conversation(&app, &project, &id)
}

pub(super) async fn retrieve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    conversation(&app, &caller.project, &id)
}

pub(super) async fn update(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let (body, removed) = match app.config.gateway {
        true => gateway::take_removed(&body),
        false => (body.to_vec(), Vec::new()),
    };
    let (body, allowed) = json_object(&app, &caller, Operation::UpdateConversation, &body)?;
    let Some(given) = body.get("metadata") else {
        return Err(ApiError::missing("metadata"));
    };
    let replaced = conversation_metadata(&app, Some(given))?;
    allowed?;
    let at = app.clock.unix();
    app.store.change(|state| {
        let found = state.project(&caller.project).conversation(&id)?;
        let metadata = match app.config.gateway {
            true => gateway::merge(&found.metadata, metadata(Some(given))?, &removed)?,
            false => replaced,
        };
        let (project, id) = (caller.project.clone(), id.clone());
        Ok((
            vec![Change::PutConversation {
                project,
                id,
                metadata,
                at,
            }],
            (),
        ))
    })?;
    conversation(&app, &caller.project, &id)
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Answer {
    app.store.change(|state| {
        state.project(&caller.project).conversation(&id)?;
        let (project, id) = (caller.project.clone(), id.clone());
        Ok((vec![Change::DeleteConversation { project, id }], ()))
    })?;
    Ok(Json(
        json!({ "id": id, "object": "conversation.deleted", "deleted": true }),
    ))
}

pub(super) async fn create_items(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let (body, allowed) = json_object(&app, &caller, Operation::CreateItems, &body)?;
    if !body.contains_key("items") {
        return Err(ApiError::missing("items"));
    }
    let items = new_items(&app, Fields(&body).list("items")?)?;
    allowed?;
    let at = app.clock.unix();
    app.store.change(|state| {
        let conversation = state.project(&caller.project).conversation(&id)?;
        refuse_duplicates(&[], &items)?;
        let known: Vec<Item> = items
            .iter()
            .filter(|item| conversation.item(item.id()).is_some())
            .cloned()
            .collect();
        let is_gateway = app.config.gateway;
        refuse_duplicates(&known, &items).map_err(|error| {
            if is_gateway {
                error.code(ALREADY_THERE)
            } else {
                error
            }
        })?;
        let page = PageQuery {
            limit: MAX_ITEMS,
            ascending: true,
            after: None,
        };
        let list = page.list(items.iter().cloned());
        let (project, conversation) = (caller.project.clone(), id.clone());
        Ok((
            vec![Change::AddItems {
                project,
                conversation,
                items,
                at,
            }],
            Json(list),
        ))
    })
}

pub(super) async fn list_items(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let page = PageQuery::parse(query.as_deref().unwrap_or_default())?;
    app.store
        .read(|state| {
            state
                .project(&caller.project)
                .conversation(&id)?
                .page(&page)
        })
        .map(Json)
}

pub(super) async fn retrieve_item(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, item)): Path<(String, String)>,
) -> Answer {
    app.store.read(|state| {
        let conversation = state.project(&caller.project).conversation(&id)?;
        let found = conversation
            .item(&item)
            .ok_or_else(|| ApiError::not_found("Item", &item))?;
        Ok(Json(found.to_value()))
    })
}

pub(super) async fn delete_item(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path((id, item)): Path<(String, String)>,
) -> Answer {
    let at = app.clock.unix();
    app.store.change(|state| {
        let found = state.project(&caller.project).conversation(&id)?;
        found
            .item(&item)
            .ok_or_else(|| ApiError::not_found("Item", &item))?;
        let (project, conversation) = (caller.project.clone(), id.clone());
        let change = Change::DeleteItem {
            project,
            conversation,
            id: item.clone(),
            at,
        };
        Ok((vec![change], Json(found.to_value())))
    })
}

fn conversation(app: &App, project: &str, id: &str) -> Answer {
    app.store
        .read(|state| Ok(Json(state.project(project).conversation(id)?.to_value())))
}

/// Adds the metadata key that the service sets by itself.
fn conversation_metadata(app: &App, given: Option<&Value>) -> Result<Map<String, Value>, ApiError> {
    let mut metadata = metadata(given)?;
    metadata
        .entry(CONDENSE)
        .or_insert_with(|| app.config.condenser.to_string().into());
    Ok(metadata)
}

fn new_items(app: &App, items: &[Value]) -> Result<Vec<Item>, ApiError> {
    if items.len() > MAX_ITEMS {
        return Err(ApiError::invalid(
            "items",
            &format!("at most {MAX_ITEMS} items"),
        ));
    }
    items::normalise_all(items.to_vec(), "items", &app.ids)
}
