//! Request body on its way to the service, with limits on its time and, if it is kept, its size.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, Sleep};

use crate::usage::Scanner;

/// The error of a request body that could not be read completely.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error(
        "the request body has more than {0} bytes, the limit for bodies that the proxy signs; hint: start it with a larger \
         --max-body-bytes"
    )]
    TooLarge(usize),
    #[error("the request body did not arrive in time")]
    Slow,
    #[error("the request body ended early")]
    Broken,
}

/// Timeouts of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Of one pause.
    pub(crate) pause: Duration,
    /// Of the whole body.
    pub(crate) total: Duration,
}

/// A request body. Clones share it, so that a body that was not read can be used for another
/// attempt.
pub(crate) struct Upload<B>(Arc<Mutex<State<B>>>);

struct State<B> {
    body: Pin<Box<B>>,
    begun: bool,
    patience: Patience,
    waited: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    /// Reads what passes.
    scanner: Option<Scanner>,
}

impl<B> Clone for Upload<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B> Upload<B>
where
    B: Body<Data = Bytes>,
{
    pub(crate) fn new(body: B, patience: Patience) -> Self {
        Self(Arc::new(Mutex::new(State {
            body: Box::pin(body),
            begun: false,
            patience,
            waited: Duration::ZERO,
            waiting: None,
            scanner: None,
        })))
    }

    /// Has its model read while it passes; it must be JSON.
    pub(crate) fn read(self) -> Self {
        self.lock().scanner = Some(Scanner::default());
        self
    }

    /// The model it names, as far as it has passed.
    pub(crate) fn model(&self) -> Option<String> {
        self.lock().scanner.as_ref()?.found().model.clone()
    }

    /// Whether reading has started.
    pub(crate) fn has_begun(&self) -> bool {
        self.lock().begun
    }

    /// Reads the whole body.
    pub(crate) async fn collect(self, limit: usize) -> Result<Bytes, UploadError> {
        if self.size_hint().lower() > limit as u64 {
            return Err(UploadError::TooLarge(limit));
        }
        let mut body = self;
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            let length = first.len().max(all.len());
            if data.len() > limit.saturating_sub(length) {
                return Err(UploadError::TooLarge(limit));
            }
            if length == 0 {
                first = data;
                continue;
            }
            if all.is_empty() {
                all.extend_from_slice(&first);
                first = Bytes::new();
            }
            all.extend_from_slice(&data);
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }

    fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> Body for Upload<B>
where
    B: Body<Data = Bytes>,
{
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        let mut state = self.lock();
        let state = &mut *state;
        state.begun = true;
        match state.body.as_mut().poll_frame(context) {
            Poll::Ready(frame) => {
                if let (Some(scanner), Some(Ok(frame))) = (&mut state.scanner, &frame)
                    && let Some(data) = frame.data_ref()
                {
                    scanner.push(data);
                }
                if let Some((since, _)) = state.waiting.take() {
                    state.waited += since.elapsed();
                }
                Poll::Ready(frame.map(|frame| frame.map_err(|_| UploadError::Broken)))
            }
            Poll::Pending => {
                let left = state.patience.total.saturating_sub(state.waited);
                let pause = state.patience.pause.min(left);
                let (_, sleep) = state
                    .waiting
                    .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(pause))));
                sleep
                    .as_mut()
                    .poll(context)
                    .map(|()| Some(Err(UploadError::Slow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().body.size_hint()
    }
}
