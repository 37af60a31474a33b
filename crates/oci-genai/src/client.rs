//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use oci_genai_api::Transport;

use crate::conversations::Conversations;
use crate::middleware::{CallSpan, Resend};
use crate::options::RequestOptions;
use crate::responses::Responses;
use crate::time::SharedClock;
use crate::wire::SentCredentials;
use crate::{ClientBuilder, Endpoint, Result};

/// A client of OCI Generative AI's Conversations and Responses APIs.
///
/// Clones are cheap and share connections, retry budget and credentials: make one and hand out
/// clones.
///
/// ```no_run
/// use oci_genai::Client;
///
/// # async fn example() -> Result<(), oci_genai::Error> {
/// let client = Client::from_env()?;
/// let conversation = client
///     .conversations()
///     .create()
///     .metadata([("topic", "offsite")])
///     .send()
///     .await?;
/// let response = client
///     .responses()
///     .create("Give me three ideas for a team offsite.")
///     .conversation(&conversation)
///     .send()
///     .await?;
/// println!("{}", response.output_text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) api: oci_genai_api::Client,
    pub(crate) transport: Transport,
    pub(crate) endpoint: Endpoint,
    pub(crate) model: Option<String>,
    pub(crate) clock: SharedClock,
    pub(crate) streams: StreamSettings,
    pub(crate) sent: SentCredentials,
}

/// How streams are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamSettings {
    /// The most time between two events.
    pub(crate) stall: Option<Duration>,
    /// The most time a stream may take in all.
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_event_bytes: usize,
    /// The most bytes of a body that is no stream.
    pub(crate) max_response_bytes: usize,
    /// How often a broken stream is taken up again.
    pub(crate) max_resumptions: u32,
}

impl Client {
    /// Starts a client with nothing set.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client set up by the environment; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// When a setting is missing or cannot be used; the error names the variable to set.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Conversations and the items in them.
    pub fn conversations(&self) -> Conversations {
        Conversations::new(self.clone())
    }

    /// Responses of a model.
    pub fn responses(&self) -> Responses {
        Responses::new(self.clone())
    }

    /// The generated low-level client, on this client's stack. What its operations fail with turns
    /// into an [`Error`](crate::Error) by `Error::from`.
    pub fn api(&self) -> &oci_genai_api::Client {
        &self.inner.api
    }

    /// This client's stack, for requests of your own: authenticated, retried and traced like the
    /// client's. Its errors are [`Error`](crate::Error)s, boxed.
    pub fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    /// Where requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// The model used where a call names none.
    pub fn model(&self) -> Option<&str> {
        self.inner.model.as_deref()
    }

    /// The credentials that this client sent last, to be masked where a service's answers are shown.
    /// Errors, hints and logs of this client mask them already.
    pub fn sent_credentials(&self) -> &SentCredentials {
        &self.inner.sent
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    pub(crate) fn streams(&self) -> StreamSettings {
        self.inner.streams
    }

    /// The low-level client with the options of one call.
    pub(crate) fn call(
        &self,
        options: RequestOptions,
        resend: Resend,
        span: CallSpan,
    ) -> Result<oci_genai_api::Client> {
        let context = options.into_context(resend, span)?;
        let transport = self.inner.transport.with_extension(context);
        Ok(self.inner.api.with_transport(transport))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.inner.endpoint.as_str())
            .field("model", &self.inner.model)
            .finish_non_exhaustive()
    }
}
