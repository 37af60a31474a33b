//! `--probe`: whether the service does two things that a public gateway does, which may be what it runs.
//! Neither is documented.

use oci_genai::{Client, Error, types};
use serde::Serialize;
use serde_json::{Value, json};

use super::probe::Watch;
use super::remote_checks;
use crate::error::{self, chain};
use crate::output::{BOLD, wrap};
use crate::secrets::hide;
use crate::settings::{Credential, Settings};
use crate::terminal::{Spinner, interrupted, visible};

/// The calls that a probe makes: one creates a conversation, one takes a turn, five add items, one takes
/// another turn, one deletes the conversation.
const CALLS: usize = 9;
/// The most items that the service takes at a time.
const BATCH: usize = 20;
/// The items that are added after those the conversation begins with: beyond the first hundred.
const ADDED: [usize; 5] = [BATCH, BATCH, BATCH, BATCH, 5];
/// In the first item of the conversation, and in its last.
const CODE_WORDS: [&str; 2] = ["heron", "walnut"];
/// The emulator's model answers the first word of it; others answer the rest.
const QUESTION: &str = "recall: Which code words are in the conversation? Answer with the code words that you \
    can see, and nothing else.";

const ONLY_100: &str = "only the first 100 items of a conversation are loaded as history";
const NEEDS_MESSAGE: &str = "a turn without a message is refused";

/// What is said before anything is sent.
pub(super) fn announcement() -> String {
    format!(
        "--probe makes {CALLS} calls besides doctor's own. Two of them ask the model, for about 3,000 tokens \
         in all. It creates a conversation and deletes it at the end."
    )
}

/// Whether something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Verdict {
    #[serde(rename = "observed")]
    Observed,
    #[serde(rename = "not observed")]
    NotObserved,
    /// The calls did not show it; the detail says why.
    #[serde(rename = "unclear")]
    Unclear,
}

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    lead: &'static str,
    result: Verdict,
    detail: String,
}

/// What a probe found.
#[derive(Debug, Serialize)]
pub(super) struct Probe {
    findings: Vec<Finding>,
    conversation: String,
    /// Why the conversation is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_deleted: Option<String>,
}

/// Makes the calls. Ctrl-C ends them, all but the last one, which deletes the conversation.
pub(super) async fn probe(
    settings: &Settings,
    credential: &Credential,
    spinner: &Spinner,
) -> Result<Probe, error::Error> {
    let client = remote_checks::client(settings, credential, &Watch::default()).await?;
    spinner.say("Creating a conversation");
    let first = message(&format!("The first code word is {}.", CODE_WORDS[0]));
    let begin = std::iter::once(first).chain((1..BATCH).map(filler));
    let created = client.conversations().create().items(items(begin)?).send();
    let conversation = created.await?.id.clone();
    let stop = interrupted();
    let found = tokio::select! {
        found = findings(&client, &conversation, spinner) => found,
        () = stop => Err(error::Error::Interrupted(String::new())),
    };
    spinner.say("Deleting the conversation");
    let deleted = client.conversations().delete(&conversation).send().await;
    let not_deleted = deleted.err().map(|error| hide(&chain(&error)).into_owned());
    match (found, not_deleted) {
        (Ok(findings), not_deleted) => Ok(Probe {
            findings,
            conversation,
            not_deleted,
        }),
        (Err(error::Error::Interrupted(_)), Some(why)) => Err(error::Error::Interrupted(format!(
            "; could not delete the conversation {conversation}: {why}"
        ))),
        (Err(error), _) => Err(error),
    }
}

