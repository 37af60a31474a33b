//! Fills in data that an event lacks and an earlier event had.

use super::identity::{are_named_alike, is_blank, may_be_one, same_kind, say_the_same};
use super::slots::Slots;
use crate::types::{Item, Response};

/// Fills in missing required members of a response from another event of its stream. Returns `true`
/// if any were missing.
pub(super) fn fill_head(response: &mut Response, from: &Response) -> bool {
    let mut filled = false;
    let mut lacks = |lacks: bool, has: bool| {
        filled |= lacks && has;
        lacks && has
    };
    if lacks(response.id.is_empty(), !from.id.is_empty()) {
        response.id.clone_from(&from.id);
    }
    if lacks(response.model.is_empty(), !from.model.is_empty()) {
        response.model.clone_from(&from.model);
    }
    if lacks(response.created_at == 0, from.created_at != 0) {
        response.created_at = from.created_at;
    }
    filled
}

/// Inserts the items that a closing event lacks. Returns `true` if an item or a part of one was
/// missing.
pub(super) fn fill_output(output: &mut Vec<Item>, came: Slots) -> bool {
    let came: Vec<Item> = came.into_telling_items().collect();
    let partners = pair(output, &came);
    let mut filled = false;
    // Position of the next item that has no partner, and the number of inserted items.
    let (mut next, mut inserted) = (0, 0);
    for (item, partner) in came.into_iter().zip(partners) {
        if let Some(at) = partner {
            let at = at + inserted;
            next = next.max(at + 1);
            if let Some(last) = output.get_mut(at) {
                filled |= fill_item(last, item);
            }
        } else {
            next = next.min(output.len());
            output.insert(next, item);
            next += 1;
            inserted += 1;
            filled = true;
        }
    }
    filled
}

/// Returns the index of the matching item in the closing event's output, for each earlier item.
fn pair(output: &[Item], came: &[Item]) -> Vec<Option<usize>> {
    let mut partners = vec![None; came.len()];
    let mut taken = vec![false; output.len()];
    // The most reliable criterion first.
    for is_same in [are_named_alike, same_words, may_be_one] {
        for (item, partner) in came.iter().zip(&mut partners) {
            if partner.is_some() {
                continue;
            }
            let found = output
                .iter()
                .zip(&taken)
                .position(|(last, taken)| !taken && is_same(item, last));
            if let Some(at) = found {
                *partner = Some(at);
                taken[at] = true;
            }
        }
    }
    partners
}

fn same_words(one: &Item, other: &Item) -> bool {
    same_kind(one, other) && say_the_same(one, other)
}

/// Fills in members of an item from an earlier form of it. Returns `true` if any were missing.
pub(super) fn fill_item(item: &mut Item, former: Item) -> bool {
    match (item, former) {
        (Item::Message(item), Item::Message(former)) => {
            let lacks = is_blank(item) && !is_blank(&former);
            if lacks {
                item.content = former.content;
            }
            lacks
        }
        (Item::FunctionCall(item), Item::FunctionCall(former)) => {
            // Not short-circuited, because each member must be filled in.
            fill_text(&mut item.name, former.name)
                | fill_text(&mut item.call_id, former.call_id)
                | fill_text(&mut item.arguments, former.arguments)
        }
        (Item::CustomToolCall(item), Item::CustomToolCall(former)) => {
            fill_text(&mut item.name, former.name)
                | fill_text(&mut item.call_id, former.call_id)
                | fill_text(&mut item.input, former.input)
        }
        (Item::McpCall(item), Item::McpCall(former)) => {
            fill_text(&mut item.arguments, former.arguments)
        }
        (Item::CodeInterpreterCall(item), Item::CodeInterpreterCall(former)) => {
            fill(&mut item.code, former.code)
        }
        (Item::Reasoning(item), Item::Reasoning(former)) => {
            let lacks = item.summary.is_empty() && !former.summary.is_empty();
            if lacks {
                item.summary = former.summary;
            }
            lacks
                | fill(&mut item.content, former.content)
                | fill(&mut item.encrypted_content, former.encrypted_content)
        }
        _ => false,
    }
}

fn fill_text(text: &mut String, former: String) -> bool {
    let lacks = text.is_empty() && !former.is_empty();
    if lacks {
        *text = former;
    }
    lacks
}

fn fill<T>(member: &mut Option<T>, former: Option<T>) -> bool {
    let lacks = member.is_none() && former.is_some();
    if lacks {
        *member = former;
    }
    lacks
}
