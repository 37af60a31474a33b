//! Adds the service's standard headers to requests.
//!
//! Place it outside authentication, so that the headers are signed, and inside retries. It never
//! replaces a header that a request already has.
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

/// Header that names the project of a request.
pub const OPENAI_PROJECT: HeaderName = HeaderName::from_static("openai-project");
/// Header that names the compartment of a request.
pub const OPC_COMPARTMENT_ID: HeaderName = HeaderName::from_static("opc-compartment-id");
/// Header that identifies a request, also in the service's logs.
pub const OPC_REQUEST_ID: HeaderName = HeaderName::from_static("opc-request-id");
/// Response header with the region that a routing profile selected.
pub(crate) const SELECTED_REGION: HeaderName = HeaderName::from_static("x-genai-selected-region");

/// Default `user-agent` header.
pub const DEFAULT_USER_AGENT: &str = concat!("oci-genai-rust/", env!("CARGO_PKG_VERSION"));

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Request extension: headers of this request, which take precedence over the standard ones.
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
    /// Creates a layer that sends the user agent and a new `opc-request-id` with every request.
    pub fn new() -> Self {
        Self {
            headers: Arc::new(vec![(
                USER_AGENT,
                HeaderValue::from_static(DEFAULT_USER_AGENT),
            )]),
        }
    }

    /// Adds the header `OpenAI-Project`.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a valid header value.
    pub fn project(self, project: &str) -> Result<Self> {
        self.with(OPENAI_PROJECT, "project", project)
    }

    /// Adds the header `opc-compartment-id`.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a valid header value.
    pub fn compartment(self, compartment: &str) -> Result<Self> {
        self.with(OPC_COMPARTMENT_ID, "compartment", compartment)
    }

    /// Appends text to the user agent.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not a valid header value.
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

/// Creates a header value. The error names the setting `what`.
pub(crate) fn header_value(what: &str, value: &str) -> Result<HeaderValue> {
    let value = value.trim();
    if value.is_empty() {
        return Err(Error::config(format!("the {what} is empty")));
    }
    HeaderValue::from_str(value).map_err(|error| {
        Error::config(format!(
            "the {what} contains characters that are not allowed in a header, such as a line break"
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

/// Adds the service's standard headers to requests.
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
        // The signature covers the content type, and gateways remove a charset before they verify
        // it.
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

/// Returns random upper-case hexadecimal digits. OCI's own SDKs use 32 digits as a request id and
/// 30 as a retry token.
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
    async fn headers_of_the_request_take_precedence() {
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
    fn invalid_header_values_are_rejected_by_name() {
        for (value, word) in [("a\nb", "characters"), (" ", "empty")] {
            let error = StandardHeadersLayer::new().project(value).unwrap_err();
            assert!(error.is_config());
            assert!(error.to_string().contains("project"), "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
