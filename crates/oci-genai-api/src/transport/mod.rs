//! The interface between generated operations and HTTP.
//!
//! A generated operation builds a request and passes it to [`Transport::execute`], which converts
//! it to an [`http::Request`] and sends it through a [`tower`] stack. The response is converted to
//! the type that the generated code reads. The stack uses `http` types, so every layer of `tower`
//! and `tower-http` fits.
//!
//! A layer may fail with its own error type. The caller of the operation can get that error back
//! unchanged: see [`into_transport_error`].

mod base_url;
mod error;
mod http_client;
mod response;

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Extensions;
use progenitor_client::OperationInfo;
use tower::{BoxError as TowerBoxError, Service, ServiceExt};

pub(crate) use self::base_url::BaseUrl;
pub use self::error::{TRANSPORT_FAILURE_STATUS, TransportError, into_transport_error};
pub use self::http_client::{HttpClient, ResponseFuture};
use self::response::StackResponse;

/// The body of every request and response in the stack.
pub type Body = reqwest::Body;

/// A type-erased error, as `tower` layers use it.
pub type BoxError = TowerBoxError;

/// The operation of a request: its `operationId` in the OpenAPI document.
///
/// Every request of a generated operation has one in its extensions, so that a layer can
/// distinguish operations without parsing paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation(&'static str);

impl Operation {
    /// Creates an operation from its id.
    pub const fn new(operation_id: &'static str) -> Self {
        Self(operation_id)
    }

    /// Returns the `operationId`, for example `create_response`.
    pub const fn id(&self) -> &'static str {
        self.0
    }
}

/// A boxed, cloneable `tower` stack that sends the requests of a generated client.
///
/// ```
/// use oci_genai_api::{Body, HttpClient, Transport};
/// use tower::ServiceBuilder;
///
/// let stack = ServiceBuilder::new().service(HttpClient::new(reqwest::Client::new()));
/// let transport = Transport::new(stack);
/// # let _ = transport;
/// ```
#[derive(Clone)]
pub struct Transport {
    stack: Arc<Stack>,
    extensions: Extensions,
}

/// Sends a request through a copy of the stack.
type Stack = dyn Fn(http::Request<Body>) -> Pending + Send + Sync;

/// What a stack made of a request, once it is there.
pub(crate) type Pending =
    Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>;

impl Transport {
    /// Wraps a stack. Its response body may be of any type that streams bytes, as the body-changing
    /// layers of `tower-http` return.
    pub fn new<S, B>(stack: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        let stack = stack
            .map_response(|response: http::Response<B>| response.map(any_body))
            .map_err(Into::into);
        Self {
            stack: Arc::new(move |request| Box::pin(stack.clone().oneshot(request))),
            extensions: Extensions::new(),
        }
    }

    /// Returns a cheap copy of this transport that adds `value` to the extensions of every request.
    /// This passes per-call options to the layers that support them.
    #[must_use]
    pub fn with_extension<T: Clone + Send + Sync + 'static>(&self, value: T) -> Self {
        let mut copy = self.clone();
        copy.extensions.insert(value);
        copy
    }

    /// Sends one request through the stack.
    ///
    /// # Errors
    ///
    /// Never returns `Err`. A failure inside the stack is returned as a response with status
    /// [`TRANSPORT_FAILURE_STATUS`]; [`into_transport_error`] extracts the typed error from it. The
    /// operations' error type can hold only a `reqwest::Error`, and only reqwest can create one.
    pub async fn execute(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        Ok(self.send(request, info.operation_id).await.into())
    }

    /// Sends a request that came through a layer around this transport.
    #[allow(dead_code, reason = "layers of generated crates use it")]
    pub(crate) fn carry(&self, mut request: http::Request<Body>) -> Pending {
        request.extensions_mut().extend(self.extensions.clone());
        (self.stack)(request)
    }

    /// Sends the request of an operation.
    pub(crate) fn send(
        &self,
        request: reqwest::Request,
        operation_id: &'static str,
    ) -> impl Future<Output = StackResponse> + Send + use<> {
        let url = Arc::new(request.url().clone());
        let built = Built {
            url: Arc::clone(&url),
            timeout: request.timeout().copied(),
        };
        let pending = http::Request::<Body>::try_from(request).map(|mut request| {
            let extensions = request.extensions_mut();
            extensions.extend(self.extensions.clone());
            extensions.insert(Operation(operation_id));
            extensions.insert(built);
            (self.stack)(request)
        });
        async move {
            let outcome = match pending {
                Ok(pending) => pending.await,
                Err(error) => Err(error.into()),
            };
            let response =
                outcome.unwrap_or_else(|error| TransportError::new(error).into_response());
            StackResponse { response, url }
        }
    }
}

/// URL and timeout of the operation's own request, in the extensions. Parsing the URL again would
/// be a large part of the stack's cost.
#[derive(Clone)]
struct Built {
    url: Arc<reqwest::Url>,
    timeout: Option<Duration>,
}

impl Built {
    /// Returns true if a request still has this URL.
    fn is_to(&self, uri: &http::Uri) -> bool {
        let parts = uri
            .scheme_str()
            .zip(uri.authority())
            .zip(uri.path_and_query());
        parts.is_some_and(|((scheme, authority), path)| {
            let rest = self.url.as_str().strip_prefix(scheme);
            let rest = rest.and_then(|rest| rest.strip_prefix("://"));
            let rest = rest.and_then(|rest| rest.strip_prefix(authority.as_str()));
            rest == Some(path.as_str())
        })
    }
}

/// Erases the type of a body. Does not box a [`Body`] again.
pub fn any_body<B>(body: B) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Sync + 'static,
    B::Error: Into<BoxError>,
{
    let mut body = Some(body);
    let any: &mut dyn Any = &mut body;
    if let Some(same) = any.downcast_mut::<Option<Body>>() {
        return same.take().unwrap_or_default();
    }
    body.map(Body::wrap).unwrap_or_default()
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
