//! A client's connection, which a fault may reset and a client that does not read may lose.

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

/// A handle to the connection a request came over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    abort: CancellationToken,
    reset: Arc<AtomicBool>,
    /// How many of its requests have not been answered to the end.
    in_flight: watch::Sender<usize>,
}

/// A request that has not been answered to the end.
#[derive(Debug)]
pub(super) struct InFlight(watch::Sender<usize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Connection {
    /// Resets the connection: the client sees neither an answer nor an orderly end.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
        self.abort.cancel();
    }

    /// Waits until somebody resets it.
    pub(crate) async fn aborted(&self) {
        self.abort.cancelled().await;
    }

    /// Counts a request as in flight for as long as the guard lives.
    pub(super) fn begin(&self) -> InFlight {
        self.in_flight.send_modify(|count| *count += 1);
        InFlight(self.in_flight.clone())
    }

    /// Waits until no request has been in flight for this long. What a client sends without completing a request's
    /// headers does not count.
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

    /// The stream, closed with a reset if that was asked for by then. A client that takes nothing for as
    /// long as `patience` is given up.
    pub(crate) fn wrap(&self, stream: TcpStream, patience: Duration) -> ConnectionStream {
        ConnectionStream {
            stream,
            reset: self.reset.clone(),
            patience,
            stalled: None,
        }
    }
}

/// The socket of a [`Connection`].
#[derive(Debug)]
pub(crate) struct ConnectionStream {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    patience: Duration,
    /// Runs while the client takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl ConnectionStream {
    /// Passes on how a write went, or gives the client up.
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
            // Nothing more can be done if the socket does not take the option.
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
