//! When to try again, how often, and after what pause.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How failed requests are tried again. Cheap to clone.
///
/// The defaults: four attempts in all, pauses drawn evenly from nothing up to a bound that begins at
/// half a second and doubles up to 20 seconds, `Retry-After` obeyed up to one minute.
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
    /// A number from 0 up to 1.
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
    /// The defaults.
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

    /// One attempt, no retries.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// The most attempts, the first included. Zero counts as one.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The bound of the first pause; each further one is twice the one before.
    #[must_use]
    pub const fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The bound that pauses grow up to.
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest `Retry-After` that is waited for. A longer one ends the call at once with the
    /// service's error: coming back sooner would only be refused again.
    #[must_use]
    pub const fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Whether to send again even what may have been carried out already. Default: no, because a
    /// turn that is sent twice is paid for twice and stays in the conversation twice.
    #[must_use]
    pub const fn resend_unknown(mut self, resend: bool) -> Self {
        self.resend_unknown = resend;
        self
    }

    /// Whether POST requests carry an `opc-retry-token` that stays the same over all attempts.
    /// Default: yes. Whether this service honours it is not documented.
    #[must_use]
    pub const fn idempotency_header(mut self, send: bool) -> Self {
        self.idempotency_header = send;
        self
    }

    /// Replaces the source of randomness for pauses: a function that returns numbers from 0 to 1.
    #[must_use]
    pub fn jitter(mut self, draw: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Jitter(Arc::new(draw));
        self
    }

    /// The pause before the attempt after `attempt` (counted from 1): full jitter.
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
