//! Assembles a response from its stream events.

mod deltas;
mod identity;
mod merge;
mod slots;

pub(super) use self::identity::{are_named_alike, is_blank};
use self::slots::{Place, Slots};
use crate::types::{
    IncompleteDetails, IncompleteReason, Item, Response, ResponseStatus, StreamEvent,
};

/// Reason given for an incomplete response whose stream did not give one.
const INTERRUPTED: &str = "stream_interrupted";

/// Assembles a [`Response`] from the events of its stream.
///
/// Items and deltas are matched by the id of their item, then by its index. Without either, they
/// belong to the item that began last. The closing event is authoritative, but it never erases
/// earlier data: an item that it lacks is kept. Repeated events, late events and missing earlier
/// events do no harm.
#[derive(Clone, Debug, Default)]
pub struct ResponseAccumulator {
    base: Option<Response>,
    slots: Slots,
    finished: bool,
    /// The closing event lacked data of earlier events.
    completed_by_us: bool,
}

impl ResponseAccumulator {
    /// Creates an empty accumulator.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the response's id, once an event has contained it.
    pub fn response_id(&self) -> Option<&str> {
        let id = self.base.as_ref().map(|response| response.id.as_str());
        id.filter(|id| !id.is_empty())
    }

    /// Returns `true` if the stream has reported the end of the response.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Returns `true` if nothing was received.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.slots.is_empty()
    }

    /// Returns `true` if the response is finished, or if at least one item was received and every
    /// item that began is done. Then a stream that ends without a closing event has delivered all
    /// of it.
    pub fn is_whole(&self) -> bool {
        self.finished || self.slots.are_done()
    }

    /// Returns `true` if the closing event lacked items or members of earlier events.
    pub(crate) const fn was_filled_in(&self) -> bool {
        self.completed_by_us
    }

    /// Returns the response, if it is finished.
    pub(crate) fn finished(&self) -> Option<&Response> {
        self.base.as_ref().filter(|_| self.finished)
    }

    /// Returns the response received so far. One that is not finished is marked `incomplete`.
    /// Returns `None` if nothing was received.
    pub fn response(&self) -> Option<Response> {
        self.clone().into_response()
    }

    /// Returns the response received so far, by value.
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

    /// Returns the response of a stream that ended without a closing event, if every item is done.
    pub(crate) fn whole_response(&self) -> Option<Response> {
        if self.finished || !self.slots.are_done() {
            return None;
        }
        let mut response = self.clone().gathered()?;
        response.status = Some(ResponseStatus::Completed);
        Some(response)
    }

    /// Returns the received data, with the status of the event that opened the stream.
    fn gathered(self) -> Option<Response> {
        if self.is_empty() {
            return None;
        }
        let mut response = self.base.unwrap_or_else(nothing_known);
        response.output = self.slots.into_items();
        Some(response)
    }

    /// Applies an event.
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
            // The second of these events repeats the first, unless the first was sparse.
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

/// Creates a response in which every member is missing, so that nothing is invented when it is
/// serialized.
fn nothing_known() -> Response {
    let nothing = serde_json::Value::Object(serde_json::Map::new());
    serde_json::from_value(nothing).unwrap_or_else(|_| Response::new("", 0, "", Vec::<Item>::new()))
}
