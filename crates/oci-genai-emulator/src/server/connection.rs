//! A client's connection, which a fault may reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// A handle to the connection a request came over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    abort: CancellationToken,
    reset: Arc<AtomicBool>,
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

    /// The stream, closed with a reset if that was asked for by then.
    pub(crate) fn wrap(&self, stream: TcpStream) -> ConnectionStream {
        ConnectionStream {
            stream,
            reset: self.reset.clone(),
        }
    }
}

/// The socket of a [`Connection`].
#[derive(Debug)]
pub(crate) struct ConnectionStream {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
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
        Pin::new(&mut self.stream).poll_write(context, bytes)
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
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
