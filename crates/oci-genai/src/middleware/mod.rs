//! The layers of a [`Client`](crate::Client). Each can be used alone.
//!
//! The client's stack, outermost first:
//!
//! 1. [`ErrorLayer`]: turns an error response into an [`Error`](crate::Error). Right below it, body
//!    sizes are limited, and a response in an unsupported encoding is rejected.
//! 2. **Your layers**, added with [`ClientBuilder::layer`](crate::ClientBuilder::layer). They see a
//!    call once, however many attempts it takes.
//! 3. [`TraceLayer`]: one span for each call.
//! 4. [`DeadlineLayer`]: limits the total time of a call, its stream included.
//! 5. The concurrency limit and [`FailoverLayer`], if enabled.
//! 6. [`RetryLayer`]: retries where that helps and does no harm.
//! 7. [`CircuitBreakerLayer`], if enabled.
//! 8. [`AttemptTimeoutLayer`]: limits the time until one attempt's response begins.
//! 9. [`ParseErrorLayer`]: reads the body of an error response.
//! 10. [`LogBodiesLayer`], if enabled.
//! 11. [`EndpointLayer`]: sets the endpoint of the request.
//! 12. [`StandardHeadersLayer`]: adds project, compartment, request id and user agent.
//! 13. **Your layers** for each attempt, added with
//!     [`ClientBuilder::attempt_layer`](crate::ClientBuilder::attempt_layer). Their changes are
//!     signed.
//! 14. **Authentication**: the last layer that changes the request. It signs each attempt
//!     separately. [`ClientBuilder::auth_layer`](crate::ClientBuilder::auth_layer) replaces it with
//!     your own layer.
//! 15. [`BeforeAttemptLayer`]: runs the check of
//!     [`RequestOptions::before_attempt`](crate::RequestOptions::before_attempt).
//! 16. reqwest, or the service set with
//!     [`ClientBuilder::http_service`](crate::ClientBuilder::http_service).
//!
//! A response may repeat the credential that was sent. Errors, hints and logs of this crate mask
//! it. Your layers that display responses can mask it with [`SentCredentials`].
//!
//! Every layer uses `http::Request` and `http::Response`, so the layers of `tower` and `tower-http`
//! fit wherever yours do.

mod attempt_timeout;
mod before_attempt;
mod circuit_breaker;
mod deadline;
mod endpoint;
mod error;
mod failover;
mod headers;
mod log_bodies;
mod retry;
mod size_limits;
mod trace;

pub use self::attempt_timeout::{AttemptTimeout, AttemptTimeoutLayer, AttemptTimeoutOverride};
pub use self::before_attempt::{AttemptCheck, BeforeAttempt, BeforeAttemptLayer};
pub use self::circuit_breaker::{CircuitBreaker, CircuitBreakerLayer};
pub use self::deadline::{
    CallDeadline, Deadline, DeadlineBody, DeadlineLayer, TotalTimeoutOverride,
};
pub use self::endpoint::{EndpointLayer, EndpointOverride, SetEndpoint};
pub use self::error::{ErrorLayer, ParseErrorLayer, ParseErrorService, RaiseErrorService};
pub use self::failover::{FailedOver, Failover, FailoverLayer, FailoverTarget, Stateless};
pub(crate) use self::headers::SELECTED_REGION;
pub(crate) use self::headers::header_value;
pub use self::headers::{
    DEFAULT_USER_AGENT, OPC_COMPARTMENT_ID, OPC_REQUEST_ID, OPENAI_PROJECT, RequestHeaders,
    StandardHeaders, StandardHeadersLayer,
};
pub use self::log_bodies::{LogBodies, LogBodiesLayer};
pub use self::retry::{
    Attempts, Idempotency, OPC_RETRY_TOKEN, Retry, RetryBudget, RetryConfig, RetryLayer,
    RetryOverride,
};
pub(crate) use self::size_limits::SizeLimitsLayer;
pub use self::trace::{CallSpan, Trace, TraceLayer, call_span};
pub use crate::wire::SentCredentials;
