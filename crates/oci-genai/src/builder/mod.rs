//! Settings of a client.

mod build;
mod from_env;
mod passthrough;

use std::fmt;
use std::time::Duration;

use http::{Request, Response};
use oci_genai_api::{Body, BoxError};
use oci_genai_auth::{Environment, ProvideCredentials, SharedCredentialsProvider, redact};
use tower_layer::Layer;
use tower_service::Service;

use crate::client::StreamSettings;
use crate::middleware::{FailoverTarget, RetryBudget, RetryConfig};
use crate::sse::DEFAULT_MAX_EVENT_BYTES;
use crate::stack::{AnyLayer, HttpService, any_layer, any_service};
use crate::time::{Clock, SharedClock};
use crate::{BasePath, Region};

/// The time one attempt may take until its answer begins. Models that reason may think for minutes.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(240);
/// The time a call that is no stream may take in all.
const CALL_TIMEOUT: Duration = Duration::from_secs(300);
/// The time between two events of a stream.
const STALL_TIMEOUT: Duration = Duration::from_secs(180);
/// Room for several images in base64.
const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;
/// Twice what images in a request need at the most.
const MAX_REQUEST_BYTES: usize = 50 * 1024 * 1024;

/// Sets up a [`Client`](crate::Client). Nothing is checked before [`build`](Self::build).
///
/// ```
/// use oci_genai::Client;
///
/// let client = Client::builder()
///     .region("us-chicago-1")
///     .project("ocid1.generativeaiproject.oc1.us-chicago-1.example")
///     .api_key("sk-example")
///     .model("openai.gpt-oss-120b")
///     .build()?;
/// # let _ = client;
/// # Ok::<_, oci_genai::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    environment: Environment,
    region: Option<String>,
    resolved: Option<Region>,
    base_url: Option<String>,
    base_path: BasePath,
    dual_stack: bool,
    project: Option<String>,
    compartment: Option<String>,
    model: Option<String>,
    user_agent: Option<String>,
    auth: Auth,
    layers: Vec<AnyLayer>,
    attempt_layers: Vec<AnyLayer>,
    http: Option<HttpService>,
    reqwest: Option<reqwest::Client>,
    retry: RetryConfig,
    budget: RetryBudget,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    streams: StreamSettings,
    breaker: Option<(u32, Duration)>,
    concurrency: Option<usize>,
    failover: Vec<FailoverTarget>,
    log_bodies: Option<usize>,
    max_request_bytes: usize,
    clock: SharedClock,
}

enum Auth {
    None,
    Key(String),
    Provider(SharedCredentialsProvider),
    Layer(AnyLayer),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ClientBuilder {
    /// Nothing set.
    pub fn new() -> Self {
        Self {
            environment: Environment::process(),
            region: None,
            resolved: None,
            base_url: None,
            base_path: BasePath::default(),
            dual_stack: false,
            project: None,
            compartment: None,
            model: None,
            user_agent: None,
            auth: Auth::None,
            layers: Vec::new(),
            attempt_layers: Vec::new(),
            http: None,
            reqwest: None,
            retry: RetryConfig::new(),
            budget: RetryBudget::default(),
            attempt_timeout: Some(ATTEMPT_TIMEOUT),
            timeout: Some(CALL_TIMEOUT),
            streams: StreamSettings {
                stall: Some(STALL_TIMEOUT),
                deadline: None,
                max_event_bytes: DEFAULT_MAX_EVENT_BYTES,
                max_response_bytes: MAX_RESPONSE_BYTES,
                max_resumptions: 5,
            },
            breaker: None,
            concurrency: None,
            failover: Vec::new(),
            log_bodies: None,
            max_request_bytes: MAX_REQUEST_BYTES,
            clock: SharedClock::default(),
        }
    }

    /// The region, by identifier (`us-chicago-1`) or short code (`ord`), in any case.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self.resolved = None;
        self
    }

    /// The region, found already.
    pub fn resolved_region(mut self, region: Region) -> Self {
        self.resolved = Some(region);
        self
    }

    /// Where requests go, base path included, in place of a region's endpoint: a gateway or the
    /// emulator. Credentials go to `https` and to this machine only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The base path at a region's endpoint. Default: `/openai/v1`.
    pub fn base_path(mut self, base_path: BasePath) -> Self {
        self.base_path = base_path;
        self
    }

    /// Whether to use the region's host that also answers on IPv6. Default: no.
    pub fn dual_stack(mut self, dual_stack: bool) -> Self {
        self.dual_stack = dual_stack;
        self
    }

