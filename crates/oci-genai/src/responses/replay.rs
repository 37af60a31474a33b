//! Replays a complete response as stream events.

use std::collections::VecDeque;

use crate::types::{
    ContentPart, FunctionCallArgumentsDeltaEvent, Item, Message, MessageContent,
    OutputItemDoneEvent, OutputTextDeltaEvent, RefusalDeltaEvent, Response, ResponseCompletedEvent,
    ResponseFailedEvent, ResponseIncompleteEvent, ResponseStatus, StreamEvent,
};

/// Returns the events that deliver a complete response to a reader that has already received
/// `so_far`: the new text, then the items if none were delivered yet, then the closing event.
pub(super) fn events_of(response: Response, so_far: Option<&Response>) -> VecDeque<StreamEvent> {
    let mut events = VecDeque::new();
    for (index, item) in response.output.iter().enumerate() {
        let output_index = i64::try_from(index).unwrap_or_default();
        let known = so_far.and_then(|so_far| counterpart(&so_far.output, index, item));
        match item {
            Item::Message(message) => {
                let known = match known {
                    Some(Item::Message(known)) => Some(known),
                    _ => None,
                };
                events.extend(of_message(output_index, message, known));
            }
            Item::FunctionCall(call) => {
                let known = match known {
                    Some(Item::FunctionCall(known)) => known.arguments.as_str(),
                    _ => "",
                };
                if let Some(rest) = rest(&call.arguments, known) {
                    let id = call.id.clone().unwrap_or_default();
                    let event = FunctionCallArgumentsDeltaEvent::new(id, output_index, rest);
                    events.push_back(event.into());
                }
            }
            _ => {}
        }
        if so_far.is_none() {
            events.push_back(OutputItemDoneEvent::new(output_index, item.clone()).into());
        }
    }
    events.push_back(closing_event(response));
    events
}

/// Returns the event that would have closed the stream of a response.
fn closing_event(response: Response) -> StreamEvent {
    match response.status {
        Some(ResponseStatus::Failed | ResponseStatus::Cancelled) => {
            ResponseFailedEvent::new(response).into()
        }
        Some(ResponseStatus::Incomplete) => ResponseIncompleteEvent::new(response).into(),
        _ => ResponseCompletedEvent::new(response).into(),
    }
}

/// Returns the earlier item that matches, by id or else by position.
fn counterpart<'a>(came: &'a [Item], index: usize, item: &Item) -> Option<&'a Item> {
    let named = came
        .iter()
        .find(|other| super::accumulator::are_named_alike(other, item));
    named.or_else(|| came.get(index))
}

fn of_message(
    output_index: i64,
    message: &Message,
    known: Option<&Message>,
) -> impl Iterator<Item = StreamEvent> {
    let id = message.id.clone().unwrap_or_default();
    let known = known.map(parts).unwrap_or_default();
    let new = parts(message).into_iter().enumerate();
    let new = new.filter_map(move |(index, (text, is_refusal))| {
        let known = known.get(index).map_or("", |(text, _)| text);
        Some((index, rest(&text, known)?.to_owned(), is_refusal))
    });
    new.collect::<Vec<_>>()
        .into_iter()
        .map(move |(index, text, is_refusal)| {
            let index = i64::try_from(index).unwrap_or_default();
            if is_refusal {
                RefusalDeltaEvent::new(id.clone(), output_index, index, text).into()
            } else {
                OutputTextDeltaEvent::new(id.clone(), output_index, index, text).into()
            }
        })
}

/// Returns the texts of a message's parts, and whether each is a refusal.
fn parts(message: &Message) -> Vec<(String, bool)> {
    match &message.content {
        MessageContent::Parts(parts) => {
            let text = |part: &ContentPart| match part {
                ContentPart::Refusal(part) => (part.refusal.clone(), true),
                part => (part.output_text().unwrap_or_default().to_owned(), false),
            };
            parts.iter().map(text).collect()
        }
        content => vec![(content.output_text().into_owned(), false)],
    }
}

/// Returns the part of a text that is new. Returns `None` if there is none, or if the known text is
/// not its beginning.
fn rest<'a>(text: &'a str, known: &str) -> Option<&'a str> {
    text.strip_prefix(known).filter(|rest| !rest.is_empty())
}
