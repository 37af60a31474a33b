//! The items of a response in progress.

use oci_genai_api::Extra;

use super::identity::{
    are_different_calls, are_named_alike, id, is_hollow, same_kind, say_the_same,
};
use super::merge;
use crate::types::{ContentPart, Item, Message, MessageContent, ReasoningItem};

/// Limits the memory that a broken stream can use. No real response has more items.
const MAX_ITEMS: usize = 4096;

/// The item that an event names. Servers omit either member, or give two items the same index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    index: Option<i64>,
    item_id: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Returns the place of an item that begins or ends.
    pub(super) fn of_item(extra: &Extra, index: i64) -> Self {
        Self {
            index: given(extra, "output_index", index),
            item_id: None,
        }
    }

    /// Returns the place of an event within an item.
    pub(super) fn of_delta(extra: &Extra, index: i64, item_id: &'a str) -> Self {
        Self {
            item_id: Some(item_id).filter(|id| !id.is_empty()),
            ..Self::of_item(extra, index)
        }
    }
}

/// Returns an index, unless it is missing or out of range.
pub(super) fn given(extra: &Extra, name: &str, index: i64) -> Option<i64> {
    let fits = usize::try_from(index).is_ok_and(|index| index < MAX_ITEMS);
    // A missing index is read as 0.
    (fits && (index != 0 || !extra.is_missing(name))).then_some(index)
}

/// The items so far, in output order.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots(Vec<Slot>);

#[derive(Clone, Debug)]
pub(super) struct Slot {
    index: Option<i64>,
    /// The id that deltas use, or the item's own.
    id: Option<String>,
    pub(super) item: Item,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Only deltas of it were received.
    Unannounced,
    Begun,
    Done,
}

impl Slot {
    fn is_open(&self) -> bool {
        self.state != State::Done
    }

    /// Returns `true` if a delta with this id may belong here. Some servers use other ids in the
    /// events of an item than in the item, so an announced item accepts them.
    fn takes(&self, item_id: Option<&str>) -> bool {
        match (self.id.as_deref(), item_id) {
            (Some(own), Some(id)) => own == id || self.state == State::Begun,
            _ => true,
        }
    }

    /// Returns `true` if ids show that it is another item.
    fn speaks_against(&self, item: &Item) -> bool {
        let own = self.id.as_deref();
        own.zip(id(item)).is_some_and(|(own, id)| own != id)
            || are_different_calls(&self.item, item)
    }

    /// Replaces the item with an event's whole item, without losing earlier data.
    fn replace(&mut self, item: &Item) {
        let former = std::mem::replace(&mut self.item, item.clone());
        merge::fill_item(&mut self.item, former);
        if let Some(id) = id(item) {
            self.id = Some(id.to_owned());
        }
    }
}

