//! Events of a running turn, kept for readers that connect later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

/// Events in the order they were written.
#[derive(Debug)]
pub(crate) struct Log {
    pieces: Mutex<Vec<Bytes>>,
    /// Number of pieces, and whether the last one has been written.
    progress: watch::Sender<(usize, bool)>,
}

impl Log {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            pieces: Mutex::default(),
            progress: watch::Sender::new((0, false)),
        })
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<Bytes>> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds complete events.
    pub(crate) fn push(&self, events: Bytes) {
        let count = {
            let mut pieces = self.pieces();
            pieces.push(events);
            pieces.len()
        };
        self.progress.send_modify(|progress| progress.0 = count);
    }

    /// Marks the end.
    pub(crate) fn end(&self) {
        self.progress.send_modify(|progress| progress.1 = true);
    }

    /// Returns all events except the first `skip`, including future ones.
    pub(crate) fn follow(self: Arc<Self>, skip: u64) -> impl Stream<Item = Bytes> + Send {
        let progress = self.progress.subscribe();
        stream::unfold(
            (self, progress, 0, skip),
            |(log, mut progress, next, mut skip)| async move {
                let mut next = next;
                loop {
                    let (count, ended) = *progress.borrow_and_update();
                    while next < count {
                        let piece = log.pieces().get(next).cloned()?;
                        next += 1;
                        let rest = skip_events(piece, &mut skip);
                        if !rest.is_empty() {
                            return Some((rest, (log, progress, next, skip)));
                        }
                    }
                    if ended || progress.changed().await.is_err() {
                        return None;
                    }
                }
            },
        )
    }
}

/// Drops up to `skip` events from the front and decrements `skip`.
pub(crate) fn skip_events(mut events: Bytes, skip: &mut u64) -> Bytes {
    while *skip > 0 && !events.is_empty() {
        let end = events
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .map_or(events.len(), |at| at + 2);
        let _ = events.split_to(end);
        *skip -= 1;
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    #[tokio::test]
    async fn readers_start_anywhere_and_see_the_end() {
        let log = Log::new();
        log.push(Bytes::from_static(b"a: 0\n\na: 1\n\n"));
        let early = tokio::spawn(log.clone().follow(0).collect::<Vec<_>>());
        let late = tokio::spawn(log.clone().follow(3).collect::<Vec<_>>());
        tokio::task::yield_now().await;
        log.push(Bytes::from_static(b"a: 2\n\na: 3\n\n"));
        log.end();
        assert_eq!(
            early.await.unwrap().concat(),
            b"a: 0\n\na: 1\n\na: 2\n\na: 3\n\n"
        );
        assert_eq!(late.await.unwrap().concat(), b"a: 3\n\n");
        assert_eq!(log.follow(9).count().await, 0);
    }
}
