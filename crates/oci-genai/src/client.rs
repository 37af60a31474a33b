//! The client and the state that its clones share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use oci_genai_api::Transport;

use crate::conversations::Conversations;
use crate::middleware::{CallSpan, Idempotency};
use crate::options::RequestOptions;
use crate::responses::Responses;
use crate::time::SharedClock;
use crate::wire::SentCredentials;
use crate::{ClientBuilder, Endpoint, Result};

/// A client of OCI Generative AI's Conversations and Responses APIs.
///
/// Clones are cheap and share connections, retry budget and credentials. Create one client and hand
/// out clones.
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

/// Limits for reading streams and response bodies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamSettings {
    /// Longest time between two events.
    pub(crate) stall: Option<Duration>,
    /// Longest total time of a stream.
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_event_bytes: usize,
    /// Most bytes of a body that is not a stream.
    pub(crate) max_response_bytes: usize,
    /// Most reconnects of the client to an interrupted stream.
    pub(crate) max_stream_reconnects: u32,
}

impl Client {
    /// Returns a builder with nothing set.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Creates a client from environment variables; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is missing or invalid. The error names the variable to set.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns the calls for conversations and their items.
    pub fn conversations(&self) -> Conversations {
        Conversations::new(self.clone())
    }

    /// Returns the calls for responses of a model.
    pub fn responses(&self) -> Responses {
        Responses::new(self.clone())
    }

    /// Returns the generated low-level client on this client's transport stack. Errors of its
    /// operations convert into [`Error`](crate::Error) with `Error::from`.
    pub fn api(&self) -> &oci_genai_api::Client {
        &self.inner.api
    }

    /// Returns this client's transport stack for custom requests. The stack authenticates, retries
    /// and traces them like the client's own requests. Its errors are boxed
    /// [`Error`](crate::Error)s.
    pub fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    /// Returns the endpoint that requests go to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// Returns the default model, used by calls that name none.
    pub fn model(&self) -> Option<&str> {
        self.inner.model.as_deref()
    }

    /// Returns the credentials that this client sent last, for masking them in service responses
    /// that you display. Errors, hints and logs of this client mask them already.
    pub fn sent_credentials(&self) -> &SentCredentials {
        &self.inner.sent
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    pub(crate) fn streams(&self) -> StreamSettings {
        self.inner.streams
    }

    /// Returns the low-level client with the options of one call.
    pub(crate) fn call(
        &self,
        options: RequestOptions,
        resend: Idempotency,
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
