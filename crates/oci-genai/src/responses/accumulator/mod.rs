//! Puts a response together from its events.

mod deltas;
mod identity;
mod merge;
mod slots;

pub(super) use self::identity::{are_named_alike, is_blank};
use self::slots::{Place, Slots};
use crate::types::{
    IncompleteDetails, IncompleteReason, Item, Response, ResponseStatus, StreamEvent,
};

/// Why an accumulated response is incomplete when its stream did not say.
const INTERRUPTED: &str = "stream_interrupted";

/// Puts a [`Response`] together from the events of its stream.
///
/// Items and deltas are placed by the id of their item, then by its index, and without either at the
/// item that began last. The event that ends the stream is taken over, but it never erases what came
/// before: an item that it lacks stays. Events that come twice, late or without those that should have
/// come before do no harm.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    base: Option<Response>,
    slots: Slots,
    finished: bool,
    /// The closing event lacked something that had come before.
    completed_by_us: bool,
}

impl Accumulator {
    /// Nothing received.
    pub fn new() -> Self {
        Self::default()
    }

    /// The response's id, once an event has told it.
    pub fn response_id(&self) -> Option<&str> {
        let id = self.base.as_ref().map(|response| response.id.as_str());
        id.filter(|id| !id.is_empty())
    }

    /// Whether the stream has said that the response is over.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether anything was received at all.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.slots.is_empty()
    }

    /// Whether at least one item came, and every item that began is done: then a stream that ends
    /// without saying that the response is over has brought all of it.
    pub fn is_whole(&self) -> bool {
        self.finished || self.slots.are_done()
    }

    /// Whether the event that ended the stream lacked items or members that had come before.
    pub(crate) const fn was_filled_in(&self) -> bool {
        self.completed_by_us
    }

    /// The response, if it is over.
    pub(crate) fn finished(&self) -> Option<&Response> {
        self.base.as_ref().filter(|_| self.finished)
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
        let mut response = self.gathered()?;
        response.status = Some(ResponseStatus::Incomplete);
        let mut details = IncompleteDetails::new();
        details.reason = Some(IncompleteReason::from(INTERRUPTED));
        response.incomplete_details = Some(details);
        Some(response)
    }

    /// The response of a stream that ended without saying so, if every item of it is done.
    pub(crate) fn whole_response(&self) -> Option<Response> {
        if self.finished || !self.slots.are_done() {
            return None;
        }
        let mut response = self.clone().gathered()?;
        response.status = Some(ResponseStatus::Completed);
        Some(response)
    }

    /// What came, with the status of the event that opened the stream.
    fn gathered(self) -> Option<Response> {
        if self.is_empty() {
            return None;
        }
        let mut response = self.base.unwrap_or_else(nothing_known);
        response.output = self.slots.into_items();
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
            StreamEvent::Completed(e) => self.finish(&e.response, ResponseStatus::Completed),
            StreamEvent::Incomplete(e) => self.finish(&e.response, ResponseStatus::Incomplete),
            StreamEvent::Failed(e) => self.finish(&e.response, ResponseStatus::Failed),
            StreamEvent::OutputItemAdded(e) => {
                let place = Place::of_item(&e.extra, e.output_index);
                self.slots.begin(place, &e.item);
            }
            StreamEvent::OutputItemDone(e) => {
                let place = Place::of_item(&e.extra, e.output_index);
                self.slots.end(place, &e.item);
            }
            _ => deltas::apply(&mut self.slots, event),
        }
    }

    fn begin(&mut self, response: &Response) {
        match &mut self.base {
            None => self.base = Some(response.clone()),
            // The second of these events says what the first one said, unless that one was sparse.
            Some(base) => {
                merge::fill_head(base, response);
            }
        }
    }

    fn finish(&mut self, response: &Response, status: ResponseStatus) {
        let mut last = response.clone();
        let mut filled = false;
        if let Some(base) = &self.base {
            filled |= merge::fill_head(&mut last, base);
        }
        filled |= merge::fill_output(&mut last.output, std::mem::take(&mut self.slots));
        let running = [ResponseStatus::Queued, ResponseStatus::InProgress];
        if last
            .status
            .as_ref()
            .is_none_or(|status| running.contains(status))
        {
            last.status = Some(status);
            filled = true;
        }
        self.base = Some(last);
        self.completed_by_us = filled;
        self.finished = true;
    }
}

/// A response of which nothing came, so that nothing is made up when it is written.
fn nothing_known() -> Response {
    let nothing = serde_json::Value::Object(serde_json::Map::new());
    serde_json::from_value(nothing).unwrap_or_else(|_| Response::new("", 0, "", Vec::<Item>::new()))
}
