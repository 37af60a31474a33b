//! Response body on its way to the caller.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use oci_genai_api::Body;

use crate::config::BodyError;
use crate::record::{Outcome, Watch};

/// Body of a proxy response: the service's body, forwarded frame by frame as the caller reads it.
/// Dropping it cancels the request to the service.
pub struct ProxyBody {
    inner: Body,
    /// Length, if known from the start.
    length: Option<u64>,
    by_proxy: bool,
    watch: Option<Watch>,
}

impl ProxyBody {
    /// Creates a body that the proxy made itself.
    pub(crate) fn full(bytes: Bytes) -> Self {
        Self {
            length: Some(bytes.len() as u64),
            inner: Body::from(bytes),
            by_proxy: true,
            watch: None,
        }
    }

    pub(crate) fn upstream(inner: Body) -> Self {
        Self {
            length: inner.size_hint().exact(),
            inner,
            by_proxy: false,
            watch: None,
        }
    }

    /// Reports the request when this body ends.
    pub(crate) fn watch(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }

    fn end(&mut self, outcome: Outcome) {
        let by_proxy = self.by_proxy && outcome == Outcome::Complete;
        if let Some(watch) = &mut self.watch {
            watch.ended(if by_proxy { Outcome::ByProxy } else { outcome });
        }
    }
}

impl http_body::Body for ProxyBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                if let (Some(watch), Some(data)) = (&mut self.watch, frame.data_ref()) {
                    watch.sent(data);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                self.end(Outcome::Broken);
                if let Some(watch) = &mut self.watch {
                    watch.reason("the service's response ended early");
                }
                Some(Err(error.into()))
            }
            None => {
                self.end(Outcome::Complete);
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for ProxyBody {
    fn drop(&mut self) {
        // A body of a known length is not always polled to its end.
        let whole = self.watch.as_ref().is_some_and(|watch| {
            watch.outcome() == Outcome::Canceled
                && (self.inner.is_end_stream() || self.length == Some(watch.response_bytes()))
        });
        if whole {
            self.end(Outcome::Complete);
        }
    }
}

impl fmt::Debug for ProxyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyBody").finish_non_exhaustive()
    }
}
