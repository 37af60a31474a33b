//! Summaries that replace old turns in [`HistoryMode::Client`].
//!
//! The session stays open to other turns while the model writes the summary. A single write then
//! puts the summary in place, after it checks that the history has not changed. Nothing is deleted:
//! the summary only moves the position from which items are sent in full, and a rewind to before
//! that position restores them.

use serde_json::{Map, Value, json};

use crate::backend::{
    Backend, BackendError, BackendErrorKind, BackendRetry, ModelResponseStatus, SendOptions,
};
use crate::error::{Error, ErrorKind, Result};
use crate::history;
use crate::item;
use crate::journal::{self, Journal};
use crate::session::Session;
use crate::store::{Batch, HistoryMode, ItemRange, SessionRecord, Store};

/// Number of items read at a time.
const PAGE: u32 = 500;

const INSTRUCTIONS: &str = "Summarise the conversation so far for your own later use. Keep names, numbers, \
    decisions, open questions and what tools returned. Write plain text only.";

impl Session {
    /// Summarizes all but the newest `keep` turns, in [`HistoryMode::Client`]. Later requests carry
    /// the summary instead of those turns. Returns `false` if there was nothing to summarize.
    ///
    /// [`SessionOptions::compaction`](crate::SessionOptions::compaction) does this automatically.
    /// For a conversation, the service does something similar:
    /// [`SessionOptions::service_compaction`](crate::SessionOptions::service_compaction).
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidInput`] in another history mode, [`ErrorKind::Rejected`] if the
    /// model writes no summary, and [`ErrorKind::LeaseLost`] if the session was compacted or
    /// rewound in the meantime. The history is then unchanged.
    pub async fn compact(&self, keep: u64) -> Result<bool> {
        let id = self.id();
        let record = self.store().session(id).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no session `{id}`"))
        })?;
        if record.history_mode != HistoryMode::Client {
            let text = "could not compact the session: history mode is not `local`; hint: for a \
                        conversation set `service_compaction` when you create it";
            return Err(Error::new(ErrorKind::InvalidInput, text));
        }
        let Some((end, input)) = what_to_summarise(self.store(), &record, keep).await? else {
            return Ok(false);
        };
        let options = SendOptions::new(BackendRetry::IfRejected);
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
            let text = "the session's history changed while the summary was written";
            Err(Error::new(ErrorKind::LeaseLost, text))
        };
        self.store().release(&held.lease).await?;
        result
    }
}

/// Summarises old turns when the session's own policy says so, and says whether it did. A summary
/// that fails leaves the history as it is, and the turn that comes goes on without it.
pub(crate) async fn compact_if_due(journal: &mut Journal, service: &dyn Backend) -> Result<bool> {
    let record = journal.record();
    let Some(policy) = record
        .compaction
        .filter(|_| record.history_mode == HistoryMode::Client)
    else {
        return Ok(false);
    };
    if !history::exceeds(journal, policy.beyond).await? {
        return Ok(false);
    }
    let store = journal.store().as_ref();
    let Some((end, input)) = what_to_summarise(store, record, policy.keep).await? else {
        return Ok(false);
    };
    let options = journal.send_options(BackendRetry::IfRejected);
    let bytes = input.iter().map(|item| item.to_string().len() as u64).sum();
    if !is_worth_another_try(bytes, record.failed_summary) {
        return Ok(false);
    }
    match summarise(service, record, input, options).await {
        Ok(summary) => journal.condense(summary, end).await.map(|()| true),
        Err(error) => {
            tracing::warn!(session = %record.id, %error, "could not summarize old turns");
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

/// Whether a summary that came to nothing may have cost something: all but one that was never
/// begun.
fn may_have_been_paid(error: &Error) -> bool {
    let source = std::error::Error::source(error);
    let kind = source.and_then(|source| source.downcast_ref::<BackendError>());
    !kind.is_some_and(|error| {
        let never_begun = [BackendErrorKind::NotExecuted, BackendErrorKind::NotAllowed];
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
    service: &dyn Backend,
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
    let answer = service.respond(request, options).await.map_err(|error| {
        Error::service(ErrorKind::Rejected, "the model wrote no summary", error)
    })?;
    let text = item::output_text(&answer.items);
    if answer.status != ModelResponseStatus::Completed || text.trim().is_empty() {
        return Err(Error::new(
            ErrorKind::Rejected,
            "the model wrote no summary",
        ));
    }
    Ok(item::user_message(&format!(
        "Summary of the conversation so far:\n{text}"
    )))
}

/// An item in a form that asks nothing of the model: a call here would want an output, a thought
/// its item.
fn as_text(value: &Value) -> Option<Value> {
    let member = |name| item::text(value, name).unwrap_or_default();
    let output = || {
        value
            .get("output")
            .map(Value::to_string)
            .unwrap_or_default()
    };
    let text = match item::kind(value) {
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
    Some(item::user_message(&text))
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
        use BackendErrorKind::{NotAllowed, NotExecuted, Rejected, Unknown, Unusable};
        for (kind, expected) in [
            (NotExecuted, false),
            (NotAllowed, false),
            (Rejected, true),
            (Unknown, true),
            (Unusable, true),
        ] {
            let error = BackendError::new(kind, "no");
            let error = Error::service(ErrorKind::Rejected, "no summary", error);
            assert_eq!(may_have_been_paid(&error), expected, "{kind:?}");
        }
        assert!(may_have_been_paid(&Error::new(
            ErrorKind::Rejected,
            "it was empty"
        )));
    }
}
