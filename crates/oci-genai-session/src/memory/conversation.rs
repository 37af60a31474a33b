//! Memory in a conversation on the service.
//!
//! The conversation is the truth: whatever a failure left unclear is decided by listing its items after the last one
//! known.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{Found, Look, Memory, look_for_response};
use crate::error::{Error, ErrorKind, Result};
use crate::item::{self, Asked};
use crate::journal::Journal;
use crate::service::{Answer, AnswerStatus, Repeat, Service, ServiceError, ServiceErrorKind};
use crate::store::TokenUsage;
use crate::tool::INTERRUPTED;

pub(crate) struct ConversationMemory;

#[async_trait]
impl Memory for ConversationMemory {
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

    async fn look(&self, service: &dyn Service, journal: &Journal) -> Result<Look, ServiceError> {
        let turn = journal.turn();
        let named = look_for_response(service, turn.pending_response_id.as_deref()).await?;
        match named {
            Some(Found::Running) => return Ok(Look::just(Found::Running)),
            Some(Found::Answer(Answer {
                status:
                    AnswerStatus::Failed {
                        is_permanent: true, ..
                    },
                ..
            })) => return Ok(named.map_or_else(|| Look::just(Found::Nothing), Look::just)),
            _ => {}
        }
        let listed = listed_after(service, journal, turn.anchor.clone()).await?;
        let sent = journal.round_input().map_err(unreadable)?;
        let mut look = sort_out(&sent, &listed, &journal.asked());
        // The response itself knows more than its items do: its id, its usage, why it stopped.
        if let (Found::Answer(_), Some(Found::Answer(answer))) = (&look.found, named)
            && !matches!(answer.status, AnswerStatus::Failed { .. })
        {
            look.found = Found::Answer(answer);
        }
        Ok(look)
    }

    async fn tidy(
        &self,
        service: &dyn Service,
        journal: &Journal,
    ) -> Result<Vec<Value>, ServiceError> {
        let Some(conversation) = journal.record().conversation_id.as_deref() else {
            return Ok(Vec::new());
        };
        let listed = listed_after(service, journal, journal.turn().base.clone()).await?;
        let sent = journal.first_input().map_err(unreadable)?;
        let Some(start) = position_of(&sent, &listed) else {
            return Ok(Vec::new());
        };
        let mut ours = listed[start..].to_vec();
        let asked = journal.asked();
        if !ours.iter().any(|item| asked.question(item).is_some()) {
            for id in ours.iter().filter_map(item::id) {
                let options = journal.send_options(Repeat::IfTurnedAway);
                service.delete_item(conversation, id, options).await?;
            }
            return Ok(Vec::new());
        }
        // Tools may have run: that stays, but not what the service had only begun, and every question gets its answer.
        let begun: Vec<String> = ours
            .iter()
            .filter(|item| item::is_unfinished(item) && asked.question(item).is_none())
            .chain(item::without_result(&ours))
            .filter_map(item::id)
            .map(str::to_owned)
            .collect();
        for id in &begun {
            let options = journal.send_options(Repeat::IfTurnedAway);
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
            let options = journal.send_options(Repeat::IfTurnedAway);
            ours.extend(service.add_items(conversation, outputs, options).await?);
        }
        Ok(ours)
    }
}

fn unreadable(error: Error) -> ServiceError {
    ServiceError::new(ServiceErrorKind::Refused, "the journal cannot be read").with_source(error)
}

/// The items after an anchor; all after the last known one when the service has lost the anchor itself.
async fn listed_after(
    service: &dyn Service,
    journal: &Journal,
    anchor: Option<String>,
) -> Result<Vec<Value>, ServiceError> {
    let Some(conversation) = journal.record().conversation_id.as_deref() else {
        return Ok(Vec::new());
    };
    let had_anchor = anchor.is_some();
    let mut listed = match service.items_after(conversation, anchor).await {
        Err(error) if had_anchor && error.kind() == ServiceErrorKind::NotFound => {
            service.items_after(conversation, None).await?
        }
        result => return result,
    };
    let known = journal.known_item_ids().await.map_err(unreadable)?;
    let is_known = |item: &Value| item::id(item).is_some_and(|id| known.iter().any(|k| k == id));
    let new = listed.iter().rposition(is_known).map_or(0, |last| last + 1);
    Ok(listed.split_off(new))
}

/// Where the items sent stand in the list, if all of them do, one after the other. The last such place, because
/// an earlier turn may have said the same.
fn position_of(sent: &[Value], listed: &[Value]) -> Option<usize> {
    if sent.is_empty() {
        return None;
    }
    let fits = |start: &usize| {
        sent.iter()
            .zip(&listed[*start..])
            .all(|(sent, stored)| item::is_stored_form(sent, stored))
    };
    (0..=listed.len().checked_sub(sent.len())?).rev().find(fits)
}

