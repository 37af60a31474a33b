//! A model behind any server that speaks chat completions or the Responses API.

use std::fmt;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use reqwest::Url;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Model, Prompt, Step};

mod chat;
mod responses;

/// The longest line of an upstream's stream, in bytes.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// Which API an [`Upstream`] speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpstreamApi {
    /// `POST /chat/completions`, which nearly every model server has.
    #[default]
    ChatCompletions,
    /// `POST /responses`.
    Responses,
}

impl UpstreamApi {
    fn path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/chat/completions",
            Self::Responses => "/responses",
        }
    }
}

/// A server that answers in the emulator's stead.
#[derive(Clone)]
#[non_exhaustive]
pub struct Upstream {
    /// Its base URL, to which the API's path is added.
    pub url: String,
    /// The API it speaks.
    pub api: UpstreamApi,
    /// The key it wants, sent as a bearer token. Only for servers over TLS or on this machine.
    pub api_key: Option<String>,
    /// The project it wants, sent as `OpenAI-Project`.
    pub project: Option<String>,
    /// The model to ask for. Default: the one each request asks for.
    pub model: Option<String>,
}

impl Upstream {
    /// A server without key that knows the models asked for. A URL that ends in `/responses` or
    /// `/chat/completions` says which API is meant; one that does not means chat completions.
    ///
    /// ```
    /// use oci_genai_emulator::{Upstream, UpstreamApi};
    ///
    /// let upstream = Upstream::new("http://127.0.0.1:8080/openai/v1/responses");
    /// assert_eq!(upstream.url, "http://127.0.0.1:8080/openai/v1");
    /// assert_eq!(upstream.api, UpstreamApi::Responses);
    /// assert_eq!(Upstream::new("http://127.0.0.1:11434/v1").api, UpstreamApi::ChatCompletions);
    /// ```
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        let bare = url.trim_end_matches('/');
        let named = [UpstreamApi::ChatCompletions, UpstreamApi::Responses]
            .into_iter()
            .find_map(|api| Some((bare.strip_suffix(api.path())?, api)));
        let (base, api) = named.unwrap_or((bare, UpstreamApi::default()));
        Self {
            url: base.to_owned(),
            api,
            api_key: None,
            project: None,
            model: None,
        }
    }

    /// Sends this key. See [`api_key`](Self::api_key).
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Asks on behalf of this project.
    #[must_use]
    pub fn with_project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// Asks for this model, whatever the request says.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// The key is not shown.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("url", &self.url)
            .field("api", &self.api)
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .field("project", &self.project)
            .field("model", &self.model)
            .finish()
    }
}

/// Why an upstream cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The URL is none, or not one of HTTP.
    #[error("'{0}' is not a URL of http or https")]
    Url(String),
    /// A key would travel unprotected.
    #[error("the key would travel unprotected to {0}; use https, or a server on this machine")]
    Unprotected(String),
    /// No HTTP client can be made.
    #[error("no HTTP client can be made")]
    Client(#[from] reqwest::Error),
}

/// An [`Upstream`] at work.
pub(crate) struct Remote {
    client: reqwest::Client,
    url: Url,
    upstream: Upstream,
}

impl Remote {
    pub(crate) fn new(upstream: Upstream) -> Result<Self, UpstreamError> {
        let url = format!(
            "{}{}",
            upstream.url.trim_end_matches('/'),
            upstream.api.path()
        );
        let url = Url::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| UpstreamError::Url(upstream.url.clone()))?;
        let here = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if upstream.api_key.is_some() && url.scheme() != "https" && !here {
            return Err(UpstreamError::Unprotected(
                url.host_str().unwrap_or_default().to_owned(),
            ));
        }
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(300))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            url,
            upstream,
        })
    }
}

impl Model for Remote {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Step> {
        let model = self.upstream.model.as_deref().unwrap_or(&prompt.model);
        let (body, answer) = match self.upstream.api {
            UpstreamApi::ChatCompletions => (
                chat::request(&prompt, model),
                Answer::Chat(chat::Answer::default()),
            ),
            UpstreamApi::Responses => (
                responses::request(&prompt, model),
                Answer::Responses(responses::Answer::default()),
            ),
        };
        let mut request = self.client.post(self.url.clone()).json(&body);
        if let Some(key) = &self.upstream.api_key {
            request = request.bearer_auth(key);
        }
        if let Some(project) = &self.upstream.project {
            request = request.header("openai-project", project);
        }
        let (steps, receiver) = mpsc::channel(64);
        tokio::spawn(async move {
            if let Err(message) = talk(request, answer, &steps).await {
                let code = "server_error".to_owned();
                // If nobody listens any more, the turn is over.
                let _ = steps.send(Step::Fail { code, message }).await;
            }
        });
        stream::unfold(receiver, |mut receiver| async move {
            let step = receiver.recv().await?;
            Some((step, receiver))
        })
        .boxed()
    }
}

/// Asks and passes the answer on; what went wrong is told in words.
async fn talk(
    request: reqwest::RequestBuilder,
    mut answer: Answer,
    steps: &mpsc::Sender<Step>,
) -> Result<(), String> {
    let unreachable = |error: reqwest::Error| {
        format!(
            "The upstream model could not be reached: {}.",
            error.without_url()
        )
    };
    let mut response = request.send().await.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(format!(
            "The upstream model answered with status {}.",
            response.status()
        ));
    }
    let mut lines = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        lines.extend_from_slice(&chunk);
        while let Some(end) = lines.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = lines.drain(..=end).collect();
            for step in answer.read(&line) {
                if steps.send(step).await.is_err() {
                    return Ok(());
                }
            }
        }
        if lines.len() > MAX_LINE {
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

/// An answer that is being read, in the terms of its API.
enum Answer {
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

/// The request's instructions and what the service remembers, as one text.
fn instructions(prompt: &Prompt) -> Option<String> {
    let known = (!prompt.memories.is_empty())
        .then(|| format!("Known of the user: {}", prompt.memories.join("; ")));
    let parts: Vec<String> = prompt
        .instructions
        .clone()
        .into_iter()
        .chain(known)
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}
