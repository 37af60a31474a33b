//! Keeps retries from making an outage worse.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens a full budget holds.
const CAPACITY: u32 = 500;
/// What a retry costs.
const RETRY_COST: u32 = 5;
/// What a success gives back.
const SUCCESS_GAIN: u32 = 1;

/// A bucket of tokens that all requests of a client share: a retry takes five, a success gives one
/// back. While most requests succeed the bucket stays full; when nearly all fail it empties after a
/// hundred retries, and requests are then sent once only.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    tokens: Arc<AtomicU32>,
    capacity: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(CAPACITY)
    }
}

impl RetryBudget {
    /// A full budget of this many tokens. The default has 500, room for 100 retries in a row.
    pub fn new(tokens: u32) -> Self {
        Self {
            tokens: Arc::new(AtomicU32::new(tokens)),
            capacity: tokens,
        }
    }

    /// Tokens left.
    pub fn tokens(&self) -> u32 {
        self.tokens.load(Ordering::Relaxed)
    }

    /// Pays for a retry; `false` if there is not enough left.
    pub(super) fn withdraw(&self) -> bool {
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(RETRY_COST)
            })
            .is_ok()
    }

    /// Notes a success.
    pub(super) fn deposit(&self) {
        if self.tokens() >= self.capacity {
            return;
        }
        // The closure always gives a value, so this cannot fail.
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some(tokens.saturating_add(SUCCESS_GAIN).min(self.capacity))
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_empty_it_and_successes_fill_it() {
        let budget = RetryBudget::new(12);
        assert!(budget.withdraw() && budget.clone().withdraw());
        assert!(!budget.withdraw());
        for _ in 0..3 {
            budget.deposit();
        }
        assert!(budget.withdraw());
        for _ in 0..100 {
            budget.deposit();
        }
        assert_eq!(budget.tokens(), 12);
    }
}
