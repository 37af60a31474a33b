//! Noticing a stream that stands still.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::Error;
use crate::error::{ErrorKind, ResendVerdict};
use crate::time::{SharedClock, Sleep};

/// Notices that no event comes any more. Bytes alone, such as heartbeats, do not count.
pub(super) struct StallGuard {
    limit: Option<Duration>,
    clock: SharedClock,
    /// None until waiting begins.
    deadline: Option<Instant>,
    timer: Option<Sleep>,
}

impl StallGuard {
    pub(super) fn new(limit: Option<Duration>, clock: SharedClock) -> Self {
        Self {
            limit,
            clock,
            deadline: None,
            timer: None,
        }
    }

    /// An event came. The time begins anew when the next one is waited for, so that a reader who takes
    /// long is no stall. The timer runs on; when it ends, the new deadline counts.
    pub(super) fn reset(&mut self) {
        self.deadline = None;
    }

    /// To be called when there is nothing to read.
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
                    ResendVerdict::Unknown,
                    format!("no event of the stream came within {limit:?}"),
                ));
            }
        }
    }
}
