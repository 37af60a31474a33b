//! Applies the events within an item.

use super::slots::{Place, Slots, given};
use crate::types::{
    ContentPart, Item, Message, MessageContent, OutputText, ReasoningItem, ReasoningText, Refusal,
    Role, StreamEvent, SummaryText,
};

/// Applies an event. Events that add nothing are ignored.
pub(super) fn apply(slots: &mut Slots, event: &StreamEvent) {
    match event {
        StreamEvent::OutputTextDelta(e) => {
            if let Some(text) = slots.growing_text(&e.item_id, e.content_index) {
                text.push_str(&e.delta);
                return;
            }
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_text(slots, place, part, |text| text.push_str(&e.delta));
        }
        StreamEvent::OutputTextDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_text(slots, place, part, |text| settle(text, &e.text));
        }
        StreamEvent::RefusalDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_refusal(slots, place, part, |text| text.push_str(&e.delta));
        }
        StreamEvent::RefusalDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_refusal(slots, place, part, |text| settle(text, &e.refusal));
        }
        StreamEvent::ContentPartAdded(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            put_part(
                slots,
                place,
                given(&e.extra, "content_index", e.content_index),
                &e.part,
            );
        }
        StreamEvent::ContentPartDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            put_part(
                slots,
                place,
                given(&e.extra, "content_index", e.content_index),
                &e.part,
            );
        }
        StreamEvent::ReasoningSummaryTextDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "summary_index", e.summary_index);
            with_summary(slots, place, part, |text| text.push_str(&e.delta));
        }
        StreamEvent::ReasoningSummaryTextDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "summary_index", e.summary_index);
            with_summary(slots, place, part, |text| settle(text, &e.text));
        }
        StreamEvent::ReasoningTextDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_reasoning(slots, place, part, |text| text.push_str(&e.delta));
        }
        StreamEvent::ReasoningTextDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_reasoning(slots, place, part, |text| settle(text, &e.text));
        }
        // The names of the same two events in the Open Responses standard.
        StreamEvent::ReasoningDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_reasoning(slots, place, part, |text| text.push_str(&e.delta));
        }
        StreamEvent::ReasoningDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            let part = given(&e.extra, "content_index", e.content_index);
            with_reasoning(slots, place, part, |text| settle(text, &e.text));
        }
        _ => apply_to_call(slots, event),
    }
}

/// Applies events of tool calls. The item must have begun, because only its beginning has the name.
fn apply_to_call(slots: &mut Slots, event: &StreamEvent) {
    match event {
        StreamEvent::FunctionCallArgumentsDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = arguments(slots, place) {
                text.push_str(&e.delta);
            }
        }
        StreamEvent::FunctionCallArgumentsDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = arguments(slots, place) {
                settle(text, &e.arguments);
            }
        }
        StreamEvent::CustomToolCallInputDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = custom_input(slots, place) {
                text.push_str(&e.delta);
            }
        }
        StreamEvent::CustomToolCallInputDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = custom_input(slots, place) {
                settle(text, &e.input);
            }
        }
        StreamEvent::McpCallArgumentsDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = mcp_arguments(slots, place) {
                text.push_str(&e.delta);
            }
        }
        StreamEvent::McpCallArgumentsDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = mcp_arguments(slots, place) {
                settle(text, &e.arguments);
            }
        }
        StreamEvent::CodeInterpreterCallCodeDelta(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = code(slots, place) {
                text.push_str(&e.delta);
            }
        }
        StreamEvent::CodeInterpreterCallCodeDone(e) => {
            let place = Place::of_delta(&e.extra, e.output_index, &e.item_id);
            if let Some(text) = code(slots, place) {
                settle(text, &e.code);
            }
        }
        _ => {}
    }
}

/// Replaces the accumulated text with the complete text, unless that is missing.
fn settle(text: &mut String, whole: &str) {
    if !whole.is_empty() {
        text.clear();
        text.push_str(whole);
    }
}

fn arguments<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut String> {
    match slots.open(place, |item| matches!(item, Item::FunctionCall(_)), None)? {
        Item::FunctionCall(call) => Some(&mut call.arguments),
        _ => None,
    }
}

fn custom_input<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut String> {
    match slots.open(place, |item| matches!(item, Item::CustomToolCall(_)), None)? {
        Item::CustomToolCall(call) => Some(&mut call.input),
        _ => None,
    }
}

fn mcp_arguments<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut String> {
    match slots.open(place, |item| matches!(item, Item::McpCall(_)), None)? {
        Item::McpCall(call) => Some(&mut call.arguments),
        _ => None,
    }
}

fn code<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut String> {
    match slots.open(
        place,
        |item| matches!(item, Item::CodeInterpreterCall(_)),
        None,
    )? {
        Item::CodeInterpreterCall(call) => Some(call.code.get_or_insert_default()),
        _ => None,
    }
}

