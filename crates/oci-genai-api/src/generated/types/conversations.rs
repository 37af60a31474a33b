// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `conversations` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;

/// A conversation: items that the service stores under an id and passes to the model at each
/// turn.
///
/// It has no expiry field. The project sets the lifetime of conversations, counted from their
/// last change.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Conversation {
    /// Id of the conversation, `conv_…`. Oracle's ids contain the region's airport code.
    pub id: String,
    /// Creation time, in seconds since the Unix epoch.
    pub created_at: i64,
    /// Metadata that the client set and metadata that the service added.
    pub metadata: Option<Metadata>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Conversation {
        constants {
            object: "object" = "conversation";
        }
        required {
            plain id: String = "id";
            int created_at: i64 = "created_at";
        }
        nullable {}
        optional {
            map metadata: String = "metadata";
        }
    }
}

/// A request for a new conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateConversation {
    /// Key-value pairs to attach. The service interprets some keys; see `Metadata`.
    pub metadata: Option<Metadata>,
    /// Items the conversation starts with, at most 20.
    pub items: Option<Vec<Item>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CreateConversation {
        constants {}
        required {}
        nullable {}
        optional {
            map metadata: String = "metadata";
            list items: Item = "items";
        }
    }
}

/// A change to a conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UpdateConversation {
    /// The complete new metadata; omitted keys are removed. Null removes all.
    pub metadata: Option<Metadata>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    UpdateConversation {
        constants {}
        required {}
        nullable {
            map metadata: String = "metadata";
        }
        optional {}
    }
}

/// Confirms that a conversation was deleted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeletedConversation {
    /// Id of the deleted conversation.
    pub id: String,
    /// True if the conversation was deleted.
    pub deleted: bool,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    DeletedConversation {
        constants {
            object: "object" = "conversation.deleted";
        }
        required {
            plain id: String = "id";
            plain deleted: bool = "deleted";
        }
        nullable {}
        optional {}
    }
}

/// A request to add items to a conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateItems {
    /// The items to append in order, from 1 to 20.
    pub items: Vec<Item>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CreateItems {
        constants {}
        required {
            list items: Item = "items";
        }
        nullable {}
        optional {}
    }
}

/// One page of a list of items.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemList {
    /// The items of this page, in the requested order.
    pub data: Vec<Item>,
    /// Id of the first item of the page; null or absent on an empty one.
    pub first_id: Option<String>,
    /// Id of the last item of the page, the cursor for the next page; null or absent on an empty one.
    pub last_id: Option<String>,
    /// True if another page follows.
    pub has_more: bool,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ItemList {
        constants {
            object: "object" = "list";
        }
        required {
            list data: Item = "data";
            plain has_more: bool = "has_more";
        }
        nullable {}
        optional {
            plain first_id: String = "first_id";
            plain last_id: String = "last_id";
        }
    }
}

/// Sort order of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListOrder {
    /// Oldest first.
    Asc,
    /// Newest first.
    Desc,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ListOrder {
        Asc = "asc",
        Desc = "desc",
    }
}

/// Key-value pairs attached to a conversation or a response: at most 16, keys of at most 64
/// characters, values of at most 512. Values are always strings.
///
/// The service interprets these keys of a conversation:
///
/// - `memory_subject_id`: id of a long-term memory. All conversations of a project with the
///   same value share it. Any string, for example `user_123456`. Requires a project with
///   long-term memory.
/// - `memory_access_policy`: `store_only` lets the conversation write to that memory but not
///   read it; `recall_only` lets it read but not write. If absent, it can do both.
/// - `short_term_memory_optimization`: `"true"` (also spelled `"True"`) makes the service
///   compact older turns automatically; `"false"` keeps them unchanged. If absent, the service
///   adds the project's setting, so the returned metadata may contain a key that the client did
///   not send.
///
/// The service silently ignores memory keys on a response; set them on the conversation.
pub type Metadata = BTreeMap<String, String>;
