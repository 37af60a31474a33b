//! Detects a stream that stalls.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::Error;
use crate::error::{ErrorKind, RetrySafety};
use crate::time::{SharedClock, Sleep};

/// Expires when no event arrives for too long. Bytes alone, such as heartbeats, do not count.
pub(super) struct IdleTimeout {
    limit: Option<Duration>,
    clock: SharedClock,
    /// `None` until waiting begins.
    deadline: Option<Instant>,
    timer: Option<Sleep>,
}

impl IdleTimeout {
    pub(super) fn new(limit: Option<Duration>, clock: SharedClock) -> Self {
        Self {
            limit,
            clock,
            deadline: None,
            timer: None,
        }
    }

    /// Restarts the timeout after an event. The time starts when the next event is awaited, so that
    /// a slow reader does not count as a stall. The timer keeps running; when it ends, the new
    /// deadline applies.
    pub(super) fn reset(&mut self) {
        self.deadline = None;
    }

    /// Polls the timeout. Call this when there is nothing to read.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        let Some(limit) = self.limit else {
            return Poll::Pending;
        };
        let clock = &self.clock;
        let deadline = *self.deadline.get_or_insert_with(|| clock.now() + limit);
        loop {
            let timer = self.timer.get_or_insert_with(|| {
                let left = deadline.saturating_duration_since(self.clock.now());
                self.clock.sleep(left)
            });
            ready!(timer.as_mut().poll(context));
            self.timer = None;
            if self.clock.now() >= deadline {
                return Poll::Ready(Error::new(
                    ErrorKind::Timeout,
                    RetrySafety::Unknown,
                    format!("no stream event arrived within {limit:?}"),
                ));
            }
        }
    }
}