impl Slots {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns `true` if there are items and all of them are done.
    pub(super) fn are_done(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|slot| slot.state == State::Done)
    }

    pub(super) fn into_items(self) -> Vec<Item> {
        self.0.into_iter().map(|slot| slot.item).collect()
    }

    /// Returns the items that are not empty.
    pub(super) fn into_telling_items(self) -> impl Iterator<Item = Item> {
        self.into_items()
            .into_iter()
            .filter(|item| !is_hollow(item))
    }

    /// Records that an item began.
    pub(super) fn begin(&mut self, place: Place<'_>, item: &Item) {
        let known = self.named_as(item).or_else(|| {
            // A matching index identifies the item only if nothing contradicts it.
            self.position(|slot| {
                place.index.is_some()
                    && slot.index == place.index
                    && slot.is_open()
                    && same_kind(&slot.item, item)
                    && !slot.speaks_against(item)
            })
        });
        match known.and_then(|at| self.0.get_mut(at)) {
            Some(slot) => {
                slot.replace(item);
                if slot.state == State::Unannounced {
                    slot.state = State::Begun;
                }
            }
            None => {
                self.insert(place, id(item), item.clone(), State::Begun);
            }
        }
    }

    /// Records that an item is done. The finished item takes precedence over its deltas.
    pub(super) fn end(&mut self, place: Place<'_>, item: &Item) {
        let is_it = |slot: &Slot| {
            slot.is_open()
                && same_kind(&slot.item, item)
                && (!slot.speaks_against(item) || is_renamed(&slot.item, item))
        };
        let known = self
            .named_as(item)
            .or_else(|| {
                self.position(|slot| {
                    place.index.is_some() && slot.index == place.index && is_it(slot)
                })
            })
            .or_else(|| {
                self.position(|slot| (place.index.is_none() || slot.index.is_none()) && is_it(slot))
            })
            .or_else(|| {
                // The same event again.
                self.position(|slot| {
                    slot.index == place.index && !slot.is_open() && slot.item == *item
                })
            });
        match known.and_then(|at| self.0.get_mut(at)) {
            Some(slot) => {
                slot.replace(item);
                slot.state = State::Done;
            }
            None => {
                self.insert(place, id(item), item.clone(), State::Done);
            }
        }
    }

    /// Returns the text for a delta in the common case: the last item is an open message with this
    /// id and has the part.
    #[inline]
    pub(super) fn growing_text(&mut self, item_id: &str, part: i64) -> Option<&mut String> {
        let slot = self.0.last_mut()?;
        if !slot.is_open() || slot.id.as_deref() != Some(item_id) {
            return None;
        }
        let Item::Message(Message {
            content: MessageContent::Parts(parts),
            ..
        }) = &mut slot.item
        else {
            return None;
        };
        // A missing index is read as 0, so among several parts 0 is ambiguous.
        if part == 0 && parts.len() > 1 {
            return None;
        }
        match parts.get_mut(usize::try_from(part).ok()?)? {
            ContentPart::OutputText(part) => Some(&mut part.text),
            _ => None,
        }
    }

    /// Returns the open item that a delta belongs to. `fits` selects the kinds. `make` creates the
    /// item if its beginning was not received.
    pub(super) fn open(
        &mut self,
        place: Place<'_>,
        fits: fn(&Item) -> bool,
        make: Option<fn() -> Item>,
    ) -> Option<&mut Item> {
        let at = self.find_open(place, fits);
        let at = match at {
            Some(at) => at?,
            None => self.insert(place, place.item_id, make?(), State::Unannounced)?,
        };
        let slot = self.0.get_mut(at)?;
        if slot.id.is_none() {
            slot.id = place.item_id.map(str::to_owned);
        }
        if slot.state == State::Unannounced
            && let Item::Message(Message { id, .. }) | Item::Reasoning(ReasoningItem { id, .. }) =
                &mut slot.item
            && id.is_none()
        {
            id.clone_from(&slot.id);
        }
        Some(&mut slot.item)
    }

    /// Returns `Some(None)` if the item is known but accepts no delta.
    fn find_open(&self, place: Place<'_>, fits: fn(&Item) -> bool) -> Option<Option<usize>> {
        // In the common case the open item is the last one.
        if let Some(item_id) = place.item_id
            && let Some(at) = self
                .0
                .iter()
                .rposition(|slot| slot.id.as_deref() == Some(item_id))
        {
            let takes = self
                .0
                .get(at)
                .is_some_and(|slot| slot.is_open() && fits(&slot.item));
            return Some(takes.then_some(at));
        }
        let takes = |slot: &Slot| slot.is_open() && fits(&slot.item) && slot.takes(place.item_id);
        if place.index.is_some() {
            let here = |slot: &&Slot| slot.index == place.index;
            let open = self.0.iter().rposition(|slot| here(&slot) && takes(slot));
            // A delta after the end of its item adds nothing.
            let is_late = place.item_id.is_none()
                && self
                    .0
                    .iter()
                    .any(|slot| here(&slot) && !slot.is_open() && fits(&slot.item));
            return match open {
                Some(at) => Some(Some(at)),
                None if is_late => Some(None),
                None => None,
            };
        }
        self.0.iter().rposition(takes).map(Some)
    }

    /// Returns the item with the same id.
    fn named_as(&self, item: &Item) -> Option<usize> {
        self.position(|slot| {
            let by_deltas = slot.state == State::Unannounced
                && same_kind(&slot.item, item)
                && id(item).is_some_and(|id| slot.id.as_deref() == Some(id));
            by_deltas || are_named_alike(&slot.item, item)
        })
    }

    fn position(&self, is_it: impl FnMut(&Slot) -> bool) -> Option<usize> {
        self.0.iter().position(is_it)
    }

    /// Inserts an item at its index, after earlier items with the same index.
    fn insert(
        &mut self,
        place: Place<'_>,
        id: Option<&str>,
        item: Item,
        state: State,
    ) -> Option<usize> {
        if self.0.len() >= MAX_ITEMS {
            return None;
        }
        let later = |slot: &Slot| {
            slot.index
                .zip(place.index)
                .is_some_and(|(one, new)| one > new)
        };
        let at = self.position(later).unwrap_or(self.0.len());
        self.0.insert(
            at,
            Slot {
                index: place.index,
                id: id.map(str::to_owned),
                item,
                state,
            },
        );
        Some(at)
    }
}

/// Returns `true` if a done item may be an open one with another id. Some servers generate new ids
/// for each event, but never new call ids.
fn is_renamed(open: &Item, done: &Item) -> bool {
    !are_different_calls(open, done) && (is_hollow(open) || say_the_same(open, done))
}