/// Returns the parts of a message. Creates the message if it never began, and converts other
/// content into parts.
fn parts<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut Vec<ContentPart>> {
    let fits = |item: &Item| matches!(item, Item::Message(_));
    let make = || Message::new(Role::Assistant, Vec::new()).into();
    let Item::Message(message) = slots.open(place, fits, Some(make))? else {
        return None;
    };
    if !matches!(message.content, MessageContent::Parts(_)) {
        let parts = match &message.content {
            MessageContent::Text(text) if !text.is_empty() => {
                vec![OutputText::new(text.clone()).into()]
            }
            _ => Vec::new(),
        };
        message.content = MessageContent::Parts(parts);
    }
    match &mut message.content {
        MessageContent::Parts(parts) => Some(parts),
        _ => None,
    }
}

fn with_text(
    slots: &mut Slots,
    place: Place<'_>,
    part: Option<i64>,
    change: impl FnOnce(&mut String),
) {
    let Some(parts) = parts(slots, place) else {
        return;
    };
    let is_text =
        |part: &ContentPart| matches!(part, ContentPart::OutputText(_) | ContentPart::Text(_));
    match pick(parts, part, is_text, is_empty, empty_text) {
        Some(ContentPart::OutputText(part)) => change(&mut part.text),
        Some(ContentPart::Text(part)) => change(&mut part.text),
        _ => {}
    }
}

fn with_refusal(
    slots: &mut Slots,
    place: Place<'_>,
    part: Option<i64>,
    change: impl FnOnce(&mut String),
) {
    let Some(parts) = parts(slots, place) else {
        return;
    };
    let is_refusal = |part: &ContentPart| matches!(part, ContentPart::Refusal(_));
    if let Some(ContentPart::Refusal(part)) = pick(parts, part, is_refusal, is_empty, || {
        Refusal::new("").into()
    }) {
        change(&mut part.refusal);
    }
}

fn reasoning_item<'a>(slots: &'a mut Slots, place: Place<'_>) -> Option<&'a mut ReasoningItem> {
    let fits = |item: &Item| matches!(item, Item::Reasoning(_));
    let make = || ReasoningItem::new(Vec::<SummaryText>::new()).into();
    match slots.open(place, fits, Some(make))? {
        Item::Reasoning(item) => Some(item),
        _ => None,
    }
}

fn with_summary(
    slots: &mut Slots,
    place: Place<'_>,
    part: Option<i64>,
    change: impl FnOnce(&mut String),
) {
    if let Some(item) = reasoning_item(slots, place)
        && let Some(part) = pick(
            &mut item.summary,
            part,
            |_| true,
            |_| false,
            || SummaryText::new(""),
        )
    {
        change(&mut part.text);
    }
}

fn with_reasoning(
    slots: &mut Slots,
    place: Place<'_>,
    part: Option<i64>,
    change: impl FnOnce(&mut String),
) {
    if let Some(item) = reasoning_item(slots, place) {
        let content = item.content.get_or_insert_default();
        if let Some(part) = pick(
            content,
            part,
            |_| true,
            |_| false,
            || ReasoningText::new(""),
        ) {
            change(&mut part.text);
        }
    }
}

/// Stores a part that began or is done, without losing text from its deltas.
fn put_part(slots: &mut Slots, place: Place<'_>, index: Option<i64>, part: &ContentPart) {
    match part {
        ContentPart::ReasoningText(part) => {
            with_reasoning(slots, place, index, |text| settle(text, &part.text));
        }
        ContentPart::SummaryText(part) => {
            with_summary(slots, place, index, |text| settle(text, &part.text));
        }
        _ => {
            let Some(parts) = parts(slots, place) else {
                return;
            };
            let same = std::mem::discriminant(part);
            let is_same = |other: &ContentPart| std::mem::discriminant(other) == same;
            if let Some(slot) = pick(parts, index, is_same, is_empty, || part.clone())
                && !is_empty(part)
            {
                *slot = part.clone();
            }
        }
    }
}

fn is_empty(part: &ContentPart) -> bool {
    match part {
        ContentPart::OutputText(part) => part.text.is_empty(),
        ContentPart::Text(part) => part.text.is_empty(),
        ContentPart::Refusal(part) => part.refusal.is_empty(),
        _ => false,
    }
}

fn empty_text() -> ContentPart {
    OutputText::new("").into()
}

/// Returns the part at an index, or the last fitting part if there is no index. Creates the part if
/// there is none. Replaces an empty placeholder, but keeps a part that has text.
fn pick<T>(
    list: &mut Vec<T>,
    index: Option<i64>,
    fits: impl Fn(&T) -> bool,
    is_blank: impl Fn(&T) -> bool,
    make: impl Fn() -> T,
) -> Option<&mut T> {
    let last = |list: &[T]| list.iter().rposition(&fits).unwrap_or(list.len());
    let mut index = match index {
        Some(index) => usize::try_from(index).ok()?,
        None => last(list),
    };
    if let Some(part) = list.get_mut(index)
        && !fits(part)
    {
        if is_blank(part) {
            *part = make();
        } else {
            index = last(list);
        }
    }
    while list.len() <= index {
        list.push(make());
    }
    list.get_mut(index)
}
