//! Transcript of a session, turn by turn.

use oci_genai_session::Session;
use oci_genai_session::store::{Direction, ItemRecord, TurnRecord, TurnState};
use serde::Serialize;
use serde_json::Value;

use crate::error::Error;

/// A turn of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Exchange {
    /// Number of the turn.
    pub(crate) turn: u64,
    /// State of the turn; `committed` if it has output.
    pub(crate) state: TurnState,
    /// Input text, with a placeholder for each attachment.
    pub(crate) question: String,
    /// Output text.
    pub(crate) answer: String,
    /// Functions that the model called.
    pub(crate) tools: Vec<String>,
}

/// Returns the turns of a session, oldest first. Rewound turns are removed; items of an imported or adopted
/// conversation belong to no turn.
pub(crate) async fn exchanges(session: &Session) -> Result<Vec<Exchange>, Error> {
    // Another process may be using the session.
    let snapshot = session.snapshot().await?;
    let mut exchanges: Vec<Exchange> = snapshot.turns.iter().map(begun).collect();
    for item in &snapshot.items {
        let at = exchanges.binary_search_by_key(&item.turn, |exchange| exchange.turn);
        if let Some(exchange) = at.ok().and_then(|at| exchanges.get_mut(at)) {
            said(exchange, item);
        }
    }
    Ok(exchanges)
}

fn begun(turn: &TurnRecord) -> Exchange {
    Exchange {
        turn: turn.seq,
        state: turn.state,
        question: String::new(),
        answer: String::new(),
        tools: Vec::new(),
    }
}

fn said(exchange: &mut Exchange, record: &ItemRecord) {
    let Ok(item) = serde_json::from_str::<Value>(&record.body) else {
        return;
    };
    let kind = item["type"].as_str().unwrap_or("message");
    match (kind, record.direction) {
        ("message", Direction::Input) => push(&mut exchange.question, &content(&item["content"])),
        ("message", Direction::Output) => push(&mut exchange.answer, &content(&item["content"])),
        ("function_call", _) => {
            let name = item["name"].as_str().unwrap_or("a function");
            exchange.tools.push(name.to_owned());
        }
        _ => {}
    }
}

/// Returns text unchanged, and a placeholder in brackets for anything else.
fn content(content: &Value) -> String {
    let mut text = String::new();
    match content {
        Value::String(plain) => text.push_str(plain),
        Value::Array(parts) => {
            for part in parts {
                push(&mut text, &part_text(part));
            }
        }
        _ => {}
    }
    text
}

fn part_text(part: &Value) -> String {
    let member = |name: &str| part[name].as_str();
    match member("type").unwrap_or_default() {
        "input_image" => "[image]".to_owned(),
        "input_file" => format!("[file {}]", member("filename").unwrap_or("without a name")),
        "refusal" => member("refusal").unwrap_or_default().to_owned(),
        _ => member("text").unwrap_or_default().to_owned(),
    }
}

fn push(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

impl Exchange {
    /// Returns whether the input or output contains a text, case-insensitive.
    pub(crate) fn mentions(&self, lower_case: &str) -> bool {
        [&self.question, &self.answer]
            .iter()
            .any(|text| text.to_lowercase().contains(lower_case))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attachments_are_named() {
        let parts = json!([
            { "type": "input_text", "text": "What is this?" },
            { "type": "input_image", "image_url": "data:image/png;base64,AAAA" },
            { "type": "input_file", "filename": "report.pdf", "file_data": "data:,x" },
        ]);
        assert_eq!(content(&parts), "What is this?\n[image]\n[file report.pdf]");
        assert_eq!(content(&json!("plain")), "plain");
    }
}
