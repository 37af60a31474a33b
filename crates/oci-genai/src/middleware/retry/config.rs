//! The retry policy: conditions, attempts and pauses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The retry policy of failed requests. Cheap to clone.
///
/// Defaults: at most four attempts; pauses with full jitter, whose upper bound starts at half a
/// second and doubles up to 20 seconds; `Retry-After` honored up to one minute.
#[derive(Clone)]
pub struct RetryConfig {
    pub(super) max_attempts: u32,
    pub(super) base_delay: Duration,
    pub(super) max_delay: Duration,
    pub(super) max_retry_after: Duration,
    pub(super) resend_unknown: bool,
    pub(super) idempotency_header: bool,
    pub(super) jitter: Jitter,
}

#[derive(Clone)]
pub(super) struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Returns a number from 0 to 1.
    pub(super) fn draw(&self) -> f64 {
        (self.0)().clamp(0.0, 1.0)
    }
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryConfig {
    /// Creates the default policy.
    pub fn new() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            resend_unknown: false,
            idempotency_header: true,
            jitter: Jitter(Arc::new(fastrand::f64)),
        }
    }

    /// Creates a policy with one attempt and no retries.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// Limits the attempts, the first included. Zero counts as one.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Sets the upper bound of the first pause. The bound doubles with each further pause.
    #[must_use]
    pub const fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the largest upper bound of a pause.
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the longest `Retry-After` to wait for. A longer one ends the call at once with the
    /// service's error, because an earlier retry would only be rejected again.
    #[must_use]
    pub const fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Retries even requests that the service may have carried out. Default: `false`, because a
    /// turn that is sent twice costs twice and is in the conversation twice.
    #[must_use]
    pub const fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// Sends an `opc-retry-token` with POST requests, the same in all attempts. Default: `true`.
    /// OCI does not document whether this service honors it.
    #[must_use]
    pub const fn idempotency_header(mut self, send: bool) -> Self {
        self.idempotency_header = send;
        self
    }

    /// Replaces the source of randomness for pauses. `draw` returns numbers from 0 to 1.
    #[must_use]
    pub fn jitter(mut self, draw: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Jitter(Arc::new(draw));
        self
    }

    /// Returns the pause after attempt `attempt` (counted from 1), with full jitter.
    pub(super) fn pause(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(20);
        let bound = self
            .base_delay
            .saturating_mul(1 << doublings)
            .min(self.max_delay);
        bound.mul_f64(self.jitter.draw())
    }
}

impl fmt::Debug for RetryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryConfig")
            .field("max_attempts", &self.max_attempts)
            .field("base_delay", &self.base_delay)
            .field("max_delay", &self.max_delay)
            .field("max_retry_after", &self.max_retry_after)
            .field("resend_unknown", &self.resend_unknown)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_bound_and_jitter_scales_them() {
        let config = RetryConfig::new().jitter(|| 1.0);
        let pauses: Vec<u128> = (1..=8).map(|n| config.pause(n).as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
        assert_eq!(config.clone().jitter(|| 0.0).pause(3), Duration::ZERO);
        assert_eq!(config.clone().jitter(|| 0.5).pause(2).as_millis(), 500);
        assert_eq!(
            config.jitter(|| f64::INFINITY).pause(u32::MAX).as_secs(),
            20
        );
    }
}
