//! Puts a response together from its events.

use crate::types::{
    ContentPart, IncompleteDetails, IncompleteReason, Item, Message, MessageContent, OutputText,
    ReasoningItem, ReasoningText, Refusal, Response, ResponseStatus, Role, StreamEvent,
    SummaryText,
};

/// No response has more output items, or an item more parts. Keeps a broken index from taking memory.
const MAX_INDEX: i64 = 4096;

/// Why an accumulated response is incomplete when its stream did not say.
const INTERRUPTED: &str = "stream_interrupted";

/// Puts a [`Response`] together from the events of its stream.
///
/// The events that carry the whole response are taken over as they are; in between, deltas are
/// applied to what is there. Events that come twice, late or without those that should have come
/// before do no harm.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    base: Option<Response>,
    items: Vec<Option<Item>>,
    finished: bool,
}

impl Accumulator {
    /// Nothing received.
    pub fn new() -> Self {
        Self::default()
    }

    /// The response's id, once an event has told it.
    pub fn response_id(&self) -> Option<&str> {
        self.base.as_ref().map(|response| response.id.as_str())
    }

    /// Whether the stream has said that the response is over.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether anything was received at all.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.items.is_empty()
    }

    /// The response as far as it has come. One that is not over is marked `incomplete`. `None` if
    /// nothing was received.
    pub fn response(&self) -> Option<Response> {
        self.clone().into_response()
    }

    /// The response as far as it has come, by value.
    pub fn into_response(self) -> Option<Response> {
        if self.finished {
            return self.base;
        }
        if self.is_empty() {
            return None;
        }
        let mut response = self
            .base
            .unwrap_or_else(|| Response::new("", 0, "", Vec::<Item>::new()));
        response.output = self.items.into_iter().flatten().collect();
        response.status = Some(ResponseStatus::Incomplete);
        let mut details = IncompleteDetails::new();
        details.reason = Some(IncompleteReason::from(INTERRUPTED));
        response.incomplete_details = Some(details);
        Some(response)
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &StreamEvent) {
        if self.finished {
            return;
        }
        match event {
            StreamEvent::Created(e) => self.begin(&e.response),
            StreamEvent::Queued(e) => self.begin(&e.response),
            StreamEvent::InProgress(e) => self.begin(&e.response),
            StreamEvent::Completed(e) => self.finish(&e.response),
            StreamEvent::Incomplete(e) => self.finish(&e.response),
            StreamEvent::Failed(e) => self.finish(&e.response),
            StreamEvent::OutputItemAdded(e) => self.put_item(e.output_index, &e.item),
            StreamEvent::OutputItemDone(e) => self.put_item(e.output_index, &e.item),
            StreamEvent::ContentPartAdded(e) => {
                self.put_part(e.output_index, e.content_index, &e.part);
            }
            StreamEvent::ContentPartDone(e) => {
                self.put_part(e.output_index, e.content_index, &e.part);
            }
            _ => self.apply_delta(event),
        }
    }

    fn apply_delta(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::OutputTextDelta(e) => {
                if let Some(part) = self.text(e.output_index, e.content_index) {
                    part.text.push_str(&e.delta);
                }
            }
            StreamEvent::OutputTextDone(e) => {
                if let Some(part) = self.text(e.output_index, e.content_index) {
                    part.text.clone_from(&e.text);
                }
            }
            StreamEvent::RefusalDelta(e) => {
                if let Some(part) = self.refusal(e.output_index, e.content_index) {
                    part.refusal.push_str(&e.delta);
                }
            }
            StreamEvent::RefusalDone(e) => {
                if let Some(part) = self.refusal(e.output_index, e.content_index) {
                    part.refusal.clone_from(&e.refusal);
                }
            }
            StreamEvent::FunctionCallArgumentsDelta(e) => {
                if let Some(Item::FunctionCall(call)) = self.item(e.output_index) {
                    call.arguments.push_str(&e.delta);
                }
            }
            StreamEvent::FunctionCallArgumentsDone(e) => {
                if let Some(Item::FunctionCall(call)) = self.item(e.output_index) {
                    call.arguments.clone_from(&e.arguments);
                }
            }
            StreamEvent::ReasoningSummaryTextDelta(e) => {
                if let Some(part) = self.summary(e.output_index, e.summary_index) {
                    part.text.push_str(&e.delta);
                }
            }
            StreamEvent::ReasoningSummaryTextDone(e) => {
                if let Some(part) = self.summary(e.output_index, e.summary_index) {
                    part.text.clone_from(&e.text);
                }
            }
            StreamEvent::ReasoningTextDelta(e) => {
                if let Some(part) = self.reasoning(e.output_index, e.content_index) {
                    part.text.push_str(&e.delta);
                }
            }
            StreamEvent::ReasoningTextDone(e) => {
                if let Some(part) = self.reasoning(e.output_index, e.content_index) {
                    part.text.clone_from(&e.text);
                }
            }
            StreamEvent::CustomToolCallInputDelta(e) => {
                if let Some(Item::CustomToolCall(call)) = self.item(e.output_index) {
                    call.input.push_str(&e.delta);
                }
            }
            StreamEvent::McpCallArgumentsDelta(e) => {
                if let Some(Item::McpCall(call)) = self.item(e.output_index) {
                    call.arguments.push_str(&e.delta);
                }
            }
            StreamEvent::CodeInterpreterCallCodeDelta(e) => {
                if let Some(Item::CodeInterpreterCall(call)) = self.item(e.output_index) {
                    call.code.get_or_insert_default().push_str(&e.delta);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, response: &Response) {
        // The second of these events says what the first one said.
        if self.base.is_none() {
            self.base = Some(response.clone());
        }
    }

    fn finish(&mut self, response: &Response) {
        self.base = Some(response.clone());
        self.items = Vec::new();
        self.finished = true;
    }

    fn slot(&mut self, index: i64) -> Option<&mut Option<Item>> {
        slot(&mut self.items, index)
    }

    fn item(&mut self, index: i64) -> Option<&mut Item> {
        self.slot(index)?.as_mut()
    }

    fn put_item(&mut self, index: i64, item: &Item) {
        if let Some(slot) = self.slot(index) {
            *slot = Some(item.clone());
        }
    }

    /// The parts of a message, which is made if it never began.
    fn parts(&mut self, index: i64) -> Option<&mut Vec<ContentPart>> {
        let item = self
            .slot(index)?
            .get_or_insert_with(|| Message::new(Role::Assistant, Vec::new()).into());
        match item {
            Item::Message(message) => match &mut message.content {
                MessageContent::Parts(parts) => Some(parts),
                _ => None,
            },
            _ => None,
        }
    }

    fn put_part(&mut self, index: i64, content_index: i64, part: &ContentPart) {
        if let Some(parts) = self.parts(index)
            && let Some(slot) = grow(parts, content_index, empty_text)
        {
            *slot = part.clone();
        }
    }

    fn text(&mut self, index: i64, content_index: i64) -> Option<&mut OutputText> {
        match grow(self.parts(index)?, content_index, empty_text)? {
            ContentPart::OutputText(part) => Some(part),
            _ => None,
        }
    }

    fn refusal(&mut self, index: i64, content_index: i64) -> Option<&mut Refusal> {
        let parts = self.parts(index)?;
        match grow(parts, content_index, || Refusal::new("").into())? {
            ContentPart::Refusal(part) => Some(part),
            _ => None,
        }
    }

    fn reasoning_item(&mut self, index: i64) -> Option<&mut ReasoningItem> {
        let item = self
            .slot(index)?
            .get_or_insert_with(|| ReasoningItem::new(Vec::<SummaryText>::new()).into());
        match item {
            Item::Reasoning(item) => Some(item),
            _ => None,
        }
    }

    fn summary(&mut self, index: i64, summary_index: i64) -> Option<&mut SummaryText> {
        let item = self.reasoning_item(index)?;
        grow(&mut item.summary, summary_index, || SummaryText::new(""))
    }

    fn reasoning(&mut self, index: i64, content_index: i64) -> Option<&mut ReasoningText> {
        let item = self.reasoning_item(index)?;
        let content = item.content.get_or_insert_default();
        grow(content, content_index, || ReasoningText::new(""))
    }
}

fn empty_text() -> ContentPart {
    OutputText::new("").into()
}

fn slot(items: &mut Vec<Option<Item>>, index: i64) -> Option<&mut Option<Item>> {
    grow(items, index, || None)
}

/// The element at `index`, the list filled up to it.
fn grow<T>(list: &mut Vec<T>, index: i64, mut fill: impl FnMut() -> T) -> Option<&mut T> {
    if !(0..MAX_INDEX).contains(&index) {
        return None;
    }
    let index = usize::try_from(index).ok()?;
    while list.len() <= index {
        list.push(fill());
    }
    list.get_mut(index)
}
