//! How patient a session is.

use std::time::Duration;

/// Limits and waits. The defaults suit a program that people use.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How long a lease lasts unless renewed; a session whose process was killed is free again after this. Default
    /// 10 s.
    pub lease_ttl: Duration,
    /// How long to wait for another process's lease. Default 60 s.
    pub lease_wait: Duration,
    /// How often a request with an unclear outcome is sent again, after looking. Default 3.
    pub resends: u32,
    /// How long to give a request of unclear outcome to show up on the service before it is sent again. Default 2 s.
    pub settle: Duration,
    /// How long to wait for the service while it is busy with the conversation. Default 120 s.
    pub busy_wait: Duration,
    /// The first wait between two looks; each is twice the one before. Default 250 ms.
    pub poll_first: Duration,
    /// The longest wait between two looks. Default 5 s.
    pub poll_most: Duration,
    /// How many times a turn may hand tool outputs back to the model. Default 16.
    pub max_rounds: u32,
    /// How many tools of one round run at once. Default 8.
    pub parallel_tools: usize,
    /// How long one tool may run. Default 60 s.
    pub tool_timeout: Duration,
    /// The largest input of one turn, in bytes of JSON. Default 8 MiB.
    pub max_input: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lease_ttl: Duration::from_secs(10),
            lease_wait: Duration::from_secs(60),
            resends: 3,
            settle: Duration::from_secs(2),
            busy_wait: Duration::from_secs(120),
            poll_first: Duration::from_millis(250),
            poll_most: Duration::from_secs(5),
            max_rounds: 16,
            parallel_tools: 8,
            tool_timeout: Duration::from_secs(60),
            max_input: 8 << 20,
        }
    }
}

/// Waits that double up to a bound.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    most: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, most: Duration) -> Self {
        Self {
            next: first.min(most),
            most,
        }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(self.most);
        now
    }
}