async fn findings(
    client: &Client,
    conversation: &str,
    spinner: &Spinner,
) -> Result<Vec<Finding>, error::Error> {
    spinner.say("Taking a turn without a message");
    let call = json!([
        {"type": "function_call", "call_id": "call_probe", "name": "probe", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_probe", "output": "ok"},
    ]);
    let turn = turn(client, conversation, call, 64)?.await;
    let (result, detail) = match &turn {
        Ok(_) => (Verdict::NotObserved, "it was answered".to_owned()),
        Err(error) => {
            let refused = error.status().map(|status| status.as_u16());
            match matches!(refused, Some(400 | 422)) {
                true => (Verdict::Observed, chain(error)),
                false => (Verdict::Unclear, chain(error)),
            }
        }
    };
    let needs_message = Finding::new(NEEDS_MESSAGE, result, detail);
    let (result, detail) = match history(client, conversation, spinner).await? {
        Ok(text) => judge(&text),
        Err(error) => (Verdict::Unclear, chain(&error)),
    };
    Ok(vec![Finding::new(ONLY_100, result, detail), needs_message])
}

/// What the model says it sees of a conversation of more than a hundred items.
async fn history(
    client: &Client,
    conversation: &str,
    spinner: &Spinner,
) -> Result<Result<String, Error>, error::Error> {
    let mut added = BATCH;
    let total = BATCH + ADDED.iter().sum::<usize>();
    for count in ADDED {
        spinner.say(format!("Adding items ({added} of {total})"));
        let batch = (added..added + count).map(|number| match number + 1 == total {
            true => message(&format!("The last code word is {}.", CODE_WORDS[1])),
            false => filler(number),
        });
        let made = client.conversations().items(conversation);
        if let Err(error) = made.create(items(batch)?).send().await {
            return Ok(Err(error));
        }
        added += count;
    }
    spinner.say("Asking what the model can see");
    let response = turn(client, conversation, json!([message(QUESTION)]), 1024)?.await;
    Ok(response.map(|response| response.output_text()))
}

/// What an answer shows.
fn judge(text: &str) -> (Verdict, String) {
    let text = text.to_lowercase();
    let [first, last] = CODE_WORDS.map(|word| text.contains(word));
    let detail = match (first, last) {
        (_, true) => "the model saw an item beyond the first hundred",
        (true, false) => "the model saw the first item, and none beyond the first hundred",
        (false, false) => "the model named none of the code words",
    };
    let verdict = match (first, last) {
        (_, true) => Verdict::NotObserved,
        (true, false) => Verdict::Observed,
        (false, false) => Verdict::Unclear,
    };
    (verdict, detail.to_owned())
}

/// A turn of the conversation.
fn turn(
    client: &Client,
    conversation: &str,
    input: Value,
    max_output_tokens: u32,
) -> Result<impl Future<Output = Result<types::Response, Error>> + Send, error::Error> {
    let body = json!({"conversation": conversation, "input": input});
    let create = client.responses().create_with(read(body)?);
    Ok(create.max_output_tokens(max_output_tokens).send())
}

fn message(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": text})
}

fn filler(number: usize) -> Value {
    message(&format!("This is message {}.", number + 1))
}

fn items(items: impl Iterator<Item = Value>) -> Result<Vec<types::Item>, error::Error> {
    items.map(read).collect()
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, error::Error> {
    serde_json::from_value(value)
        .map_err(|error| error::Error::usage(format!("could not make the request: {error}")))
}

impl Finding {
    fn new(lead: &'static str, result: Verdict, detail: String) -> Self {
        Self {
            lead,
            result,
            detail: hide(&detail).into_owned(),
        }
    }
}

impl Probe {
    /// What is left to do, if the conversation is still there.
    pub(super) fn change(&self) -> Option<String> {
        let why = self.not_deleted.as_ref()?;
        Some(format!(
            "delete the conversation {}, which the probe could not delete: {why}",
            self.conversation
        ))
    }

    /// For people.
    pub(super) fn write(&self, columns: usize, lines: &mut Vec<String>) {
        lines.push(format!("{BOLD}Probe:{BOLD:#}"));
        for finding in &self.findings {
            let result = match finding.result {
                Verdict::Observed => "observed",
                Verdict::NotObserved => "not observed",
                Verdict::Unclear => "unclear",
            };
            let text = format!("  {}: {result} ({})", finding.lead, finding.detail);
            lines.push(wrap(&visible(&text), columns, "    "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_words_decide() {
        assert_eq!(judge("Heron").0, Verdict::Observed);
        assert_eq!(judge("heron, walnut").0, Verdict::NotObserved);
        assert_eq!(judge("WALNUT").0, Verdict::NotObserved);
        assert_eq!(judge("I cannot tell.").0, Verdict::Unclear);
        assert!(BATCH + ADDED.iter().sum::<usize>() > 100);
        assert_eq!(CALLS, ADDED.len() + 4);
        for word in CODE_WORDS {
            assert!(!QUESTION.contains(word));
        }
    }
}
