//! Writes the usage log.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use oci_genai_auth::private_files;
use oci_genai_proxy::RequestRecord;

use super::line;
use crate::error::Error;
use crate::output;
use crate::private;
use crate::secrets::shown_path;

/// How many lines may wait to be written; more are counted and left out, so that no request waits.
const WAITING: usize = 65_536;
/// How long the last lines may take at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A usage log that is open. Lines are written on a thread of its own: a disk may be slow.
pub(crate) struct UsageLog {
    lines: Lines,
    done: Receiver<()>,
}

/// Takes requests that have ended.
#[derive(Clone)]
pub(crate) struct Lines {
    sender: SyncSender<String>,
    lost: Arc<AtomicU64>,
}

impl Lines {
    /// Writes the line of a request, without waiting.
    pub(crate) fn send(&self, record: &RequestRecord) {
        let Some(line) = line(record) else { return };
        if self.sender.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl UsageLog {
    /// Opens a file, to which lines are appended. A new one is its owner's alone.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = private_files::append(path).map_err(|error| Error::io("write", path, error))?;
        private::name_exposed([path]);
        let (sender, lines) = sync_channel(WAITING);
        let (finished, done) = sync_channel(1);
        let lost = Arc::new(AtomicU64::new(0));
        let (path, unwritten) = (path.to_owned(), Arc::clone(&lost));
        thread::spawn(move || {
            write(file, &path, &lines, &unwritten);
            // The command may have ended without waiting.
            let _ = finished.send(());
        });
        Ok(Self {
            lines: Lines { sender, lost },
            done,
        })
    }

    pub(crate) fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Writes what is left, of requests too that are just ending.
    pub(crate) fn finish(self) {
        let lost = Arc::clone(&self.lines.lost);
        drop(self.lines);
        // It ends when every request has; what is not written by then stays unwritten.
        let _ = self.done.recv_timeout(PATIENCE);
        let lost = lost.load(Ordering::Relaxed);
        if lost > 0 {
            output::note(&format!(
                "Warning: the usage log lacks {lost} of the calls that ended."
            ));
        }
    }
}

/// Writes lines until nobody can send any more.
fn write(mut file: File, path: &Path, lines: &Receiver<String>, unwritten: &AtomicU64) {
    let mut failed = false;
    while let Ok(line) = lines.recv() {
        // One call for each line, so that several proxies can share a file.
        if let Err(error) = file.write_all(line.as_bytes()) {
            unwritten.fetch_add(1, Ordering::Relaxed);
            if !std::mem::replace(&mut failed, true) {
                output::note(&format!(
                    "Warning: could not write the usage log {}: {error}",
                    shown_path(path)
                ));
            }
        }
    }
}
