//! What one call does differently from the rest of its client.

use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, HeaderMap, HeaderName};

use crate::middleware::{
    AttemptCheck, AttemptLimit, CallLimit, CallSpan, EndpointOverride, OPC_COMPARTMENT_ID,
    OPC_RETRY_TOKEN, OPENAI_PROJECT, RequestHeaders, Resend, RetryConfig, RetryOverride, Stateless,
    header_value,
};
use crate::validate::shown;
use crate::{Endpoint, Error, Region, Result};

/// Settings for a single call. Whatever is not set stays as the client has it.
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
/// A setting that cannot be used makes the call fail before anything is sent.
#[derive(Debug, Default)]
pub struct RequestOptions {
    attempt_timeout: Option<AttemptLimit>,
    timeout: Option<CallLimit>,
    headers: HeaderMap,
    endpoint: Option<Arc<Endpoint>>,
    retry: Option<RetryConfig>,
    resend: Option<Resend>,
    check: Option<AttemptCheck>,
    stateless: bool,
    error: Option<Error>,
}

impl RequestOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time the whole call may take: attempts, pauses, and reading the answer or stream to its
    /// end. `None` for no limit.
    #[must_use]
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(CallLimit(limit.into()));
        self
    }

    /// The time one attempt may take until its answer begins. `None` for no limit.
    #[must_use]
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = Some(AttemptLimit(limit.into()));
        self
    }

    /// How the call is retried.
    #[must_use]
    pub fn retry(mut self, config: RetryConfig) -> Self {
        self.retry = Some(config);
        self
    }

    /// What repeating the call does, in place of what is known of its kind.
    #[must_use]
    pub fn resend(mut self, resend: Resend) -> Self {
        self.resend = Some(resend);
        self
    }

    /// Makes a check right before each attempt is sent: after every pause, and after credentials
    /// were refreshed. If it fails, the attempt is not sent, nor is any other; the call's error has
    /// the check's as its source.
    #[must_use]
    pub fn before_attempt(mut self, check: AttemptCheck) -> Self {
        self.check = Some(check);
        self
    }

    /// A header, in place of one this client would send.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match name.parse::<HeaderName>() {
            Ok(name) => self.insert(name.clone(), name.as_str(), value),
            Err(error) => {
                self.fail(
                    Error::invalid(format!("{} cannot be the name of a header", shown(name)))
                        .with_source(error),
                );
            }
        }
        self
    }

    /// The project, by its OCID.
    #[must_use]
    pub fn project(mut self, project: &str) -> Self {
        self.insert(OPENAI_PROJECT, "project", project);
        self
    }

    /// The compartment, by its OCID.
    #[must_use]
    pub fn compartment(mut self, compartment: &str) -> Self {
        self.insert(OPC_COMPARTMENT_ID, "compartment", compartment);
        self
    }

    /// The token by which the service may know repetitions of this call, in place of a random one.
    #[must_use]
    pub fn idempotency_token(mut self, token: &str) -> Self {
        self.insert(OPC_RETRY_TOKEN, "idempotency token", token);
        self
    }

    /// The region, in place of the client's. Keys, projects and conversations belong to one region.
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

    /// The endpoint, in place of the client's.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(Arc::new(endpoint));
        self
    }

    /// Says that any region can answer this call.
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

    /// The options as layers read them, or the first that cannot be used.
    pub(crate) fn into_context(self, resend: Resend, span: CallSpan) -> Result<CallContext> {
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

    /// The limit on the whole call, if this call has one of its own.
    pub(crate) const fn own_timeout(&self) -> Option<Option<Duration>> {
        match self.timeout {
            Some(CallLimit(limit)) => Some(limit),
            None => None,
        }
    }
}

/// A call's options on their way from the typed call into the stack, as one cheap value.
#[derive(Clone, Debug)]
pub(crate) struct CallContext(Arc<CallSettings>);

#[derive(Debug)]
struct CallSettings {
    resend: Resend,
    check: Option<AttemptCheck>,
    span: CallSpan,
    attempt_limit: Option<AttemptLimit>,
    limit: Option<CallLimit>,
    endpoint: Option<EndpointOverride>,
    retry: Option<RetryOverride>,
    stateless: Option<Stateless>,
    headers: Option<RequestHeaders>,
}

/// Something that a layer looks for in a request's extensions, and that a call's options may hold as well.
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
    AttemptLimit: attempt_limit,
    CallLimit: limit,
    EndpointOverride: endpoint,
    RetryOverride: retry,
    Stateless: stateless,
    RequestHeaders: headers,
}

impl Setting for Resend {
    fn of_call(call: &CallContext) -> Option<&Self> {
        Some(&call.0.resend)
    }
}

impl Setting for CallSpan {
    fn of_call(call: &CallContext) -> Option<&Self> {
        Some(&call.0.span)
    }
}

/// What a request's extensions say about it, or else the options of its call.
pub(crate) fn setting<T: Setting>(extensions: &Extensions) -> Option<&T> {
    let of_call = || extensions.get().and_then(T::of_call);
    extensions.get().or_else(of_call)
}

/// Gives a call builder with a field `options` the setters of [`RequestOptions`].
macro_rules! call_options {
    () => {
        /// What this call does differently from the rest of the client.
        pub fn options(mut self, options: $crate::RequestOptions) -> Self {
            self.options = options;
            self
        }

        /// The time the whole call may take; see [`RequestOptions::timeout`](crate::RequestOptions::timeout).
        pub fn timeout(mut self, limit: impl Into<Option<std::time::Duration>>) -> Self {
            self.options = self.options.timeout(limit);
            self
        }

        /// A header for this call; see [`RequestOptions::header`](crate::RequestOptions::header).
        pub fn header(mut self, name: &str, value: &str) -> Self {
            self.options = self.options.header(name, value);
            self
        }
    };
}
pub(crate) use call_options;
