//! Limits request and response bodies, and rejects unsupported encodings.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{Request, Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use oci_genai_api::{Body, BoxError, Operation};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::Error;

/// Applies [`SizeLimits`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct SizeLimitsLayer {
    pub(crate) max_request_bytes: usize,
    pub(crate) max_response_bytes: usize,
}

impl<S> Layer<S> for SizeLimitsLayer {
    type Service = SizeLimits<S>;

    fn layer(&self, inner: S) -> SizeLimits<S> {
        SizeLimits {
            inner,
            limits: *self,
        }
    }
}

/// Rejects bodies that are too large.
///
/// A success body is counted as it is read, after decompression. Streams are limited event by event
/// instead, and error responses where they are read.
#[derive(Clone, Debug)]
pub(crate) struct SizeLimits<S> {
    inner: S,
    limits: SizeLimitsLayer,
}

impl<S, B> Service<Request<Body>> for SizeLimits<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
{
    type Response = Response<LimitedBody<B>>;
    type Error = BoxError;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let size = request.body().as_bytes().map_or(0, <[u8]>::len);
        if size > self.limits.max_request_bytes {
            let error = Error::invalid(format!(
                "the request has {size} bytes, more than the {} that max_request_bytes allows",
                self.limits.max_request_bytes
            ));
            return ResponseFuture::Refused { error: Some(error) };
        }
        let operation = request.extensions().get::<Operation>();
        let is_stream = operation.is_some_and(|operation| operation.id().ends_with("_stream"));
        ResponseFuture::Sent {
            is_operation: operation.is_some(),
            limit: (!is_stream).then_some(self.limits.max_response_bytes),
            future: self.inner.call(request),
        }
    }
}

pin_project! {
    /// The future of [`SizeLimits`].
    #[project = Projection]
    pub(crate) enum ResponseFuture<F> {
        Sent { #[pin] future: F, limit: Option<usize>, is_operation: bool },
        Refused { error: Option<Error> },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<LimitedBody<B>>, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Sent {
                future,
                limit,
                is_operation,
            } => {
                let mut response = ready!(future.poll(context)).map_err(Into::into)?;
                if *is_operation && is_other_success(response.status()) {
                    *response.status_mut() = StatusCode::OK;
                }
                if response.status().is_success()
                    && let Some(encoding) = unread_encoding(&response)
                {
                    return Poll::Ready(Err(Error::encoded(&encoding).into()));
                }
                let left = *limit;
                Poll::Ready(Ok(response.map(|body| LimitedBody {
                    body,
                    limit: left.unwrap_or(usize::MAX),
                    left,
                })))
            }
            Projection::Refused { error } => match error.take() {
                Some(error) => Poll::Ready(Err(error.into())),
                None => Poll::Pending,
            },
        }
    }
}

/// Returns whether a status is a success that no operation declares. Some gateways answer with one; the
/// body is the declared one all the same.
fn is_other_success(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::CREATED | StatusCode::ACCEPTED | StatusCode::NON_AUTHORITATIVE_INFORMATION
    )
}

/// Returns the encoding of a response that the HTTP client did not decode; it removes decoded ones from the headers.
fn unread_encoding<B>(response: &Response<B>) -> Option<String> {
    let encoding = response.headers().get(CONTENT_ENCODING)?;
    let encoding = String::from_utf8_lossy(encoding.as_bytes());
    let encoding = encoding.trim();
    let is_none = encoding.is_empty() || encoding.eq_ignore_ascii_case("identity");
    (!is_none).then(|| encoding.to_owned())
}

pin_project! {
    /// A body that fails when it exceeds its limit.
    pub(crate) struct LimitedBody<B> {
        #[pin]
        body: B,
        limit: usize,
        // None for no limit.
        left: Option<usize>,
    }
}

impl<B> HttpBody for LimitedBody<B>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        let Some(left) = this.left else {
            return this.body.poll_frame(context).map_err(Into::into);
        };
        let frame = ready!(this.body.poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match left.checked_sub(data.len()) {
                Some(rest) => *left = rest,
                None => {
                    let error = Error::response_too_large(*this.limit);
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
