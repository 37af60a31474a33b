//! Puts the service's standard headers on requests.
//!
//! Place it outside authentication, so that what is signed is what is sent, and inside retries.
//! A header that a request already carries is never replaced.
//!
//! ```
//! use oci_genai::middleware::StandardHeadersLayer;
//!
//! let layer = StandardHeadersLayer::new()
//!     .project("ocid1.generativeaiproject.oc1.us-chicago-1.example")?;
//! # let _ = layer;
//! # Ok::<_, oci_genai::Error>(())
//! ```

use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use tower_layer::Layer;
use tower_service::Service;

use crate::options::setting;
use crate::{Error, Result};

/// Names the project a request belongs to.
pub const OPENAI_PROJECT: HeaderName = HeaderName::from_static("openai-project");
/// Names the compartment a request belongs to.
pub const OPC_COMPARTMENT_ID: HeaderName = HeaderName::from_static("opc-compartment-id");
/// Names a request, in the service's logs too.
pub const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");
/// The region that a routing profile chose for a request, in its response.
pub(crate) const SELECTED_REGION: HeaderName = HeaderName::from_static("x-genai-selected-region");

/// The `user-agent` sent unless another is given.
pub const DEFAULT_USER_AGENT: &str = concat!("oci-genai-rust/", env!("CARGO_PKG_VERSION"));

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// In a request's extensions: headers for this one request, ahead of the standard ones.
#[derive(Clone, Debug)]
pub struct RequestHeaders(pub Arc<HeaderMap>);

/// Applies [`StandardHeaders`].
#[derive(Clone, Debug)]
pub struct StandardHeadersLayer {
    headers: Arc<Vec<(HeaderName, HeaderValue)>>,
}

impl Default for StandardHeadersLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl StandardHeadersLayer {
    /// Sends the user agent and, with every request of its own, an `opc-request-id`.
    pub fn new() -> Self {
        Self {
            headers: Arc::new(vec![(
                USER_AGENT,
                HeaderValue::from_static(DEFAULT_USER_AGENT),
            )]),
        }
    }

    /// Sends `OpenAI-Project`.
    ///
    /// # Errors
    ///
    /// When the value cannot stand in a header.
    pub fn project(self, project: &str) -> Result<Self> {
        self.with(OPENAI_PROJECT, "project", project)
    }

    /// Sends `opc-compartment-id`.
    ///
    /// # Errors
    ///
    /// When the value cannot stand in a header.
    pub fn compartment(self, compartment: &str) -> Result<Self> {
        self.with(OPC_COMPARTMENT_ID, "compartment", compartment)
    }

    /// Appends to the user agent.
    ///
    /// # Errors
    ///
    /// When the value cannot stand in a header.
    pub fn append_user_agent(self, more: &str) -> Result<Self> {
        let agent = format!("{DEFAULT_USER_AGENT} {}", more.trim());
        self.with(USER_AGENT, "user agent", &agent)
    }

    fn with(mut self, name: HeaderName, what: &str, value: &str) -> Result<Self> {
        let value = header_value(what, value)?;
        let headers = Arc::make_mut(&mut self.headers);
        headers.retain(|(present, _)| *present != name);
        headers.push((name, value));
        Ok(self)
    }
}

/// A header value, or an error that names what it was for.
pub(crate) fn header_value(what: &str, value: &str) -> Result<HeaderValue> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Error::config(format!("the {what} is empty")));
    }
    HeaderValue::from_str(value).map_err(|error| {
        Error::config(format!(
            "the {what} contains characters that cannot stand in a header, such as a line end"
        ))
        .with_source(error)
    })
}

impl<S> Layer<S> for StandardHeadersLayer {
    type Service = StandardHeaders<S>;

    fn layer(&self, inner: S) -> Self::Service {
        StandardHeaders {
            inner,
            headers: Arc::clone(&self.headers),
        }
    }
}

/// Puts the service's standard headers on requests.
#[derive(Clone, Debug)]
pub struct StandardHeaders<S> {
    inner: S,
    headers: Arc<Vec<(HeaderName, HeaderValue)>>,
}

impl<S, B> Service<Request<B>> for StandardHeaders<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(RequestHeaders(own)) = setting::<RequestHeaders>(request.extensions()).cloned()
        {
            let headers = request.headers_mut();
            for (name, value) in own.iter() {
                headers.insert(name.clone(), value.clone());
            }
        }
        // Signing covers the content type, and gateways drop a charset before they verify.
        if *request.method() == Method::POST {
            request.headers_mut().entry(CONTENT_TYPE).or_insert(JSON);
        }
        let headers = request.headers_mut();
        for (name, value) in self.headers.iter() {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        headers
            .entry(OPC_REQUEST_ID)
            .or_insert_with(random_value::<32>);
        self.inner.call(request)
    }
}

/// Random upper-case hexadecimal digits. OCI's own SDKs send 32 to name a request and 30 to name a
/// repetition.
pub(super) fn random_value<const LENGTH: usize>() -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    const { assert!(LENGTH <= 32, "there are 128 random bits") };
    let mut bits = fastrand::u128(..);
    let digits: [u8; LENGTH] = std::array::from_fn(|_| {
        let digit = DIGITS[(bits & 0xF) as usize];
        bits >>= 4;
        digit
    });
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt, service_fn};

    use super::*;

    async fn sent(layer: StandardHeadersLayer, request: Request<()>) -> HeaderMap {
        let inner = service_fn(|request: Request<()>| async move {
            Ok::<_, std::convert::Infallible>(request.headers().clone())
        });
        layer.layer(inner).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn standard_headers_are_added() {
        let layer = StandardHeadersLayer::new()
            .project("ocid1.p")
            .unwrap()
            .compartment("ocid1.c")
            .unwrap()
            .append_user_agent("mine/1")
            .unwrap();
        let headers = sent(layer, Request::post("/").body(()).unwrap()).await;
        assert_eq!(headers["openai-project"], "ocid1.p");
        assert_eq!(headers["opc-compartment-id"], "ocid1.c");
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers["user-agent"].to_str().unwrap().ends_with(" mine/1"));
        assert_eq!(headers["opc-request-id"].len(), 32);
    }

    #[tokio::test]
    async fn what_the_request_carries_wins() {
        let mut own = HeaderMap::new();
        own.insert(OPENAI_PROJECT, HeaderValue::from_static("theirs"));
        let request = Request::get("/")
            .header("user-agent", "theirs")
            .extension(RequestHeaders(Arc::new(own)))
            .body(())
            .unwrap();
        let layer = StandardHeadersLayer::new().project("ours").unwrap();
        let headers = sent(layer, request).await;
        assert_eq!(headers["user-agent"], "theirs");
        assert_eq!(headers["openai-project"], "theirs");
    }

    #[test]
    fn values_that_cannot_be_headers_are_refused_by_name() {
        for (value, word) in [("a\nb", "characters"), (" ", "empty")] {
            let error = StandardHeadersLayer::new().project(value).unwrap_err();
            assert!(error.is_config());
            assert!(error.to_string().contains("project"), "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
