//! Clocks of machines whose time of day is wrong, or is set while a turn runs.

use std::pin::Pin;
use std::time::Duration;

use oci_genai_session::clock::{SystemTimeSource, TimeSource, Timestamp};

/// When a clock that is set is set, after its process began.
const SET_AFTER: Duration = Duration::from_millis(60);

/// The machine's clock, off by so many milliseconds; after a while it is set to be off by as much the other way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrongClock {
    offset: i64,
    begun: Duration,
}

impl WrongClock {
    pub(crate) fn new(offset: i64) -> Self {
        Self {
            offset,
            begun: SystemTimeSource.monotonic(),
        }
    }
}

impl TimeSource for WrongClock {
    fn now(&self) -> Timestamp {
        let is_set = self.monotonic() >= self.begun + SET_AFTER;
        let offset = if is_set { -self.offset } else { self.offset };
        Timestamp::from_millis(SystemTimeSource.now().as_millis() + offset)
    }

    fn monotonic(&self) -> Duration {
        SystemTimeSource.monotonic()
    }

    fn sleep(&self, span: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        SystemTimeSource.sleep(span)
    }
}
