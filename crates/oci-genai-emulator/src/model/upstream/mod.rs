//! Model behind a server with the chat completions or Responses API.

use std::fmt;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use http::HeaderValue;
use oci_genai_auth::redact;
use tokio::sync::mpsc;

use super::{Model, Prompt, Step};
use crate::error_chain;
use address::Address;
use call::{Answer, talk};
pub use certificates::CertificatesError;

mod address;
mod call;
mod certificates;
mod chat;
mod responses;

/// API of an [`Upstream`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpstreamApi {
    /// `POST /chat/completions`, which nearly every model server supports.
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

/// A server that generates the output instead of the built-in model.
#[derive(Clone)]
#[non_exhaustive]
pub struct Upstream {
    /// Base URL, to which the API's path is added. May contain a query, and a user with a password.
    pub url: String,
    /// API of the server.
    pub api: UpstreamApi,
    /// API key, sent as a bearer token instead of a user in the URL. Only for servers over TLS or
    /// on this machine.
    pub api_key: Option<String>,
    /// Project, sent as `OpenAI-Project`.
    pub project: Option<String>,
    /// Model to request. Default: the model that each request names.
    pub model: Option<String>,
}

impl Upstream {
    /// Creates an upstream without a key that gets the requested model names. A URL that ends in
    /// `/responses` or `/chat/completions` selects the API; any other URL selects chat completions.
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
        let (bare, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let bare = bare.trim_end_matches('/');
        let named = [UpstreamApi::ChatCompletions, UpstreamApi::Responses]
            .into_iter()
            .find_map(|api| Some((bare.strip_suffix(api.path())?, api)));
        let (base, api) = named.unwrap_or((bare, UpstreamApi::default()));
        Self {
            url: format!("{base}{query}"),
            api,
            api_key: None,
            project: None,
            model: None,
        }
    }

    /// Sets the API key. See [`api_key`](Self::api_key).
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets the project.
    #[must_use]
    pub fn with_project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// Sets the model, which replaces the model that a request names.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// Hides the key and other secrets.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("url", &redact::shown(&self.url))
            .field("api", &self.api)
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .field("project", &self.project.as_deref().map(redact::shown))
            .field("model", &self.model.as_deref().map(redact::shown))
            .finish()
    }
}

/// Error for an unusable upstream.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The URL is invalid or not an HTTP URL.
    #[error("'{}' is not a URL of http or https", redact::shown(.0))]
    Url(String),
    /// A key, or a password in the URL, would be sent unencrypted.
    #[error(
        "the key would be sent unencrypted to {0}; hint: use https, or a server on this machine"
    )]
    Unprotected(String),
    /// The key or the project contains characters that are invalid in a header.
    #[error("the {0} of the upstream has characters that are invalid in a header")]
    Header(&'static str),
    /// The certificates of the trusted authorities could not be loaded.
    #[error("could not load the certificates that the upstream's is checked with")]
    Certificates(#[from] CertificatesError),
    /// The HTTP client could not be created.
    #[error("could not create the HTTP client")]
    Client(#[from] reqwest::Error),
}

impl fmt::Debug for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error_chain::debug(self, "UpstreamError", f)
    }
}

/// An [`Upstream`] in use.
pub(crate) struct Remote {
    client: reqwest::Client,
    address: Address,
    upstream: Upstream,
    authorization: Option<HeaderValue>,
    project: Option<HeaderValue>,
    /// Texts that no error may repeat.
    secrets: Vec<String>,
}

impl Remote {
    pub(crate) fn new(upstream: Upstream) -> Result<Self, UpstreamError> {
        let mut address = Address::new(&upstream.url, upstream.api.path())
            .ok_or_else(|| UpstreamError::Url(upstream.url.clone()))?;
        let secret = upstream.api_key.is_some() || address.has_user();
        if secret && !address.is_protected() {
            return Err(UpstreamError::Unprotected(address.host().to_owned()));
        }
        let mut secrets = address.secrets();
        if let Some(key) = &upstream.api_key {
            secrets.push(key.clone());
            address.forget_user();
        }
        let authorization = upstream.api_key.as_ref().map(|key| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", key.trim()))?;
            value.set_sensitive(true);
            Ok::<_, http::header::InvalidHeaderValue>(value)
        });
        let authorization = authorization
            .transpose()
            .map_err(|_| UpstreamError::Header("API key"))?;
        let project = upstream.project.as_deref().map(HeaderValue::from_str);
        let project = project
            .transpose()
            .map_err(|_| UpstreamError::Header("project"))?;
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(300))
            .redirect(reqwest::redirect::Policy::none());
        if address.is_local() {
            // The key and the messages must not go to a proxy on their way to this machine.
            client = client.no_proxy();
        }
        if let Some(name) = address.local_name() {
            client = client.resolve_to_addrs(name, &address::LOOPBACK);
        }
        if !address.is_tls() {
            // No certificate is checked here.
            client = client.tls_certs_only(std::iter::empty());
        }
        let client = match (client.build(), address.is_tls()) {
            (Ok(client), _) => client,
            (Err(error), true) => {
                return Err(certificates::problem().map_or(error.into(), UpstreamError::from));
            }
            (Err(error), false) => return Err(error.into()),
        };
        Ok(Self {
            client,
            address,
            upstream,
            authorization,
            project,
            secrets,
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
        let mut request = self.client.post(self.address.url()).json(&body);
        let secrets = self.secrets.clone();
        if let Some(value) = &self.authorization {
            request = request.header(http::header::AUTHORIZATION, value);
        }
        if let Some(project) = &self.project {
            request = request.header("openai-project", project);
        }
        let (steps, receiver) = mpsc::channel(64);
        tokio::spawn(async move {
            if let Err(message) = talk(request, answer, &secrets, &steps).await {
                let code = "server_error".to_owned();
                // If the receiver is gone, the turn is over.
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

/// Combines the request's instructions and the long-term memories into one text.
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
