//! A summary in the place of old turns, for memory that the store holds.
//!
//! The model writes the summary while the session stays open to other turns; it takes effect in one write that checks
//! that no other summary came first. Nothing is deleted: the summary only moves the point from which on items go out in
//! full, and a rewind behind it brings them back.

use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::journal::{self, Journal};
use crate::memory;
use crate::service::{AnswerStatus, Repeat, SendOptions, Service, ServiceError, ServiceErrorKind};
use crate::session::Session;
use crate::store::{Batch, ItemRange, MemoryKind, SessionRecord, Store};

/// Items read at a time.
const PAGE: u32 = 500;

const INSTRUCTIONS: &str = "Summarise the conversation so far for your own later use. Keep names, numbers, \
    decisions, open questions and what tools returned. Write plain text only.";

impl Session {
    /// Has the model summarise all but the newest `keep` turns, for Local memory; later requests carry the summary
    /// instead of those turns. Says whether there was anything to summarise.
    ///
    /// [`SessionOptions::compaction`](crate::SessionOptions::compaction) has it done by itself. For a conversation, the
    /// service does the like:
    /// [`SessionOptions::service_compaction`](crate::SessionOptions::service_compaction).
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for other kinds of memory, [`ErrorKind::Refused`] when the model writes no summary,
    /// [`ErrorKind::LeaseLost`] when the session was compacted or rewound meanwhile. The history is then as it was.
    pub async fn compact(&self, keep: u64) -> Result<bool> {
        let id = self.id();
        let record = self.store().session(id).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no session `{id}`"))
        })?;
        if record.memory != MemoryKind::Local {
            let text = "only a session with Local memory is compacted here; for a conversation turn on \
                        `service_compaction` when it is made";
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let Some((end, input)) = what_to_summarise(self.store(), &record, keep).await? else {
            return Ok(false);
        };
        let options = SendOptions::new(Repeat::IfTurnedAway);
        let summary = summarise(self.service(), &record, input, options).await?;
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let mut now = journal.record().clone();
        let unchanged = now.window_start == record.window_start
            && now.summary == record.summary
            && now.next_position >= end;
        let result = if unchanged {
            now.summary = Some(summary);
            now.window_start = end;
            now.failed_summary = None;
            let mut batch = Batch::new(now.clone(), held.lease.fence);
            batch.release = true;
            self.store()
                .apply(&batch)
                .await
                .map_err(Error::from)
                .map(|generation| {
                    now.generation = generation;
                    self.publish(&now);
                    true
                })
        } else {
            let text = "the session's history was changed while the summary was written";
            Err(Error::new(ErrorKind::LeaseLost, text))
        };
        self.store().release(&held.lease).await?;
        result
    }
}

/// Summarises old turns when the session's own policy says so, and says whether it did. A summary that fails leaves the
/// history as it is, and the turn that comes goes on without it.
pub(crate) async fn compact_if_due(journal: &mut Journal, service: &dyn Service) -> Result<bool> {
    let record = journal.record();
    let Some(policy) = record
        .compaction
        .filter(|_| record.memory == MemoryKind::Local)
    else {
        return Ok(false);
    };
    if !memory::exceeds(journal, policy.beyond).await? {
        return Ok(false);
    }
    let store = journal.store().as_ref();
    let Some((end, input)) = what_to_summarise(store, record, policy.keep).await? else {
        return Ok(false);
    };
    let options = journal.send_options(Repeat::IfTurnedAway);
    let bytes = input.iter().map(|item| item.to_string().len() as u64).sum();
    if !is_worth_another_try(bytes, record.failed_summary) {
        return Ok(false);
    }
    match summarise(service, record, input, options).await {
        Ok(summary) => journal.condense(summary, end).await.map(|()| true),
        Err(error) => {
            tracing::warn!(session = %record.id, %error, "old turns were not summarised");
            if may_have_been_paid(&error) {
                journal.note_failed_summary(bytes).await?;
            }
            Ok(false)
        }
    }
}

/// Whether a summary of so many bytes is asked for, after one of another size came to nothing.
fn is_worth_another_try(bytes: u64, failed: Option<u64>) -> bool {
    // Ten elevenths: the history has grown by a tenth since.
    failed.is_none_or(|failed| failed <= bytes / 11 * 10)
}

