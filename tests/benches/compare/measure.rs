//! CPU time, rounds and ratios.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Runtime;

/// One round of a contender: a fresh future each time.
pub(crate) type Round<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = ()> + 'a>> + 'a;

/// What was measured: nanoseconds of CPU per unit, for each contender and round.
pub(crate) struct Contest {
    title: String,
    results: Vec<(String, Vec<f64>)>,
}

impl Contest {
    /// Lets the contenders take turns. The first round only warms up.
    pub(crate) fn run(
        runtime: &Runtime,
        title: &str,
        units: usize,
        rounds: usize,
        contenders: &[(&str, &Round<'_>)],
    ) -> Self {
        let mut results: Vec<(String, Vec<f64>)> = contenders
            .iter()
            .map(|(name, _)| ((*name).to_owned(), Vec::new()))
            .collect();
        for round in 0..=rounds {
            for ((_, contender), (_, samples)) in contenders.iter().zip(&mut results) {
                let before = thread_cpu_nanos();
                runtime.block_on(contender());
                let spent = thread_cpu_nanos() - before;
                if round > 0 {
                    samples.push(spent as f64 / units as f64);
                }
            }
        }
        eprintln!("measured: {title}");
        Self {
            title: title.to_owned(),
            results,
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

/// All contests as a Markdown table; ratios are taken round by round against the first contender.
pub(crate) fn table(contests: &[Contest]) -> String {
    let mut text = String::from(
        "| work | contender | CPU µs, median | × first, median | min – max |\n|---|---|---|---|---|\n",
    );
    for contest in contests {
        let (_, first) = &contest.results[0];
        for (name, samples) in &contest.results {
            let ratios: Vec<f64> = samples
                .iter()
                .zip(first)
                .map(|(own, base)| own / base)
                .collect();
            let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let high = ratios.iter().copied().fold(0.0, f64::max);
            writeln!(
                text,
                "| {} | {name} | {:.2} | {:.2} | {low:.2} – {high:.2} |",
                contest.title,
                median(samples) / 1000.0,
                median(&ratios),
            )
            .expect("a string takes all");
        }
    }
    text
}
