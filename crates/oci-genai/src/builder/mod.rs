//! Builds a client from settings.

mod build;
mod from_env;
mod passthrough;
mod region_setting;

use std::fmt;
use std::time::Duration;

use http::{Request, Response};
use oci_genai_api::{Body, BoxError};
use oci_genai_auth::{Environment, ProvideCredentials, SharedCredentialsProvider, redact};
use tower_layer::Layer;
use tower_service::Service;

use crate::BasePath;
use crate::client::StreamSettings;
use crate::middleware::{FailoverTarget, RetryBudget, RetryConfig};
use crate::sse::DEFAULT_MAX_EVENT_BYTES;
use crate::time::{Clock, SharedClock};
use crate::transport_stack::{AnyLayer, HttpService, any_layer, any_service};

pub use self::region_setting::RegionSetting;

/// Time for one attempt until its response begins. Reasoning models may take minutes.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(240);
/// Total time of a call that is not a stream.
const CALL_TIMEOUT: Duration = Duration::from_secs(300);
/// Longest time between two events of a stream.
const STALL_TIMEOUT: Duration = Duration::from_secs(180);
/// Enough for several images in base64.
const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;
/// Twice the size that images in a request need at most.
const MAX_REQUEST_BYTES: usize = 50 * 1024 * 1024;

/// Builds a [`Client`](crate::Client). Settings are checked in [`build`](Self::build), not before.
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
    region: Option<RegionSetting>,
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
    /// Creates a builder with nothing set.
    pub fn new() -> Self {
        Self {
            environment: Environment::from_process(),
            region: None,
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
                max_stream_reconnects: 5,
            },
            breaker: None,
            concurrency: None,
            failover: Vec::new(),
            log_bodies: None,
            max_request_bytes: MAX_REQUEST_BYTES,
            clock: SharedClock::default(),
        }
    }

    /// Sets the region: a [`Region`](crate::Region), or its identifier (`us-chicago-1`) or short code
    /// (`ord`) in any case.
    pub fn region(mut self, region: impl Into<RegionSetting>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the base URL, base path included, in place of a region's endpoint: for a gateway or the
    /// emulator. Credentials are sent only to `https` URLs and to this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the base path at a region's endpoint. Default: `/openai/v1`.
    pub fn base_path(mut self, base_path: BasePath) -> Self {
        self.base_path = base_path;
        self
    }

    /// Uses the region's dual-stack host, which supports IPv6 as well. Default: `false`.
    pub fn dual_stack(mut self, dual_stack: bool) -> Self {
        self.dual_stack = dual_stack;
        self
    }

    /// Sets the project, by OCID. The service requires one in every request.
    pub fn project(mut self, project: impl Into<String>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// Sets the compartment, by OCID. Only tenancies from before projects need it.
    pub fn compartment(mut self, compartment: impl Into<String>) -> Self {
        self.compartment = Some(compartment.into());
        self
    }

    /// Sets the default model, used by calls that name none.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Appends text to the user agent.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Authenticates with a Generative AI API key.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.auth = Auth::Key(key.into());
        self
    }

    /// Authenticates with credentials from a provider.
    pub fn auth(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.auth = Auth::Provider(SharedCredentialsProvider::new(provider));
        self
    }

    /// Replaces authentication with a custom layer. The layer runs last, once for each attempt.
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

    /// Adds a layer around the whole call. The layer sees a call once, however many attempts it
    /// takes. The first layer added is the outermost.
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

    /// Adds a layer around each attempt, directly outside authentication, so its changes are
    /// signed. The first layer added is the outermost.
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

    /// Sends requests with this reqwest client, for custom proxies, certificates or connection
    /// pools. Set no timeout on it, because a timeout cuts streams. Disable redirects, because a
    /// redirect carries signatures to hosts they were not made for.
    pub fn reqwest(mut self, client: reqwest::Client) -> Self {
        self.reqwest = Some(client);
        self
    }

    /// Sends requests with this service instead of reqwest.
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

    /// Sets the retry policy of failed requests. Default: [`RetryConfig::new`].
    pub fn retry(mut self, config: RetryConfig) -> Self {
        self.retry = config;
        self
    }

    /// Sets the retry budget, which clients can share.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Limits the time of one attempt until its response begins. `None` means no limit. Default:
    /// 240 seconds.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = limit.into();
        self
    }

    /// Limits the total time of a call that is not a stream, attempts and pauses included. `None`
    /// means no limit. Default: 300 seconds.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = limit.into();
        self
    }

    /// Limits the time of a stream from its request to its last event. `None` (the default) means
    /// no limit.
    pub fn stream_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.streams.deadline = limit.into();
        self
    }

    /// Limits the time between two events of a stream. Heartbeats do not count as events. `None`
    /// means no limit. Default: 180 seconds.
    pub fn stall_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.streams.stall = limit.into();
        self
    }

    /// Limits the bytes of one stream event. Default: 16 MiB.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.streams.max_event_bytes = bytes;
        self
    }

    /// Limits the bytes of a response body that is not a stream, after decompression. Default: 64
    /// MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.streams.max_response_bytes = bytes;
        self
    }

    /// Limits how often the client reconnects to an interrupted stream of a stored response.
    /// Default: 5.
    pub fn max_stream_reconnects(mut self, times: u32) -> Self {
        self.streams.max_stream_reconnects = times;
        self
    }

    /// Limits the bytes of a request body. Default: 50 MiB.
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = bytes;
        self
    }

    /// Stops sending for `pause` after `failures` failures in a row. Default: off.
    pub fn circuit_breaker(mut self, failures: u32, pause: Duration) -> Self {
        self.breaker = Some((failures, pause));
        self
    }

    /// Limits the calls in progress. Further calls wait. A stream counts until its first byte.
    /// Default: off.
    pub fn concurrency_limit(mut self, calls: usize) -> Self {
        self.concurrency = Some(calls.max(1));
        self
    }

    /// Adds a region to fail over to when this one is unavailable. Failover applies only to calls
    /// that keep no state on the service: no conversation, no previous response, and
    /// `store(false)`. The credentials must be valid in that region too; API keys are not.
    pub fn failover(mut self, target: FailoverTarget) -> Self {
        self.failover.push(target);
        self
    }

    /// Logs up to `max_bytes` of each request body and of each chunk of a response body, as
    /// `tracing` events of level `DEBUG` and target `oci_genai::bodies`. The bodies contain user
    /// content. Default: off.
    pub fn log_bodies(mut self, max_bytes: usize) -> Self {
        self.log_bodies = Some(max_bytes);
        self
    }

    /// Sets the clock for reading the time and for waiting.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Users may put a key into the wrong setting.
        let shown = |setting: &Option<String>| setting.as_deref().map(redact::shown);
        f.debug_struct("ClientBuilder")
            .field("region", &self.region)
            .field("base_url", &shown(&self.base_url))
            .field("project", &shown(&self.project))
            .field("compartment", &shown(&self.compartment))
            .field("model", &shown(&self.model))
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
