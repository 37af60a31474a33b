//! Requests to an upstream, and forwarding of its output.

use http::header::LOCATION;
use oci_genai_auth::redact;
use reqwest::{RequestBuilder, Response, Url};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{chat, responses};
use crate::error_chain;
use crate::model::Step;

/// Maximum length of a line of an upstream's stream, in bytes.
const MAX_LINE: usize = 4 * 1024 * 1024;
/// Maximum number of bytes read of an error response.
const MAX_REFUSAL: usize = 64 * 1024;
/// Maximum number of characters of the upstream's error that are repeated.
const MAX_WORDS: usize = 500;

/// Sends a request and forwards the output. Secrets in the returned error message are masked.
pub(super) async fn talk(
    request: RequestBuilder,
    mut answer: Answer,
    secrets: &[String],
    steps: &mpsc::Sender<Step>,
) -> Result<(), String> {
    let failed = |error: reqwest::Error| {
        let text = error_chain::chain(&error.without_url());
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
        // As above: the receiver may be gone.
        let _ = steps.send(step).await;
    }
    Ok(())
}

/// Reads the upstream's error response.
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

/// Returns the target of a redirect, without user, query and fragment.
fn place(target: &str) -> redact::Shown {
    let Ok(mut url) = Url::parse(target) else {
        let end = target.find(['?', '#']).unwrap_or(target.len());
        return redact::shown(&target[..end]);
    };
    // Fails only for URLs without a host, which have no user either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    redact::shown(url.as_str())
}

/// Returns the message of an error body, in the shapes that servers use.
fn words(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/error/message", "/message", "/error", "/detail"];
    let words = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())?;
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(words.chars().take(MAX_WORDS).collect())
}

/// Masks secrets in the error of a step. Model output stays unchanged.
fn masked(step: Step, secrets: &[String]) -> Step {
    match step {
        Step::Fail { code, message } => Step::Fail {
            code: redact::mask(&code, secrets).into_owned(),
            message: redact::mask(&message, secrets).into_owned(),
        },
        other => other,
    }
}

/// Parser of an output stream in one of the two APIs.
pub(super) enum Answer {
    Chat(chat::Answer),
    Responses(responses::Answer),
}

impl Answer {
    /// Parses one line of the stream.
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

    /// Returns the steps held back until the end, if the stream reached it.
    fn finish(self) -> Option<Vec<Step>> {
        match self {
            Self::Chat(answer) => answer.finished().then(|| answer.calls().collect()),
            Self::Responses(answer) => answer.finished().then(Vec::new),
        }
    }
}
