//! A model behind any server that speaks chat completions.

use std::fmt;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use reqwest::Url;
use tokio::sync::mpsc;

use super::{Model, Prompt, Step};
use answer::Answer;

mod answer;
mod request;

/// The longest line of an upstream's stream, in bytes.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// A server that answers in the emulator's stead.
#[derive(Clone)]
#[non_exhaustive]
pub struct Upstream {
    /// Its base URL: `/chat/completions` is added.
    pub url: String,
    /// The key it wants, sent as a bearer token. Only for servers over TLS or on this machine.
    pub api_key: Option<String>,
    /// The model to ask for. Default: the one each request asks for.
    pub model: Option<String>,
}

impl Upstream {
    /// A server without key that knows the models asked for.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            api_key: None,
            model: None,
        }
    }

    /// Sends this key. See [`api_key`](Self::api_key).
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
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
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
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
        let url = format!("{}/chat/completions", upstream.url.trim_end_matches('/'));
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
        let mut request = self
            .client
            .post(self.url.clone())
            .json(&request::chat(&prompt, model));
        if let Some(key) = &self.upstream.api_key {
            request = request.bearer_auth(key);
        }
        let (steps, receiver) = mpsc::channel(64);
        tokio::spawn(async move {
            if let Err(message) = talk(request, &steps).await {
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
async fn talk(request: reqwest::RequestBuilder, steps: &mpsc::Sender<Step>) -> Result<(), String> {
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
    let mut answer = Answer::default();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        lines.extend_from_slice(&chunk);
        while let Some(end) = lines.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = lines.drain(..=end).collect();
            for step in answer.read(line.trim_ascii()) {
                if steps.send(step).await.is_err() {
                    return Ok(());
                }
            }
        }
        if lines.len() > MAX_LINE {
            return Err("The upstream model sent a line of more than 4 MiB.".to_owned());
        }
    }
    for call in answer
        .finish()
        .ok_or("The upstream model's stream ended early.")?
    {
        let _ = steps.send(call).await;
    }
    Ok(())
}
