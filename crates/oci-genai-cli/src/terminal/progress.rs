//! That something goes on, on standard error and only on a terminal.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::edge::target;

/// How long a thing may last before it is shown that it goes on.
const QUIET: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// A sign of life until it is dropped.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    /// Shows one at once.
    pub(crate) fn start(message: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, target()).with_message(message);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Says what is being done now.
    pub(crate) fn say(&self, message: impl Into<Cow<'static, str>>) {
        self.0.set_message(message);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Waits for something, with a sign of life when it lasts.
pub(crate) async fn waiting<T>(message: &'static str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(QUIET) => {}
    }
    let _spinner = Spinner::start(message);
    work.await
}

/// Counts how much of something is done, in a bar that shows itself when it lasts.
#[derive(Debug)]
pub(crate) struct Counter {
    bar: ProgressBar,
    since: Instant,
    shown: bool,
}

impl Counter {
    /// Counts up to `total`.
    pub(crate) fn new(message: &'static str, total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Self {
            bar: bar.with_message(message),
            since: Instant::now(),
            shown: false,
        }
    }

    /// One more is done.
    pub(crate) fn step(&mut self) {
        if !self.shown && self.since.elapsed() > QUIET {
            self.shown = true;
            self.bar.set_draw_target(target());
        }
        self.bar.inc(1);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