    /// The project, by its OCID. The service wants one with every request.
    pub fn project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// The compartment, by its OCID. Needed by tenancies from before projects only.
    pub fn compartment(mut self, compartment: impl Into<String>) -> Self {
        self.compartment = Some(compartment.into());
        self
    }

    /// The model used where a call names none.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Appended to the user agent.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Authenticates with a Generative AI API key.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.auth = Auth::Key(key.into());
        self
    }

    /// Authenticates with the credentials of a provider.
    pub fn auth(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.auth = Auth::Provider(SharedCredentialsProvider::new(provider));
        self
    }

    /// Puts a layer of the caller's in the place of authentication: it is the last to touch a
    /// request, once for each attempt.
    pub fn auth_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        self.auth = Auth::Layer(any_layer(layer));
        self
    }

    /// Adds a layer around the whole call: it sees a call once, however often it is sent. The first
    /// one added is the outermost.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers.push(any_layer(layer));
        self
    }

    /// Adds a layer around each attempt, just outside authentication: what it changes is signed. The
    /// first one added is the outermost.
    pub fn attempt_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        self.attempt_layers.push(any_layer(layer));
        self
    }

    /// Sends requests with this reqwest client: for proxies, certificates or pools of one's own.
    /// Give it no timeout, which would cut streams, and no redirects, which would carry signatures
    /// to hosts they were not made for.
    pub fn reqwest(mut self, client: reqwest::Client) -> Self {
        self.reqwest = Some(client);
        self
    }

    /// Sends requests with this service in reqwest's place.
    pub fn http_service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        self.http = Some(any_service(service));
        self
    }

    /// How failed requests are tried again. Default: [`RetryConfig::new`].
    pub fn retry(mut self, config: RetryConfig) -> Self {
        self.retry = config;
        self
    }

    /// The budget that retries are paid from, to be shared between clients.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The time one attempt may take until its answer begins; `None` for no limit.
    /// Default: 240 seconds.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = limit.into();
        self
    }

    /// The time a call that is no stream may take in all, attempts and pauses included; `None` for
    /// no limit. Default: 300 seconds.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = limit.into();
        self
    }

    /// The time a stream may take from its request to its last event; `None` (the default) for no
    /// limit.
    pub fn stream_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.streams.deadline = limit.into();
        self
    }

    /// The time that may pass between two events of a stream; heartbeats do not count as events.
    /// `None` for no limit. Default: 180 seconds.
    pub fn stall_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.streams.stall = limit.into();
        self
    }

    /// The most bytes one event of a stream may have. Default: 16 MiB.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.streams.max_event_bytes = bytes;
        self
    }

    /// The most bytes the body of an answer may have that is no stream, after decompression.
    /// Default: 64 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.streams.max_response_bytes = bytes;
        self
    }

    /// How often a broken stream of a stored response is taken up again. Default: 5.
    pub fn max_resumptions(mut self, times: u32) -> Self {
        self.streams.max_resumptions = times;
        self
    }

    /// The most bytes a request's body may have. Default: 50 MiB.
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = bytes;
        self
    }

    /// Stops sending for `pause` after `failures` in a row. Default: off.
    pub fn circuit_breaker(mut self, failures: u32, pause: Duration) -> Self {
        self.breaker = Some((failures, pause));
        self
    }

    /// The most calls under way at a time; others wait. A stream counts until its first byte.
    /// Default: off.
    pub fn concurrency_limit(mut self, calls: usize) -> Self {
        self.concurrency = Some(calls.max(1));
        self
    }

    /// Adds a region to go to when this one cannot answer, for calls that carry no state on the
    /// service: no conversation, no previous response, and `store(false)`. Others never move. The
    /// credentials must be good in that region too, which API keys are not.
    pub fn failover(mut self, target: FailoverTarget) -> Self {
        self.failover.push(target);
        self
    }

    /// Writes up to `max_bytes` of each request body, and of each piece of a response body, to the log:
    /// `tracing` events of level `DEBUG` and target `oci_genai::bodies`. They hold what people said.
    /// Default: off.
    pub fn log_bodies(mut self, max_bytes: usize) -> Self {
        self.log_bodies = Some(max_bytes);
        self
    }

    /// Takes the time, and waits, by this clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People put keys where names belong.
        let shown = |setting: &Option<String>| setting.as_deref().map(redact::shown);
        f.debug_struct("ClientBuilder")
            .field("region", &shown(&self.region))
            .field("base_url", &shown(&self.base_url))
            .field("project", &shown(&self.project))
            .field("compartment", &shown(&self.compartment))
            .field("model", &shown(&self.model))
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
