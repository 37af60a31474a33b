//! Measures CPU time in rounds and computes ratios.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use tokio::runtime::Runtime;

/// One round of a contender. Returns a new future for each round.
type Round<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = ()> + 'a>> + 'a;

/// A contender's round, with the way to measure it.
pub(crate) enum Work<'a> {
    /// CPU time of this thread, for async work.
    Async(Box<Round<'a>>),
    /// CPU time of this thread, for work that never waits.
    Sync(Box<dyn Fn() + 'a>),
    /// CPU nanoseconds that another process measured itself.
    Elsewhere(Box<dyn Fn() -> u64 + 'a>),
}

/// The same work, done by each contender.
pub(crate) struct Contest<'a> {
    pub(crate) work: &'a str,
    /// Number of repetitions in a round.
    pub(crate) units: usize,
    /// The others are compared with the first.
    pub(crate) contenders: Vec<(&'a str, Work<'a>)>,
}

/// A row of the table.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) contender: String,
    pub(crate) unit: &'static str,
    pub(crate) median: f64,
    /// Ratio to the first contender; `None` for the first.
    pub(crate) ratio: Option<Ratio>,
}

#[derive(Serialize)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Contest<'_> {
    /// Runs the contenders in turn. The first round only warms up.
    pub(crate) fn run(&self, runtime: &Runtime, rounds: usize) -> Vec<Row> {
        let mut samples = vec![Vec::with_capacity(rounds); self.contenders.len()];
        for round in 0..=rounds {
            for ((_, work), samples) in self.contenders.iter().zip(&mut samples) {
                let spent = work.spend(runtime);
                if round > 0 {
                    samples.push(spent as f64 / self.units as f64 / 1000.0);
                }
            }
        }
        let rows = self.contenders.iter().zip(&samples).enumerate();
        rows.map(|(place, ((name, _), own))| {
            let ratio = (place > 0).then(|| Ratio::of(own, &samples[0]));
            Row::of(self.work, name, "CPU µs", own, ratio)
        })
        .collect()
    }
}

impl Row {
    pub(crate) fn of(
        work: &str,
        contender: &str,
        unit: &'static str,
        samples: &[f64],
        ratio: Option<Ratio>,
    ) -> Self {
        Self {
            work: work.to_owned(),
            contender: contender.to_owned(),
            unit,
            median: median(samples),
            ratio,
        }
    }
}

impl<'a> Work<'a> {
    pub(crate) fn waits<F: Future<Output = ()> + 'a>(round: impl Fn() -> F + 'a) -> Self {
        Self::Async(Box::new(move || Box::pin(round())))
    }

    pub(crate) fn computes(work: impl Fn() + 'a) -> Self {
        Self::Sync(Box::new(work))
    }

    pub(crate) fn elsewhere(measure: impl Fn() -> u64 + 'a) -> Self {
        Self::Elsewhere(Box::new(measure))
    }

    fn spend(&self, runtime: &Runtime) -> u64 {
        let before = thread_cpu_nanos();
        match self {
            Self::Async(round) => runtime.block_on(round()),
            Self::Sync(work) => work(),
            Self::Elsewhere(measure) => return measure(),
        }
        thread_cpu_nanos() - before
    }
}

impl Ratio {
    /// Computes the ratio for each round, so that other load affects both values.
    pub(crate) fn of(own: &[f64], first: &[f64]) -> Self {
        let ratios: Vec<f64> = own
            .iter()
            .zip(first)
            .map(|(own, base)| own / base)
            .collect();
        Self {
            median: median(&ratios),
            min: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            max: ratios.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// Returns the CPU time of this thread, as the kernel counts it.
fn thread_cpu_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux has schedstat");
    text.split_whitespace()
        .next()
        .expect("a first field")
        .parse()
        .expect("a number")
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
