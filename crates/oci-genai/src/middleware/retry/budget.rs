//! Limits retries during an outage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tokens of a full budget.
const CAPACITY: u32 = 500;
/// Tokens that a retry costs.
const RETRY_COST: u32 = 5;
/// Tokens that a success returns.
const SUCCESS_GAIN: u32 = 1;

/// A token bucket that all requests of a client share. A retry takes five tokens, a success returns
/// one. While most requests succeed, the bucket stays full. When nearly all fail, it is empty after
/// a hundred retries, and requests are then sent only once.
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
    /// Creates a full budget of this many tokens. The default is 500, enough for 100 retries in a
    /// row.
    pub fn new(tokens: u32) -> Self {
        Self {
            tokens: Arc::new(AtomicU32::new(tokens)),
            capacity: tokens,
        }
    }

    /// Returns the tokens left.
    pub fn tokens(&self) -> u32 {
        self.tokens.load(Ordering::Relaxed)
    }

    /// Takes the tokens of a retry. Returns `false` if too few are left.
    pub(super) fn withdraw(&self) -> bool {
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                tokens.checked_sub(RETRY_COST)
            })
            .is_ok()
    }

    /// Records a success.
    pub(super) fn deposit(&self) {
        if self.tokens() >= self.capacity {
            return;
        }
        // The closure always returns a value, so this cannot fail.
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
    fn retries_empty_the_budget_and_successes_refill_it() {
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
