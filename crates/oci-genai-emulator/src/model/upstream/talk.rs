//! Asking an upstream and passing its answer on.

use http::header::LOCATION;
use oci_genai_auth::redact;
use reqwest::{RequestBuilder, Response, Url};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{chat, responses};
use crate::explain;
use crate::model::Step;

/// The longest line of an upstream's stream, in bytes.
const MAX_LINE: usize = 4 * 1024 * 1024;
/// How much of a refusal is read, in bytes.
const MAX_REFUSAL: usize = 64 * 1024;
/// How much of the upstream's words an error repeats, in characters.
const MAX_WORDS: usize = 500;

/// Asks and passes the answer on. What went wrong is said in words, in which secrets are masked.
pub(super) async fn talk(
    request: RequestBuilder,
    mut answer: Answer,
    secrets: &[String],
    steps: &mpsc::Sender<Step>,
) -> Result<(), String> {
    let failed = |error: reqwest::Error| {
        let text = explain::chain(&error.without_url());
        let text = format!("The upstream model could not be reached: {text}.");
        redact::mask(&text, secrets).into_owned()
    };
    let mut response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        let text = refusal(response).await;
        return Err(redact::mask(&text, secrets).into_owned());
    }
    let (mut lines, mut searched) = (Vec::new(), 0);
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        lines.extend_from_slice(&chunk);
        while let Some(end) = lines[searched..].iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = lines.drain(..=searched + end).collect();
            searched = 0;
            for step in answer.read(&line) {
                if steps.send(masked(step, secrets)).await.is_err() {
                    return Ok(());
                }
            }
        }
        searched = lines.len();
        if searched > MAX_LINE {
            return Err("The upstream model sent a line of more than 4 MiB.".to_owned());
        }
    }
    for step in answer
        .finish()
        .ok_or("The upstream model's stream ended early.")?
    {
        // As above: nobody may be listening any more.
        let _ = steps.send(step).await;
    }
    Ok(())
}

/// What the upstream said when it refused.
async fn refusal(mut response: Response) -> String {
    let status = response.status();
    let target = response.headers().get(LOCATION);
    let target = target
        .and_then(|target| target.to_str().ok())
        .filter(|_| status.is_redirection())
        .map(|target| format!(", which points to {}", place(target)));
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_REFUSAL - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MAX_REFUSAL {
            break;
        }
    }
    let words = words(&body).map(|words| format!(": {words}"));
    format!(
        "The upstream model answered with status {status}{}{}.",
        target.unwrap_or_default(),
        words.unwrap_or_default().trim_end_matches('.'),
    )
}

/// Where a redirect points to, without user, query and fragment.
fn place(target: &str) -> redact::Shown {
    let Ok(mut url) = Url::parse(target) else {
        let end = target.find(['?', '#']).unwrap_or(target.len());
        return redact::shown(&target[..end]);
    };
    // Only URLs without a host cannot do this, and they have no user either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    redact::shown(url.as_str())
}

/// The words of an error body, in the shapes that servers have.
fn words(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/error/message", "/message", "/error", "/detail"];
    let words = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())?;
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(words.chars().take(MAX_WORDS).collect())
}

/// A step whose error repeats no secret. What the model says stays as it came.
fn masked(step: Step, secrets: &[String]) -> Step {
    match step {
        Step::Fail { code, message } => Step::Fail {
            code: redact::mask(&code, secrets).into_owned(),
            message: redact::mask(&message, secrets).into_owned(),
        },
        other => other,
    }
}

/// An answer that is being read, in the terms of its API.
pub(super) enum Answer {
    Chat(chat::Answer),
    Responses(responses::Answer),
}

impl Answer {
    /// Reads one line of the stream.
    fn read(&mut self, line: &[u8]) -> Vec<Step> {
        let Some(data) = line.strip_prefix(b"data:") else {
            return Vec::new();
        };
        let event: Option<Value> = serde_json::from_slice(data).ok();
        match (self, event) {
            (Self::Chat(answer), Some(chunk)) => answer.read(&chunk),
            (Self::Responses(answer), Some(event)) => answer.read(&event),
            (Self::Chat(answer), None) => {
                if data.trim_ascii() == b"[DONE]" {
                    answer.end();
                }
                Vec::new()
            }
            (Self::Responses(_), None) => Vec::new(),
        }
    }

    /// What was held back to the end, if the stream came to it.
    fn finish(self) -> Option<Vec<Step>> {
        match self {
            Self::Chat(answer) => answer.finished().then(|| answer.calls().collect()),
            Self::Responses(answer) => answer.finished().then(Vec::new),
        }
    }
}
