//! The response to an operation's request.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use progenitor_client::{ByteStream, Error, ResponseValue};
use reqwest::{ResponseBuilderExt as _, StatusCode, Url};

use super::Body;
use crate::model::{Tolerant, read};

/// The response of a stack. Generated operations read it directly: reqwest's type would box a body
/// that is not its own, and returns its headers only as a copy.
#[allow(dead_code, reason = "a document may have no operations")]
pub(crate) struct StackResponse {
    pub(super) response: http::Response<Body>,
    pub(super) url: Arc<Url>,
}

#[allow(
    dead_code,
    reason = "a document has operations of some of these kinds only"
)]
impl StackResponse {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Reads the whole body as the expected type.
    pub(crate) async fn json<T: Tolerant, E>(self) -> Result<ResponseValue<T>, Error<E>> {
        let (parts, body) = self.response.into_parts();
        let collected = body.collect().await.map_err(Error::ResponseBodyError)?;
        let body = collected.to_bytes();
        match read(&body) {
            Ok(value) => Ok(ResponseValue::new(value, parts.status, parts.headers)),
            // An error of a proxy is not JSON; its status and headers describe it.
            Err(_) if !parts.status.is_success() => {
                let response = http::Response::from_parts(parts, Body::from(body));
                let url = self.url;
                Err(Error::UnexpectedResponse(Self { response, url }.into()))
            }
            Err(error) => Err(Error::InvalidResponsePayload(body, error)),
        }
    }

    /// Returns the body as a stream.
    pub(crate) fn stream(self) -> ResponseValue<ByteStream> {
        let (parts, body) = self.response.into_parts();
        let bytes = ByteStream::new(Box::pin(body.into_data_stream()));
        // A copy has no unused capacity, and a stream may stay open for a long time.
        ResponseValue::new(bytes, parts.status, parts.headers.clone())
    }

    /// Returns a response without a body.
    pub(crate) fn empty(self) -> ResponseValue<()> {
        let (parts, _) = self.response.into_parts();
        ResponseValue::new((), parts.status, parts.headers)
    }
}

impl From<StackResponse> for reqwest::Response {
    fn from(stack: StackResponse) -> Self {
        let (mut parts, body) = stack.response.into_parts();
        // Otherwise reqwest would make up a URL and parse it.
        let url = Arc::unwrap_or_clone(stack.url);
        if let Ok(of_url) = http::Response::builder().url(url).body(()) {
            let (of_url, ()) = of_url.into_parts();
            parts.extensions.extend(of_url.extensions);
        }
        http::Response::from_parts(parts, body).into()
    }
}
