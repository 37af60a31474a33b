//! `sessions`: what is remembered on this machine.

use std::fmt::Write as _;

use oci_genai_session::{SessionQuery, SessionRecord, Sessions, store::Store as _};
use serde_json::{Value, json};

use crate::args::{self, SessionsAction};
use crate::error::Error;
use crate::output;

pub(crate) async fn run(sessions: args::Sessions) -> Result<(), Error> {
    match sessions.action {
        SessionsAction::List { json, store } => list(&store, json).await,
        SessionsAction::Delete {
            name,
            store,
            connection,
        } => {
            let store = store.open().await?;
            let sessions = Sessions::new(connection.client()?, store);
            if !sessions.delete(&name).await? {
                return Err(Error::usage(format!(
                    "no session is called {name:?}; `oci-genai sessions list` shows those there are"
                )));
            }
            output::note(&format!(
                "Deleted the session {name:?} and its conversation."
            ));
            Ok(())
        }
    }
}

async fn list(store: &args::Store, json: bool) -> Result<(), Error> {
    let store = store.open().await?;
    let mut query = SessionQuery::default();
    let mut records = Vec::new();
    loop {
        let page = store
            .sessions(&query)
            .await
            .map_err(|error| Error::Session(error.into()))?;
        query.offset += page.len() as u64;
        let last = page.len() < query.limit as usize;
        records.extend(page);
        if last {
            break;
        }
    }
    if json {
        return output::json(&records.iter().map(as_json).collect::<Vec<_>>());
    }
    if records.is_empty() {
        output::note("No sessions yet: `oci-genai ask --session NAME \"…\"` begins one.");
    } else {
        output::line(table(&records).trim_end());
    }
    Ok(())
}

fn as_json(record: &SessionRecord) -> Value {
    json!({
        "name": record.name,
        "id": record.id,
        "conversation_id": record.conversation_id,
        "turns": record.turns,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    })
}

fn table(records: &[SessionRecord]) -> String {
    let name =
        |record: &SessionRecord| record.name.clone().unwrap_or_else(|| record.id.to_string());
    let width = records
        .iter()
        .map(|record| name(record).chars().count())
        .max()
        .unwrap_or(0)
        .max(4);
    let mut text = format!("{:width$}  TURNS  CONVERSATION\n", "NAME");
    for record in records {
        let conversation = record.conversation_id.as_deref().unwrap_or("-");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:width$}  {:>5}  {conversation}",
            name(record),
            record.turns
        );
    }
    text
}
