//! Options of a single call.

use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, HeaderMap, HeaderName};

use crate::middleware::{
    AttemptCheck, AttemptTimeoutOverride, CallSpan, EndpointOverride, Idempotency,
    OPC_COMPARTMENT_ID, OPC_RETRY_TOKEN, OPENAI_PROJECT, RequestHeaders, RetryConfig,
    RetryOverride, Stateless, TotalTimeoutOverride, header_value,
};
use crate::validation::shown;
use crate::{Endpoint, Error, Region, Result};

/// Options of a single call. Unset options keep the client's values.
///
/// ```
/// use std::time::Duration;
/// use oci_genai::RequestOptions;
///
/// let options = RequestOptions::new()
///     .timeout(Duration::from_secs(20))
///     .header("x-team", "offsite")
///     .project("ocid1.generativeaiproject.oc1.us-chicago-1.other");
/// # let _ = options;
/// ```
///
/// An invalid option makes the call fail before anything is sent.
#[derive(Debug, Default)]
pub struct RequestOptions {
    attempt_timeout: Option<AttemptTimeoutOverride>,
    timeout: Option<TotalTimeoutOverride>,
    headers: HeaderMap,
    endpoint: Option<Arc<Endpoint>>,
    retry: Option<RetryConfig>,
    resend: Option<Idempotency>,
    check: Option<AttemptCheck>,
    stateless: bool,
    error: Option<Error>,
}

impl RequestOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the total time of the call: attempts, pauses, and reading the response or stream to
    /// its end. `None` means no limit.
    #[must_use]
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(TotalTimeoutOverride(limit.into()));
        self
    }

    /// Limits the time of one attempt until its response begins. `None` means no limit.
    #[must_use]
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(AttemptTimeoutOverride(limit.into()));
        self
    }

    /// Sets the retry policy of the call.
    #[must_use]
    pub fn retry(mut self, config: RetryConfig) -> Self {
        self.retry = Some(config);
        self
    }

    /// Sets the idempotency of the call, in place of the default for its operation.
    #[must_use]
    pub fn resend(mut self, resend: Idempotency) -> Self {
        self.resend = Some(resend);
        self
    }

    /// Runs a check right before each attempt is sent: after every pause, and after credentials
    /// were refreshed. If the check fails, neither this attempt nor a later one is sent, and the
    /// check's error is the source of the call's error.
    #[must_use]
    pub fn before_attempt(mut self, check: AttemptCheck) -> Self {
        self.check = Some(check);
        self
    }

    /// Sets a header, in place of one that the client would send.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match name.parse::<HeaderName>() {
            Ok(name) => self.insert(name.clone(), name.as_str(), value),
            Err(error) => {
                self.fail(
                    Error::invalid(format!("invalid header name: {}", shown(name)))
                        .with_source(error),
                );
            }
        }
        self
    }

    /// Sets the project, by OCID.
    #[must_use]
    pub fn project(mut self, project: &str) -> Self {
        self.insert(OPENAI_PROJECT, "project", project);
        self
    }

    /// Sets the compartment, by OCID.
    #[must_use]
    pub fn compartment(mut self, compartment: &str) -> Self {
        self.insert(OPC_COMPARTMENT_ID, "compartment", compartment);
        self
    }

    /// Sets the token by which the service may recognize retries of this call, in place of a random
    /// one.
    #[must_use]
    pub fn idempotency_token(mut self, token: &str) -> Self {
        self.insert(OPC_RETRY_TOKEN, "idempotency token", token);
        self
    }

    /// Sets the region, in place of the client's. API keys, projects and conversations belong to
    /// one region.
    #[must_use]
    pub fn region(self, region: Region) -> Self {
        match Endpoint::builder(region).build() {
            Ok(endpoint) => self.endpoint(endpoint),
            Err(error) => {
                let mut failed = self;
                failed.fail(error);
                failed
            }
        }
    }

    /// Sets the endpoint, in place of the client's.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(Arc::new(endpoint));
        self
    }

    /// Marks the call as stateless: any region can serve it.
    pub(crate) const fn stateless(mut self, stateless: bool) -> Self {
        self.stateless = stateless;
        self
    }

    fn insert(&mut self, name: HeaderName, what: &str, value: &str) {
        match header_value(what, value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(error) => self.fail(Error::invalid(error.to_string())),
        }
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Returns the options in the form that layers read, or the first error.
    pub(crate) fn into_context(self, resend: Idempotency, span: CallSpan) -> Result<CallContext> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let headers = (!self.headers.is_empty()).then(|| RequestHeaders(Arc::new(self.headers)));
        Ok(CallContext(Arc::new(CallSettings {
            resend: self.resend.unwrap_or(resend),
            check: self.check,
            span,
            attempt_limit: self.attempt_timeout,
            limit: self.timeout,
            endpoint: self.endpoint.map(EndpointOverride),
            retry: self.retry.map(RetryOverride),
            stateless: self.stateless.then_some(Stateless),
            headers,
        })))
    }

    /// Returns the total timeout, if this call sets one.
    pub(crate) const fn own_timeout(&self) -> Option<Option<Duration>> {
        match self.timeout {
            Some(TotalTimeoutOverride(limit)) => Some(limit),
            None => None,
        }
    }
}

