//! CPU time, rounds and ratios.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use tokio::runtime::Runtime;

/// One round of a contender: a fresh future each time.
type Round<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = ()> + 'a>> + 'a;

/// How a contender's round is measured.
pub(crate) enum Work<'a> {
    /// The CPU time of this thread.
    Async(Box<Round<'a>>),
    /// The same, of work that never waits.
    Sync(Box<dyn Fn() + 'a>),
    /// Nanoseconds that another process measured of itself.
    Elsewhere(Box<dyn Fn() -> u64 + 'a>),
}

/// What is compared: the same work, done by each contender.
pub(crate) struct Contest<'a> {
    pub(crate) work: &'a str,
    /// How often the work is done in a round.
    pub(crate) units: usize,
    /// The first is what the others are compared with.
    pub(crate) contenders: Vec<(&'a str, Work<'a>)>,
}

/// A line of the table.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) contender: String,
    pub(crate) unit: &'static str,
    pub(crate) median: f64,
    /// Against the first contender; none for the first.
    pub(crate) ratio: Option<Ratio>,
}

#[derive(Serialize)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Contest<'_> {
    /// Lets the contenders take turns. The first round only warms up.
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
    /// Round by round, so that what slows the machine slows both.
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

/// CPU time this thread has used, as the kernel counts it.
fn thread_cpu_nanos() -> u64 {
    let text =
        std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux keeps the time");
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
