//! History in a conversation on the service.
//!
//! The conversation is the source of truth. After a failure, the session lists the items after the
//! last known one to find out what happened.

use std::ops::Range;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{History, Inspection, RoundState, look_for_response};
use crate::backend::{
    Backend, BackendError, BackendErrorKind, BackendRetry, ModelResponse, ModelResponseStatus,
};
use crate::error::{Error, ErrorKind, Result};
use crate::item::{self, PendingCalls};
use crate::journal::Journal;
use crate::store::TokenUsage;
use crate::tool::INTERRUPTED;

pub(crate) struct ConversationHistory;

#[async_trait]
impl History for ConversationHistory {
    async fn compose(&self, journal: &Journal, request: &mut Map<String, Value>) -> Result<()> {
        let id = journal.record().conversation_id.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                "the session has no conversation on the service",
            )
        })?;
        request.insert("conversation".to_owned(), Value::String(id.clone()));
        request.insert("input".to_owned(), Value::Array(journal.round_input()?));
        Ok(())
    }

    async fn inspect(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Inspection, BackendError> {
        let turn = journal.turn();
        let named = look_for_response(service, turn.pending_response_id.as_deref()).await?;
        match named {
            Some(RoundState::Running) => return Ok(Inspection::of(RoundState::Running)),
            Some(RoundState::Complete(ModelResponse {
                status:
                    ModelResponseStatus::Failed {
                        is_permanent: true, ..
                    },
                ..
            })) => {
                return Ok(named.map_or_else(|| Inspection::of(RoundState::Absent), Inspection::of));
            }
            _ => {}
        }
        let mut look = self.landed(service, journal).await?;
        // The response has more information than its items: its id, its usage, and why it stopped.
        if let (RoundState::Complete(found), Some(RoundState::Complete(answer))) =
            (&look.found, named)
            && !matches!(answer.status, ModelResponseStatus::Failed { .. })
            && (look.copies.is_empty() || is_same(&found.items, &answer.items))
        {
            look.found = RoundState::Complete(answer);
        }
        Ok(look)
    }

    async fn landed(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Inspection, BackendError> {
        let listed = listed_after(service, journal, journal.turn().anchor.clone()).await?;
        let sent = journal.round_input().map_err(unreadable)?;
        let was_resent = journal.was_resent(journal.turn().round);
        Ok(sort_out(
            &sent,
            &listed,
            &journal.pending_calls(),
            was_resent,
        ))
    }

    async fn clean_up(
        &self,
        service: &dyn Backend,
        journal: &Journal,
    ) -> Result<Vec<Value>, BackendError> {
        let Some(conversation) = journal.record().conversation_id.as_deref() else {
            return Ok(Vec::new());
        };
        let listed = listed_after(service, journal, journal.turn().base.clone()).await?;
        let sent = journal.first_input().map_err(unreadable)?;
        let mut places = places_of(&sent, &listed);
        // What was sent again may stand there more than once: all of it goes.
        let start = match journal.was_resent(0) {
            true => places.next(),
            false => places.last(),
        };
        let Some(start) = start else {
            return Ok(Vec::new());
        };
        let mut ours = listed[start..].to_vec();
        let asked = journal.pending_calls();
        if !ours.iter().any(|item| asked.question(item).is_some()) {
            for id in ours.iter().filter_map(item::id) {
                let options = journal.send_options(BackendRetry::IfRejected);
                service.delete_item(conversation, id, options).await?;
            }
            return Ok(Vec::new());
        }
        // Tools may have run, so their calls stay. Items that the service had not finished are
        // deleted, and every open call gets an output.
        let begun: Vec<String> = ours
            .iter()
            .filter(|item| item::is_unfinished(item) && asked.question(item).is_none())
            .chain(item::without_result(&ours))
            .filter_map(item::id)
            .map(str::to_owned)
            .collect();
        for id in &begun {
            let options = journal.send_options(BackendRetry::IfRejected);
            service.delete_item(conversation, id, options).await?;
        }
        ours.retain(|item| !item::id(item).is_some_and(|id| begun.iter().any(|b| b == id)));
        let outputs: Vec<Value> = asked
            .open(&ours)
            .into_iter()
            .map(|question| {
                let id = asked.question(question).unwrap_or_default();
                let done = journal
                    .place_of(question)
                    .and_then(|place| journal.output_of(place, id));
                item::substitute(question, done.unwrap_or(INTERRUPTED))
            })
            .collect();
        if !outputs.is_empty() {
            let options = journal.send_options(BackendRetry::IfRejected);
            ours.extend(service.add_items(conversation, outputs, options).await?);
        }
        Ok(ours)
    }
}

fn unreadable(error: Error) -> BackendError {
    BackendError::new(BackendErrorKind::Rejected, "could not read the journal").with_source(error)
}

/// Returns the items after an anchor, or those after the last known item if the service has lost
/// the anchor.
async fn listed_after(
    service: &dyn Backend,
    journal: &Journal,
    anchor: Option<String>,
) -> Result<Vec<Value>, BackendError> {
    let Some(conversation) = journal.record().conversation_id.as_deref() else {
        return Ok(Vec::new());
    };
    let had_anchor = anchor.is_some();
    let mut listed = match service.items_after(conversation, anchor).await {
        Err(error) if had_anchor && error.kind() == BackendErrorKind::NotFound => {
            service.items_after(conversation, None).await?
        }
        result => return result,
    };
    let known = journal.known_item_ids().await.map_err(unreadable)?;
    let is_known = |item: &Value| item::id(item).is_some_and(|id| known.iter().any(|k| k == id));
    let new = listed.iter().rposition(is_known).map_or(0, |last| last + 1);
    Ok(listed.split_off(new))
}

/// Whether two answers end with the same item.
fn is_same(one: &[Value], other: &[Value]) -> bool {
    let last = |items: &[Value]| items.last().and_then(item::id).map(str::to_owned);
    last(one).is_some() && last(one) == last(other)
}

/// Where the items sent stand in the list, all of them, one after the other.
fn places_of(sent: &[Value], listed: &[Value]) -> impl Iterator<Item = usize> {
    let fits = |start: &usize| {
        sent.iter()
            .zip(&listed[*start..])
            .all(|(sent, stored)| item::is_stored_form(sent, stored))
    };
    let end = match sent.len() {
        0 => 0,
        length => (listed.len() + 1).saturating_sub(length),
    };
    (0..end).filter(fits).collect::<Vec<_>>().into_iter()
}

/// Returns the position of a first part of the sent items at the very end of the list.
fn cut_off_at(sent: &[Value], listed: &[Value]) -> Option<usize> {
    let longest = sent.len().saturating_sub(1).min(listed.len());
    (1..=longest)
        .rev()
        .map(|length| listed.len() - length)
        .find(|start| {
            sent.iter()
                .zip(&listed[*start..])
                .all(|(sent, stored)| item::is_stored_form(sent, stored))
        })
}

/// Returns true if the item is input and not model output.
fn is_input(item: &Value) -> bool {
    let role = item::text(item, "role").unwrap_or("assistant");
    item::answered_call(item).is_some() || (item::kind(item) == "message" && role != "assistant")
}

/// The items of a place that come after what was sent there.
fn output_at(start: usize, sent: &[Value], listed: &[Value]) -> Range<usize> {
    let begin = start + sent.len();
    // What somebody else asked afterwards is no part of the answer.
    let length = listed[begin..].iter().position(is_input);
    begin..length.map_or(listed.len(), |length| begin + length)
}

/// Finds the items of a round among the items after its anchor.
fn sort_out(
    sent: &[Value],
    listed: &[Value],
    asked: &PendingCalls,
    was_resent: bool,
) -> Inspection {
    let ids = |items: &[Value]| {
        items
            .iter()
            .filter_map(item::id)
            .map(str::to_owned)
            .collect()
    };
    let is_whole = |start: &usize| {
        let output = &listed[output_at(*start, sent, listed)];
        // Without an item the answer was never stored, and thoughts alone are no answer.
        output.last().is_some_and(item::may_be_last) && !output.iter().any(item::is_unfinished)
    };
    let places: Vec<usize> = places_of(sent, listed).collect();
    let mut copies = Vec::new();
    let place = match was_resent {
        // Both requests may have landed; the first answer knew nothing of the other.
        true => {
            let whole = places.iter().copied().find(is_whole);
            for other in places
                .iter()
                .filter(|place| whole.is_some_and(|whole| whole != **place))
            {
                copies.extend(ids(&listed[*other..output_at(*other, sent, listed).end]));
            }
            whole.or(places.first().copied())
        }
        // It was sent once at most, and somebody else may have said the same before.
        false => places.last().copied(),
    };
    let (start, found) = match place {
        Some(start) if is_whole(&start) => {
            let answer = ModelResponse {
                response_id: None,
                status: ModelResponseStatus::Completed,
                items: listed[output_at(start, sent, listed)].to_vec(),
                usage: TokenUsage::default(),
            };
            (start, RoundState::Complete(answer))
        }
        Some(start) => (start, RoundState::Partial(ids(&listed[start..]))),
        None => match cut_off_at(sent, listed) {
            Some(start) => (start, RoundState::Partial(ids(&listed[start..]))),
            None => (listed.len(), RoundState::Absent),
        },
    };
    let is_copy = |item: &Value| item::id(item).is_some_and(|id| copies.iter().any(|c| c == id));
    let foreign: Vec<Value> = listed[..start]
        .iter()
        .filter(|item| !is_copy(item))
        .cloned()
        .collect();
    Inspection {
        found,
        foreign: foreign.last().and_then(item::id).map(str::to_owned),
        foreign_questions: asked.open(&foreign).into_iter().cloned().collect(),
        copies,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(sent: &[Value], listed: &[Value]) -> Inspection {
        sort_out(sent, listed, &PendingCalls::default(), false)
    }

    fn stored(id: &str, mut item: Value) -> Value {
        item["id"] = json!(id);
        item["status"] = json!("completed");
        item
    }

    fn answer(id: &str, text: &str) -> Value {
        stored(
            id,
            json!({ "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": text }] }),
        )
    }

    #[test]
    fn a_round_that_never_arrived_is_nothing() {
        assert_eq!(
            sorted(&[item::user_message("a")], &[]),
            Inspection::of(RoundState::Absent)
        );
    }

    #[test]
    fn a_whole_round_is_an_answer() {
        let listed = [stored("1", item::user_message("a")), answer("2", "b")];
        let RoundState::Complete(found) = sorted(&[item::user_message("a")], &listed).found else {
            panic!("not taken for an answer");
        };
        assert_eq!(found.items, listed[1..]);
    }

    #[test]
    fn input_alone_reasoning_alone_and_a_cut_message_are_partial() {
        let sent = [item::user_message("a")];
        let question = stored("1", item::user_message("a"));
        let thought = json!({ "type": "reasoning", "id": "2", "summary": [] });
        let mut cut = answer("3", "half");
        cut["status"] = json!("in_progress");
        for (listed, ids) in [
            (vec![question.clone()], vec!["1"]),
            (vec![question.clone(), thought.clone()], vec!["1", "2"]),
            (vec![question.clone(), thought, cut], vec!["1", "2", "3"]),
            // A search without a reported result is not a complete output either.
            (
                vec![
                    question,
                    json!({ "type": "web_search_call", "id": "2", "status": "completed" }),
                ],
                vec!["1", "2"],
            ),
        ] {
            let ids = ids.into_iter().map(str::to_owned).collect();
            assert_eq!(
                sorted(&sent, &listed),
                Inspection::of(RoundState::Partial(ids))
            );
        }
    }

    #[test]
    fn of_what_was_sent_twice_and_landed_twice_the_first_answer_stays() {
        let question = |id: &str| stored(id, item::user_message("a"));
        let sent = [item::user_message("a")];
        let listed = [
            question("1"),
            answer("2", "b"),
            question("3"),
            answer("4", "c"),
        ];
        let look = sort_out(&sent, &listed, &PendingCalls::default(), true);
        let RoundState::Complete(found) = look.found else {
            panic!("not taken for an answer");
        };
        assert_eq!(found.items, listed[1..2]);
        assert_eq!(look.copies, ["3", "4"]);
        assert_eq!(look.foreign, None);
        // Sent once, only one of them can be ours.
        let look = sorted(&sent, &listed);
        assert_eq!((look.foreign.as_deref(), look.copies.len()), (Some("2"), 0));
        // A question without an answer beside a whole round is a copy, whichever came first.
        let listed = [question("1"), question("2"), answer("3", "b")];
        let look = sort_out(&sent, &listed, &PendingCalls::default(), true);
        assert!(matches!(look.found, RoundState::Complete(_)));
        assert_eq!((look.foreign, look.copies), (None, vec!["1".to_owned()]));
        let look = sort_out(&sent, &listed[..2], &PendingCalls::default(), true);
        assert_eq!(
            look.found,
            RoundState::Partial(vec!["1".to_owned(), "2".to_owned()])
        );
    }

    #[test]
    fn half_of_the_input_is_a_part() {
        let sent = [item::call_output("a", "1"), item::call_output("b", "2")];
        let listed = [stored("1", sent[0].clone())];
        assert_eq!(
            sorted(&sent, &listed).found,
            RoundState::Partial(vec!["1".to_owned()])
        );
    }

    #[test]
    fn items_of_other_writers_are_skipped_and_their_open_calls_reported() {
        let foreign = [
            stored("1", item::user_message("somebody else's")),
            stored(
                "2",
                json!({ "type": "function_call", "call_id": "call_9", "name": "f", "arguments": "{}" }),
            ),
        ];
        let look = sorted(&[item::user_message("mine")], &foreign);
        assert_eq!(look.found, RoundState::Absent);
        assert_eq!(look.foreign.as_deref(), Some("2"));
        assert_eq!(look.foreign_questions, foreign[1..]);
        let mut listed = foreign.to_vec();
        listed.extend([stored("3", item::user_message("mine")), answer("4", "b")]);
        let look = sorted(&[item::user_message("mine")], &listed);
        assert!(matches!(look.found, RoundState::Complete(_)));
        assert_eq!(look.foreign.as_deref(), Some("2"));
    }
}