/// Where a first part of the items sent stands at the very end of the list.
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

/// Whether an item was put in rather than written by the model.
fn is_input(item: &Value) -> bool {
    let role = item::text(item, "role").unwrap_or("assistant");
    item::answered_call(item).is_some() || (item::kind(item) == "message" && role != "assistant")
}

/// Tells what of a round is among the items that came after its anchor.
fn sort_out(sent: &[Value], listed: &[Value], asked: &Asked) -> Look {
    let ids = |items: &[Value]| {
        items
            .iter()
            .filter_map(item::id)
            .map(str::to_owned)
            .collect()
    };
    let (start, found) = match position_of(sent, listed) {
        Some(start) => {
            let output = &listed[start + sent.len()..];
            // What somebody else asked afterwards is no part of the answer.
            let end = output.iter().position(is_input).unwrap_or(output.len());
            let output = &output[..end];
            // Without an item the answer was never stored, and thoughts alone are no answer.
            let whole = output.last().is_some_and(item::may_be_last)
                && !output.iter().any(item::is_unfinished);
            let found = if whole {
                Found::Answer(Answer {
                    response_id: None,
                    status: AnswerStatus::Completed,
                    items: output.to_vec(),
                    usage: TokenUsage::default(),
                })
            } else {
                Found::Part(ids(&listed[start..]))
            };
            (start, found)
        }
        None => match cut_off_at(sent, listed) {
            Some(start) => (start, Found::Part(ids(&listed[start..]))),
            None => (listed.len(), Found::Nothing),
        },
    };
    let foreign = &listed[..start];
    Look {
        found,
        foreign: foreign.last().and_then(item::id).map(str::to_owned),
        foreign_questions: asked.open(foreign).into_iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(sent: &[Value], listed: &[Value]) -> Look {
        sort_out(sent, listed, &Asked::default())
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
            Look::just(Found::Nothing)
        );
    }

    #[test]
    fn a_whole_round_is_an_answer() {
        let listed = [stored("1", item::user_message("a")), answer("2", "b")];
        let Found::Answer(found) = sorted(&[item::user_message("a")], &listed).found else {
            panic!("not taken for an answer");
        };
        assert_eq!(found.items, listed[1..]);
    }

    #[test]
    fn input_alone_thoughts_alone_and_a_cut_message_are_parts() {
        let sent = [item::user_message("a")];
        let question = stored("1", item::user_message("a"));
        let thought = json!({ "type": "reasoning", "id": "2", "summary": [] });
        let mut cut = answer("3", "half");
        cut["status"] = json!("in_progress");
        for (listed, ids) in [
            (vec![question.clone()], vec!["1"]),
            (vec![question.clone(), thought.clone()], vec!["1", "2"]),
            (vec![question.clone(), thought, cut], vec!["1", "2", "3"]),
            // A search whose finding was never told is no answer either.
            (
                vec![
                    question,
                    json!({ "type": "web_search_call", "id": "2", "status": "completed" }),
                ],
                vec!["1", "2"],
            ),
        ] {
            let ids = ids.into_iter().map(str::to_owned).collect();
            assert_eq!(sorted(&sent, &listed), Look::just(Found::Part(ids)));
        }
    }

    #[test]
    fn half_of_the_input_is_a_part() {
        let sent = [item::call_output("a", "1"), item::call_output("b", "2")];
        let listed = [stored("1", sent[0].clone())];
        assert_eq!(
            sorted(&sent, &listed).found,
            Found::Part(vec!["1".to_owned()])
        );
    }

    #[test]
    fn items_of_others_are_passed_over_and_their_open_calls_told() {
        let foreign = [
            stored("1", item::user_message("somebody else's")),
            stored(
                "2",
                json!({ "type": "function_call", "call_id": "call_9", "name": "f", "arguments": "{}" }),
            ),
        ];
        let look = sorted(&[item::user_message("mine")], &foreign);
        assert_eq!(look.found, Found::Nothing);
        assert_eq!(look.foreign.as_deref(), Some("2"));
        assert_eq!(look.foreign_questions, foreign[1..]);
        let mut listed = foreign.to_vec();
        listed.extend([stored("3", item::user_message("mine")), answer("4", "b")]);
        let look = sorted(&[item::user_message("mine")], &listed);
        assert!(matches!(look.found, Found::Answer(_)));
        assert_eq!(look.foreign.as_deref(), Some("2"));
    }
}
