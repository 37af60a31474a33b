//! Progress indicators on standard error, only in a terminal.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::draw_target::target;

/// Delay before an indicator appears.
const QUIET: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// A progress indicator that is removed on drop.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    /// Shows an indicator without delay.
    pub(crate) fn start(message: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, target()).with_message(message);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Sets the text.
    pub(crate) fn say(&self, message: impl Into<Cow<'static, str>>) {
        self.0.set_message(message);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Waits for a future, with an indicator after a delay.
pub(crate) async fn waiting<T>(message: &'static str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(QUIET) => {}
    }
    let _spinner = Spinner::start(message);
    work.await
}

/// A progress bar that appears after a delay.
#[derive(Debug)]
pub(crate) struct Counter {
    bar: ProgressBar,
    since: Instant,
    shown: bool,
}

impl Counter {
    /// Creates a bar that counts to `total`.
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

    /// Advances by one.
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
