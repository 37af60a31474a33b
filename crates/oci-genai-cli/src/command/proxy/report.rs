//! Prints a line to standard error for each request.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use anstyle::Style;
use oci_genai_proxy::{Outcome, RequestRecord};

use crate::output::{self, BAD, DIM, GOOD, WARN};
use crate::terminal::visible;

/// Maximum number of queued lines; more are dropped.
const WAITING: usize = 1024;
/// Timeout for writing the last lines.
const PATIENCE: Duration = Duration::from_secs(1);

/// Writes lines on its own thread, because standard error may block.
pub(super) struct Reporter {
    lines: Lines,
    done: Receiver<()>,
}

/// Receives ended requests.
#[derive(Clone)]
pub(super) struct Lines(SyncSender<Option<String>>);

impl Lines {
    /// Reports a request without waiting.
    pub(super) fn send(&self, record: &RequestRecord) {
        // A slow reader of standard error loses lines, but slows down no request.
        let _ = self.0.try_send(Some(line(record)));
    }
}

impl Reporter {
    pub(super) fn start() -> Self {
        let (sender, lines) = sync_channel::<Option<String>>(WAITING);
        let (finished, done) = sync_channel(1);
        thread::spawn(move || {
            while let Ok(Some(line)) = lines.recv() {
                output::note(&line);
            }
            // The command may have ended without waiting.
            let _ = finished.send(());
        });
        Self {
            lines: Lines(sender),
            done,
        }
    }

    pub(super) fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Writes the remaining lines.
    pub(super) fn finish(self) {
        if self.lines.0.try_send(None).is_ok() {
            // Lines after the timeout are lost.
            let _ = self.done.recv_timeout(PATIENCE);
        }
    }
}

/// Formats `200  POST /v1/responses  1.2s  5 kB  ABC…` and any anomalies.
fn line(record: &RequestRecord) -> String {
    let (status, style) = match record.status {
        Some(status) => (status.as_str().to_owned(), style(status.as_u16())),
        None => ("---".to_owned(), WARN),
    };
    let seconds = record.duration.as_secs_f64();
    let mut line = format!(
        "{style}{status}{style:#}  {} {}  {seconds:.3}s  {} B",
        record.method,
        visible(&record.path),
        record.response_bytes,
    );
    if let Some(id) = &record.request_id {
        line.push_str(&format!("  {DIM}{}{DIM:#}", visible(id)));
    }
    match record.outcome {
        Outcome::Canceled => line.push_str("  canceled by the client"),
        Outcome::ByProxy => line.push_str("  answered by the proxy"),
        _ => {}
    }
    if let Some(reason) = &record.reason {
        line.push_str(": ");
        line.push_str(&visible(reason));
    }
    line
}

fn style(status: u16) -> Style {
    match status {
        200..400 => GOOD,
        400..500 => WARN,
        _ => BAD,
    }
}
