//! Matches items of different events.

use crate::types::{ContentPart, Item, Message, MessageContent};

/// Returns `true` if two items have the same kind.
pub(super) fn same_kind(one: &Item, other: &Item) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Returns the item's id, unless it is empty.
pub(super) fn id(item: &Item) -> Option<&str> {
    let id = match item {
        Item::Message(item) => &item.id,
        Item::FunctionCall(item) => &item.id,
        Item::Reasoning(item) => &item.id,
        Item::CustomToolCall(item) => &item.id,
        Item::McpCall(item) => &item.id,
        Item::McpListTools(item) => &item.id,
        Item::FileSearchCall(item) => &item.id,
        Item::WebSearchCall(item) => &item.id,
        Item::CodeInterpreterCall(item) => &item.id,
        Item::ImageGenerationCall(item) => &item.id,
        Item::ToolSearchCall(item) => &item.id,
        Item::Compaction(item) => &item.id,
        Item::McpApprovalRequest(item) => return Some(&*item.id).filter(|id| !id.is_empty()),
        Item::Unknown(item) => return item.as_value().get("id")?.as_str(),
        _ => return None,
    };
    id.as_deref().filter(|id| !id.is_empty())
}

/// Returns the id that connects a call with its output, unless it is empty.
fn call_id(item: &Item) -> Option<&str> {
    let id = match item {
        Item::FunctionCall(item) => item.call_id.as_str(),
        Item::CustomToolCall(item) => item.call_id.as_str(),
        _ => return None,
    };
    Some(id).filter(|id| !id.is_empty())
}

/// Returns `true` if two calls have different call ids.
pub(super) fn are_different_calls(one: &Item, other: &Item) -> bool {
    call_id(one)
        .zip(call_id(other))
        .is_some_and(|(one, other)| one != other)
}

/// Returns `true` if two items have the same kind and id.
pub(in crate::responses) fn are_named_alike(one: &Item, other: &Item) -> bool {
    same_kind(one, other)
        && match (id(one), id(other)) {
            (Some(one), Some(other)) => one == other,
            // Servers repeat call ids, so they count only if there is no item id.
            _ => call_id(one).is_some() && call_id(one) == call_id(other),
        }
}

/// Returns `true` if two items have the same content. The first may lack a call's arguments.
pub(super) fn say_the_same(one: &Item, other: &Item) -> bool {
    match (one, other) {
        (Item::Message(one), Item::Message(other)) => text(one) == text(other),
        (Item::FunctionCall(one), Item::FunctionCall(other)) => {
            one.name == other.name && (one.arguments == other.arguments || one.arguments.is_empty())
        }
        (Item::CustomToolCall(one), Item::CustomToolCall(other)) => {
            one.name == other.name && (one.input == other.input || one.input.is_empty())
        }
        (Item::Reasoning(one), Item::Reasoning(other)) => {
            one.summary == other.summary && one.content == other.content
        }
        _ => false,
    }
}

/// Returns `true` if an item may be an earlier form of a closing event's item, with no evidence
/// against it.
pub(super) fn may_be_one(former: &Item, last: &Item) -> bool {
    let renamed = id(former)
        .zip(id(last))
        .is_some_and(|(one, other)| one != other);
    same_kind(former, last)
        && !are_different_calls(former, last)
        && match (former, last) {
            (Item::Message(former), Item::Message(last)) if renamed => {
                is_blank(last) || text(last).starts_with(&text(former))
            }
            _ => !renamed,
        }
}

/// Returns `true` if an item is still empty.
pub(super) fn is_hollow(item: &Item) -> bool {
    match item {
        Item::Message(message) => is_blank(message),
        Item::Reasoning(item) => {
            item.summary.is_empty()
                && item.content.as_ref().is_none_or(Vec::is_empty)
                && item.encrypted_content.is_none()
        }
        _ => false,
    }
}

/// Returns `true` if a message has no text, no refusal and no other content.
pub(in crate::responses) fn is_blank(message: &Message) -> bool {
    match &message.content {
        MessageContent::Parts(parts) => parts.iter().all(|part| match part {
            ContentPart::Refusal(part) => part.refusal.is_empty(),
            ContentPart::Unknown(_) => false,
            part => part.output_text().is_some_and(str::is_empty),
        }),
        MessageContent::Unknown(content) => content.is_null(),
        content => content.output_text().is_empty(),
    }
}

/// Returns the text of a message, refusals included.
fn text(message: &Message) -> String {
    match &message.content {
        MessageContent::Parts(parts) => {
            let texts = parts.iter().filter_map(|part| match part {
                ContentPart::Refusal(part) => Some(part.refusal.as_str()),
                part => part.output_text(),
            });
            texts.collect()
        }
        content => content.output_text().into_owned(),
    }
}
