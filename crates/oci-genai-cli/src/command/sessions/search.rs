//! `sessions search`: searches names, titles, metadata and transcripts.

use std::collections::BTreeSet;

use oci_genai_session::SessionRecord;
use serde_json::{Value, json};

use super::list::{as_json, table};
use crate::args;
use crate::error::Error;
use crate::terminal::Counter;
use crate::{local_sessions, output};

pub(super) async fn run(search: &args::SearchSessions) -> Result<(), Error> {
    if search.text.trim().is_empty() {
        return Err(Error::usage(
            "the search text is empty; give a word, or use `oci-genai sessions list`",
        ));
    }
    let sessions = local_sessions::offline(search.store.open().await?);
    let mut found = local_sessions::all(&sessions, Some(&search.text)).await?;
    let mut turns: Vec<Vec<u64>> = vec![Vec::new(); found.len()];
    if search.content {
        let named: BTreeSet<_> = found.iter().map(|record| record.id.clone()).collect();
        let lower = search.text.to_lowercase();
        let all = local_sessions::all(&sessions, None).await?;
        let mut counter = Counter::new("Searching", all.len() as u64);
        (found, turns) = (Vec::new(), Vec::new());
        for record in all {
            let session = sessions.resume(record.id.clone()).await?;
            let exchanges = local_sessions::exchanges(&session).await?;
            let said = exchanges.iter().filter(|turn| turn.mentions(&lower));
            let said: Vec<u64> = said.map(|exchange| exchange.turn).collect();
            if !said.is_empty() || named.contains(&record.id) {
                found.push(record);
                turns.push(said);
            }
            counter.step();
        }
    }
    if search.json {
        let values = found.iter().zip(&turns);
        return output::json(&values.map(|(r, t)| matched(r, t)).collect::<Vec<_>>());
    }
    if found.is_empty() {
        let more = if search.content {
            ""
        } else {
            "; --content also searches the transcripts"
        };
        output::note(&format!("No session matches {:?}{more}.", search.text));
        return Ok(());
    }
    table(&found).iter().for_each(|line| output::line(line));
    Ok(())
}

fn matched(record: &SessionRecord, turns: &[u64]) -> Value {
    let mut value = as_json(record);
    value["matching_turns"] = json!(turns);
    value
}
