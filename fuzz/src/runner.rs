//! Runs a target over inputs for some time.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::Target;
use crate::mutator::mutate;

/// Maximum number of inputs that are kept because of a new outcome.
const MAX_KEPT: usize = 2_000;

/// The result of a run.
#[derive(Debug)]
pub struct Report {
    /// Number of inputs.
    pub inputs: u64,
    /// Number of different outcomes.
    pub outcomes: usize,
    /// Longest time for one input.
    pub longest: Duration,
    /// The failing input and its message.
    pub failure: Option<(Vec<u8>, String)>,
}

/// Runs a target until the time is over or an input fails: first over the corpus, then over mutated
/// inputs. The same seed creates the same inputs in the same order.
#[allow(clippy::disallowed_methods, reason = "this is about real time")]
pub fn run(target: &Target, seed: u64, time: Duration) -> Report {
    let started = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let mut corpus = (target.corpus)();
    let dictionary = (target.dictionary)();
    let mut waiting = corpus.clone().into_iter();
    let mut outcomes = HashSet::new();
    let mut report = Report {
        inputs: 0,
        outcomes: 0,
        longest: Duration::ZERO,
        failure: None,
    };
    let kept = corpus.len() + MAX_KEPT;
    loop {
        let input = match waiting.next() {
            Some(input) => input,
            None if started.elapsed() >= time => break,
            None => mutate(&mut rng, &corpus, &dictionary),
        };
        let before = Instant::now();
        let outcome = attempt(target, &input);
        report.longest = report.longest.max(before.elapsed());
        report.inputs += 1;
        match outcome {
            Ok(outcome) => {
                if outcomes.insert(outcome) && corpus.len() < kept {
                    corpus.push(input);
                }
            }
            Err(said) => {
                report.failure = Some((input, said));
                break;
            }
        }
    }
    report.outcomes = outcomes.len();
    report
}

thread_local! {
    /// Panic message of the target on this thread; `None` while no target runs.
    static PANIC_MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a target once.
///
/// # Errors
/// Returns the panic message.
pub fn attempt(target: &Target, input: &[u8]) -> Result<String, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_target = PANIC_MESSAGE.with_borrow_mut(|said| {
                let is_target = said.is_some();
                if is_target {
                    *said = Some(panic.to_string());
                }
                is_target
            });
            if !is_target {
                other(panic);
            }
        }));
    });
    PANIC_MESSAGE.set(Some(String::new()));
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let said = PANIC_MESSAGE.take().unwrap_or_default();
    outcome.map_err(|_| said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::assert_hidden;

    fn target(run: fn(&[u8]) -> String) -> Target {
        Target {
            name: "test",
            corpus: || vec![b"a corpus to start from".to_vec()],
            dictionary: || vec![b"needle".to_vec()],
            run,
        }
    }

    #[test]
    fn a_panic_is_reported_with_its_input() {
        let target = target(|data| {
            assert!(
                !data.windows(6).any(|window| window == b"needle"),
                "found it"
            );
            String::new()
        });
        let report = run(&target, 1, Duration::from_secs(60));
        let (input, said) = report.failure.unwrap();
        assert!(String::from_utf8_lossy(&input).contains("needle"));
        assert!(said.contains("found it"), "{said}");
    }

    #[test]
    fn a_shown_secret_is_reported() {
        let target = target(|data| {
            let text = String::from_utf8_lossy(data);
            assert_hidden(&format!("cannot read {text}"), data, 20);
            String::new()
        });
        assert!(run(&target, 1, Duration::from_secs(60)).failure.is_some());
    }

    /// Every target passes for its whole corpus and some mutated inputs.
    #[test]
    fn targets_pass_for_their_corpus() {
        for target in crate::TARGETS {
            let report = run(target, 1, Duration::ZERO);
            assert_eq!(
                report.failure.map(|(_, said)| said),
                None,
                "{}",
                target.name
            );
            assert!(report.outcomes > 3, "{}: {}", target.name, report.outcomes);
        }
    }
}