/// The options of a call, shared cheaply between the typed call and the stack.
#[derive(Clone, Debug)]
pub(crate) struct CallContext(Arc<CallSettings>);

#[derive(Debug)]
struct CallSettings {
    resend: Idempotency,
    check: Option<AttemptCheck>,
    span: CallSpan,
    attempt_limit: Option<AttemptTimeoutOverride>,
    limit: Option<TotalTimeoutOverride>,
    endpoint: Option<EndpointOverride>,
    retry: Option<RetryOverride>,
    stateless: Option<Stateless>,
    headers: Option<RequestHeaders>,
}

/// A setting that a layer reads from a request's extensions or from a call's options.
pub(crate) trait Setting: Send + Sync + Sized + 'static {
    fn of_call(call: &CallContext) -> Option<&Self>;
}

macro_rules! optional_settings {
    ($($setting:ty: $field:ident),+ $(,)?) => {$(
        impl Setting for $setting {
            fn of_call(call: &CallContext) -> Option<&Self> {
                call.0.$field.as_ref()
            }
        }
    )+};
}

optional_settings! {
    AttemptCheck: check,
    AttemptTimeoutOverride: attempt_limit,
    TotalTimeoutOverride: limit,
    EndpointOverride: endpoint,
    RetryOverride: retry,
    Stateless: stateless,
    RequestHeaders: headers,
}

impl Setting for Idempotency {
    fn of_call(call: &CallContext) -> Option<&Self> {
        Some(&call.0.resend)
    }
}

impl Setting for CallSpan {
    fn of_call(call: &CallContext) -> Option<&Self> {
        Some(&call.0.span)
    }
}

/// Returns a setting from a request's extensions, or else from the options of its call.
pub(crate) fn setting<T: Setting>(extensions: &Extensions) -> Option<&T> {
    let of_call = || extensions.get().and_then(T::of_call);
    extensions.get().or_else(of_call)
}

/// Adds the setters of [`RequestOptions`] to a call builder that has a field `options`.
macro_rules! call_options {
    () => {
        /// Sets the options of this call.
        pub fn options(mut self, options: $crate::RequestOptions) -> Self {
            self.options = options;
            self
        }

        /// Limits the total time of the call; see
        /// [`RequestOptions::timeout`](crate::RequestOptions::timeout).
        pub fn timeout(mut self, limit: impl Into<Option<std::time::Duration>>) -> Self {
            self.options = self.options.timeout(limit);
            self
        }

        /// Sets a header of this call; see
        /// [`RequestOptions::header`](crate::RequestOptions::header).
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.options = self.options.header(name, value);
            self
        }
    };
}
pub(crate) use call_options;
