//! Timeouts and limits of a session.

use std::time::Duration;

/// Timeouts and limits of a session. The defaults suit an interactive program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionConfig {
    /// Duration of a lease unless renewed. After a process is killed, its session is free again
    /// after this time. Default 10 s.
    pub lease_ttl: Duration,
    /// Timeout for waiting for another process's lease. Default 60 s.
    pub lease_timeout: Duration,
    /// Maximum number of retries of a request with an unclear outcome. The session checks the
    /// service before each one. Default 3.
    pub max_resends: u32,
    /// Least wait for a request with an unclear outcome to appear on the service before it is
    /// retried. Default 2 s.
    pub resend_delay: Duration,
    /// Timeout while the service is busy with the conversation. Default 120 s.
    pub conversation_busy_timeout: Duration,
    /// First wait between two checks of the service. Each later wait doubles. Default 250 ms.
    pub initial_backoff: Duration,
    /// Longest wait between two checks of the service. Default 5 s.
    pub max_backoff: Duration,
    /// Maximum number of times a turn returns tool outputs to the model. Default 16.
    pub max_rounds: u32,
    /// Maximum number of tools of one round that run in parallel. Default 8.
    pub parallel_tools: usize,
    /// Timeout of one tool call. Default 60 s.
    pub tool_timeout: Duration,
    /// Maximum size of the input of one turn, in bytes of JSON. Default 8 MiB.
    pub max_input_bytes: usize,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            lease_ttl: Duration::from_secs(10),
            lease_timeout: Duration::from_secs(60),
            max_resends: 3,
            resend_delay: Duration::from_secs(2),
            conversation_busy_timeout: Duration::from_secs(120),
            initial_backoff: Duration::from_millis(250),
            max_backoff: Duration::from_secs(5),
            max_rounds: 16,
            parallel_tools: 8,
            tool_timeout: Duration::from_secs(60),
            max_input_bytes: 8 << 20,
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
