//! `sessions show`: prints a session and its transcript.

use oci_genai_session::SessionRecord;
use oci_genai_session::clock::{SystemTimeSource, TimeSource as _};
use oci_genai_session::store::TurnState;
use serde_json::json;

use super::list::as_json;
use crate::args;
use crate::error::Error;
use crate::local_sessions::Exchange;
use crate::render::Renderer;
use crate::time_format::{ago, date};
use crate::{local_sessions, output, terminal};

pub(super) async fn run(show: &args::ShowSession) -> Result<(), Error> {
    let store = show.store.open().await?;
    let record = local_sessions::find(&store, &show.name).await?;
    let sessions = local_sessions::offline(store);
    let session = sessions.resume(record.id.clone()).await?;
    let mut exchanges = local_sessions::exchanges(&session).await?;
    if let Some(last) = show.last {
        let most = usize::try_from(last).unwrap_or(usize::MAX);
        exchanges.drain(..exchanges.len().saturating_sub(most));
    }
    if show.json {
        let mut value = as_json(&record);
        value["metadata"] = json!(record.metadata);
        value["transcript"] = json!(exchanges);
        return output::json(&value);
    }
    for (what, value) in facts(&record) {
        output::line(&format!("{what:<12}  {}", terminal::visible(&value)));
    }
    for exchange in &exchanges {
        output::line("");
        print_exchange(exchange)?;
    }
    Ok(())
}

fn facts(record: &SessionRecord) -> Vec<(&'static str, String)> {
    let now = SystemTimeSource.now();
    let when = |at| format!("{} ({})", date(at), ago(now, at));
    let mut facts = vec![("Session", local_sessions::label(record).to_owned())];
    if record.name.is_some() {
        facts.push(("Id", record.id.to_string()));
    }
    if let Some(title) = &record.title {
        facts.push(("Title", title.clone()));
    }
    facts.push(("Memory", record.history_mode.to_string()));
    if let Some(conversation) = &record.conversation_id {
        facts.push(("Conversation", conversation.clone()));
    }
    for member in ["model", "instructions"] {
        if let Some(value) = record.defaults.get(member).and_then(|value| value.as_str()) {
            let name = if member == "model" {
                "Model"
            } else {
                "Instructions"
            };
            facts.push((name, value.replace('\n', " ")));
        }
    }
    for (key, value) in &record.metadata {
        facts.push(("Metadata", format!("{key} = {value}")));
    }
    if let Some((origin, turn)) = &record.origin {
        facts.push(("Forked from", format!("{origin}, turn {turn}")));
    }
    facts.push(("Turns", record.turns.to_string()));
    let usage = record.usage;
    let tokens = format!("{} read, {} written", usage.input, usage.output);
    facts.push(("Tokens", tokens));
    facts.push(("Made", when(record.created_at)));
    facts.push(("Changed", when(record.updated_at)));
    if let Some(at) = record.expires_at {
        facts.push(("Expires", date(at)));
    }
    facts
}

fn print_exchange(exchange: &Exchange) -> Result<(), Error> {
    let number = format!("{}> ", exchange.turn);
    let indent = " ".repeat(number.len());
    let question = terminal::visible(&exchange.question);
    for (index, line) in question.lines().enumerate() {
        let before = if index == 0 { &number } else { &indent };
        let line = format!("{before}{line}");
        let line = match output::columns() {
            Some(width) => output::wrap(&line, width, &indent),
            None => line,
        };
        output::line(&terminal::strong(&line));
    }
    for tool in &exchange.tools {
        output::line(&terminal::faint(&format!(
            "[called {}]",
            terminal::visible(tool)
        )));
    }
    if exchange.state != TurnState::Committed {
        let state = format!("[not answered: {}]", exchange.state.as_str());
        output::line(&terminal::faint(&state));
    }
    if !exchange.answer.is_empty() {
        let mut renderer = Renderer::for_standard_output();
        let text = renderer.push(&terminal::visible(&exchange.answer)) + &renderer.finish();
        output::answer(&text)?;
    }
    Ok(())
}
