//! The seam between generated operations and the wire.
//!
//! A generated operation builds a request and hands it to [`Transport::execute`]. There it becomes
//! an [`http::Request`], travels through whatever [`tower`] stack the transport was made of, and
//! its answer comes back as the type the generated code reads. Because the stack speaks `http`
//! types, every layer of `tower` and `tower-http` fits.
//!
//! A layer may fail with a type of its own. That error reaches the caller of the operation intact:
//! see [`into_transport_error`].

mod error;
mod http_client;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Extensions;
use progenitor_client::OperationInfo;
use reqwest::ResponseBuilderExt as _;
use tower::{BoxError as TowerBoxError, Service, ServiceExt, util::BoxCloneSyncService};

pub use self::error::{TRANSPORT_FAILURE_STATUS, TransportError, into_transport_error};
pub use self::http_client::{HttpClient, ResponseFuture};

/// The body of every request and response in the stack.
pub type Body = reqwest::Body;

/// A type-erased error, as `tower` layers use it.
pub type BoxError = TowerBoxError;

/// The operation a request belongs to: its `operationId` in the OpenAPI document.
///
/// Every request of a generated operation carries one in its extensions, so that a layer can tell
/// operations apart without parsing paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation(&'static str);

impl Operation {
    /// Names an operation.
    pub const fn new(operation_id: &'static str) -> Self {
        Self(operation_id)
    }

    /// The `operationId`, for example `create_response`.
    pub const fn id(&self) -> &'static str {
        self.0
    }
}

/// A boxed, cloneable `tower` stack that carries the requests of a generated client.
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
    /// Shared, so that a copy with other extensions costs no copy of the stack.
    stack: Arc<Stack>,
    extensions: Extensions,
}

type Stack = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, BoxError>;

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
        Self {
            stack: Arc::new(BoxCloneSyncService::new(
                stack
                    .map_response(|response: http::Response<B>| response.map(any_body))
                    .map_err(Into::into),
            )),
            extensions: Extensions::new(),
        }
    }

    /// A cheap copy of this transport that puts `value` into the extensions of every request it
    /// carries: the way per-call options reach the layers that honour them.
    #[must_use]
    pub fn with_extension<T: Clone + Send + Sync + 'static>(&self, value: T) -> Self {
        let mut copy = self.clone();
        copy.extensions.insert(value);
        copy
    }

    /// Sends one request through the stack: what the generated client's `exec` hook calls.
    ///
    /// # Errors
    ///
    /// Never returns `Err` itself. A failure inside the stack comes back as a response with status
    /// [`TRANSPORT_FAILURE_STATUS`], from which [`into_transport_error`] takes the typed error: the
    /// hook's signature has room for a `reqwest::Error` only, and nothing outside reqwest can make
    /// one.
    pub async fn execute(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let url = Arc::new(request.url().clone());
        let outcome = match http::Request::<Body>::try_from(request) {
            Ok(mut request) => {
                let extensions = request.extensions_mut();
                extensions.extend(self.extensions.clone());
                extensions.insert(Operation(info.operation_id));
                extensions.insert(KnownUrl(Arc::clone(&url)));
                Stack::clone(&self.stack).oneshot(request).await
            }
            Err(error) => Err(error.into()),
        };
        Ok(match outcome {
            Ok(response) => reqwest::Response::from(with_url(response, Arc::unwrap_or_clone(url))),
            Err(error) => TransportError::new(error).into_response(),
        })
    }
}

/// In a request's extensions: its URL as the operation wrote it. Parsing it once more would be a good part
/// of what the way through the stack costs.
#[derive(Clone)]
struct KnownUrl(Arc<reqwest::Url>);

impl KnownUrl {
    /// Whether a request still goes there.
    fn is(&self, uri: &http::Uri) -> bool {
        let parts = uri
            .scheme_str()
            .zip(uri.authority())
            .zip(uri.path_and_query());
        parts.is_some_and(|((scheme, authority), path)| {
            let rest = self.0.as_str().strip_prefix(scheme);
            let rest = rest.and_then(|rest| rest.strip_prefix("://"));
            let rest = rest.and_then(|rest| rest.strip_prefix(authority.as_str()));
            rest == Some(path.as_str())
        })
    }
}

/// Tells reqwest whose answer this is; it would make up a URL, and parse it, otherwise.
fn with_url(mut response: http::Response<Body>, url: reqwest::Url) -> http::Response<Body> {
    if let Ok(of_url) = http::Response::builder().url(url).body(()) {
        let (parts, ()) = of_url.into_parts();
        response.extensions_mut().extend(parts.extensions);
    }
    response
}

/// Forgets a body's type. One that is a [`Body`] already is not boxed once more.
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