/// Whether a summary that came to nothing may have cost something: all but one that was never begun.
fn may_have_been_paid(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    let kind = source.and_then(|source| source.downcast_ref::<ServiceError>());
    !kind.is_some_and(|error| {
        let never_begun = [ServiceErrorKind::NotDone, ServiceErrorKind::NotAllowed];
        never_begun.contains(&error.kind())
    })
}

/// The items to be summarised and the position after them: whole turns only.
async fn what_to_summarise(
    store: &dyn Store,
    record: &SessionRecord,
    keep: u64,
) -> Result<Option<(u64, Vec<Value>)>> {
    let ended = record.open_turn.unwrap_or(record.next_turn);
    let last = ended.saturating_sub(keep.saturating_add(1));
    let mut input: Vec<Value> = record.summary.clone().into_iter().collect();
    let mut end = record.window_start;
    'pages: loop {
        let items = store.items(&record.id, ItemRange::from(end, PAGE)).await?;
        if items.is_empty() {
            break;
        }
        for record in &items {
            if record.turn > last {
                break 'pages;
            }
            end = record.position + 1;
            input.extend(as_text(&journal::parse(record)?));
        }
    }
    Ok((end > record.window_start).then_some((end, input)))
}

async fn summarise(
    service: &dyn Service,
    record: &SessionRecord,
    mut input: Vec<Value>,
    options: SendOptions,
) -> Result<Value> {
    input.push(item::user_message(INSTRUCTIONS));
    let mut request = Map::new();
    if let Some(model) = record.defaults.get("model") {
        request.insert("model".to_owned(), model.clone());
    }
    request.insert("store".to_owned(), json!(false));
    request.insert("input".to_owned(), Value::Array(input));
    let answer = service
        .respond(request, options)
        .await
        .map_err(|error| Error::service(ErrorKind::Refused, "the model wrote no summary", error))?;
    let text = item::output_text(&answer.items);
    if answer.status != AnswerStatus::Completed || text.trim().is_empty() {
        return Err(Error::new(ErrorKind::Refused, "the model wrote no summary"));
    }
    Ok(item::user_message(&format!(
        "Summary of the conversation so far:\n{text}"
    )))
}

/// An item in a form that asks nothing of the model: a call here would want an output, a thought its item.
fn as_text(value: &Value) -> Option<Value> {
    let member = |name| item::text(value, name).unwrap_or_default();
    let output = || {
        value
            .get("output")
            .map(Value::to_string)
            .unwrap_or_default()
    };
    let told = match item::kind(value) {
        "message" => return Some(item::without_place(value.clone())),
        "reasoning" | "mcp_list_tools" => return None,
        "function_call" => {
            let (name, arguments) = (member("name"), member("arguments"));
            format!("(The assistant called {name} with {arguments}.)")
        }
        "custom_tool_call" => {
            let (name, input) = (member("name"), member("input"));
            format!("(The assistant called {name} with {input}.)")
        }
        "function_call_output" | "custom_tool_call_output" => {
            format!("(The call returned {}.)", output())
        }
        "mcp_call" => {
            let (name, arguments) = (member("name"), member("arguments"));
            format!(
                "(The assistant called {name} with {arguments}, which returned {}.)",
                output()
            )
        }
        other => format!("({other})"),
    };
    Some(item::user_message(&told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_that_came_to_nothing_is_worth_another_try_when_there_is_a_tenth_more() {
        for (bytes, failed, expected) in [
            (1_000, None, true),
            (1_000, Some(1_000), false),
            (1_099, Some(1_000), false),
            (1_100, Some(1_000), true),
            (500, Some(1_000), false),
            (u64::MAX, Some(u64::MAX), false),
        ] {
            assert_eq!(
                is_worth_another_try(bytes, failed),
                expected,
                "{bytes} {failed:?}"
            );
        }
    }

    #[test]
    fn only_a_summary_that_was_never_begun_costs_nothing() {
        use ServiceErrorKind::{NotAllowed, NotDone, Refused, Unknown, Unusable};
        for (kind, expected) in [
            (NotDone, false),
            (NotAllowed, false),
            (Refused, true),
            (Unknown, true),
            (Unusable, true),
        ] {
            let error = ServiceError::new(kind, "no");
            let error = Error::service(ErrorKind::Refused, "no summary", error);
            assert_eq!(may_have_been_paid(&error), expected, "{kind:?}");
        }
        assert!(may_have_been_paid(&Error::new(
            ErrorKind::Refused,
            "it was empty"
        )));
    }
}
