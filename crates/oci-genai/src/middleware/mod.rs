//! The layers a [`Client`](crate::Client) is made of, each usable alone.
//!
//! The client's stack, outermost first:
//!
//! 1. [`RaiseErrorLayer`]: an error answer becomes an [`Error`](crate::Error). Right below it the sizes
//!    of bodies are bounded, and an answer in an encoding that is not read is refused.
//! 2. **layers of yours**, given with [`ClientBuilder::layer`](crate::ClientBuilder::layer): they see
//!    a call once, whatever happens below.
//! 3. [`TraceLayer`]: one span for each call.
//! 4. [`DeadlineLayer`]: the time a call may take in all, its stream included.
//! 5. a limit on calls under way at a time, and [`FailoverLayer`], if asked for.
//! 6. [`RetryLayer`]: sends again where that helps and does no harm.
//! 7. [`CircuitBreakerLayer`], if asked for.
//! 8. [`AttemptTimeoutLayer`]: the time until one attempt's answer begins.
//! 9. [`ReadErrorLayer`]: reads the body of an error answer.
//! 10. [`LogBodiesLayer`], if asked for.
//! 11. [`EndpointLayer`]: where the request goes.
//! 12. [`StandardHeadersLayer`]: project, compartment, request id, user agent.
//! 13. **layers of yours** for each attempt, given with
//!     [`ClientBuilder::attempt_layer`](crate::ClientBuilder::attempt_layer): what they change is signed.
//! 14. **authentication**: the last to touch the request, so that it signs what is sent, and afresh
//!     for each attempt. [`ClientBuilder::auth_layer`](crate::ClientBuilder::auth_layer) puts a layer
//!     of yours in its place.
//! 15. [`BeforeAttemptLayer`]: makes the check of [`RequestOptions::before_attempt`](crate::RequestOptions::before_attempt).
//! 16. reqwest, or the service given with
//!     [`ClientBuilder::http_service`](crate::ClientBuilder::http_service).
//!
//! What a service answered may repeat the credential that it was sent. Errors, hints and logs of this
//! crate mask it; layers of yours that show answers can, with [`SentCredentials`].
//!
//! Every layer speaks `http::Request` and `http::Response`, so those of `tower` and `tower-http` fit
//! wherever yours do.

mod answer;
mod attempt_timeout;
mod before_attempt;
mod circuit_breaker;
mod deadline;
mod endpoint;
mod failover;
mod headers;
mod log_bodies;
mod retry;
mod size_limits;
mod trace;

pub use self::answer::{RaiseError, RaiseErrorLayer, ReadError, ReadErrorLayer};
pub use self::attempt_timeout::{AttemptLimit, AttemptTimeout, AttemptTimeoutLayer};
pub use self::before_attempt::{AttemptCheck, BeforeAttempt, BeforeAttemptLayer};
pub use self::circuit_breaker::{CircuitBreaker, CircuitBreakerLayer};
pub use self::deadline::{CallLimit, Deadline, DeadlineAt, DeadlineBody, DeadlineLayer};
pub use self::endpoint::{EndpointLayer, EndpointOverride, EndpointService};
pub use self::failover::{FailedOver, Failover, FailoverLayer, FailoverTarget, Stateless};
pub(crate) use self::headers::SELECTED_REGION;
pub(crate) use self::headers::header_value;
pub use self::headers::{
    DEFAULT_USER_AGENT, OPC_COMPARTMENT_ID, OPC_REQUEST_ID, OPENAI_PROJECT, RequestHeaders,
    StandardHeaders, StandardHeadersLayer,
};
pub use self::log_bodies::{LogBodies, LogBodiesLayer};
pub use self::retry::{
    Attempts, OPC_RETRY_TOKEN, Resend, Retry, RetryBudget, RetryConfig, RetryLayer, RetryOverride,
};
pub(crate) use self::size_limits::SizeLimitsLayer;
pub use self::trace::{CallSpan, Trace, TraceLayer, call_span};
pub use crate::wire::SentCredentials;
