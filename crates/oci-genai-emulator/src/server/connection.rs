//! A client's connection. A fault may reset it, and it is closed if the client does not read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

/// Handle to the connection of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    abort: CancellationToken,
    reset: Arc<AtomicBool>,
    /// Number of its requests without a complete response.
    in_flight: watch::Sender<usize>,
}

/// A request without a complete response.
#[derive(Debug)]
pub(super) struct InFlight(watch::Sender<usize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Connection {
    /// Resets the connection: the client gets neither a response nor an orderly close.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
        self.abort.cancel();
    }

    /// Waits until the connection is reset.
    pub(crate) async fn aborted(&self) {
        self.abort.cancelled().await;
    }

    /// Counts a request as in flight until the guard is dropped.
    pub(super) fn begin(&self) -> InFlight {
        self.in_flight.send_modify(|count| *count += 1);
        InFlight(self.in_flight.clone())
    }

    /// Waits until no request has been in flight for this long. Incomplete request headers do not
    /// count.
    pub(super) async fn silent_for(&self, patience: Duration) {
        let mut in_flight = self.in_flight.subscribe();
        loop {
            let busy = *in_flight.borrow_and_update() > 0;
            let silent = async {
                match busy {
                    true => std::future::pending().await,
                    false => tokio::time::sleep(patience).await,
                }
            };
            tokio::select! {
                () = silent => return,
                // The sender lives as long as this handle.
                _ = in_flight.changed() => {}
            }
        }
    }

    /// Wraps the stream, which is closed with a reset if requested. A client that reads nothing for
    /// `patience` is disconnected.
    pub(crate) fn wrap(&self, stream: TcpStream, patience: Duration) -> ConnectionStream {
        ConnectionStream {
            stream,
            reset: self.reset.clone(),
            patience,
            stalled: None,
        }
    }
}

/// Socket of a [`Connection`].
#[derive(Debug)]
pub(crate) struct ConnectionStream {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    patience: Duration,
    /// Runs while the client reads nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl ConnectionStream {
    /// Returns the result of a write, or disconnects the client.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for ConnectionStream {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            // Nothing more can be done if the socket rejects the option.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for ConnectionStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for ConnectionStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
