//! Accepts connections and serves them.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::ServerConfig;
use super::connection::{Busy, Counted, PatientStream};
use crate::service::Proxy;

/// Pause after a failure to accept a connection, probably because file descriptors ran out.
const PAUSE: Duration = Duration::from_millis(50);

/// State for serving connections.
#[derive(Clone)]
pub(super) struct Accept {
    pub(super) proxy: Proxy,
    pub(super) config: Arc<ServerConfig>,
    pub(super) stop: CancellationToken,
    pub(super) abort: CancellationToken,
}

impl Accept {
    /// Serves until it is stopped, and then until the last connection has ended.
    pub(super) async fn run(self, listener: TcpListener) {
        let room = Arc::new(Semaphore::new(self.config.max_connections.max(1)));
        let mut connections = JoinSet::new();
        while let Some(stream) = self.accept(&listener, &room, &mut connections).await {
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
                continue;
            };
            let accept = self.clone();
            connections.spawn(async move {
                tokio::select! {
                    () = accept.serve(stream) => {}
                    () = accept.abort.cancelled() => {}
                }
                drop(permit);
            });
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    /// Returns the next connection, once there is room for it.
    async fn accept(
        &self,
        listener: &TcpListener,
        room: &Semaphore,
        connections: &mut JoinSet<()>,
    ) -> Option<TcpStream> {
        loop {
            let accepted = async {
                // The semaphore is never closed, so this returns when there is room.
                drop(room.acquire().await);
                listener.accept().await
            };
            let accepted = tokio::select! {
                accepted = accepted => accepted,
                Some(_) = connections.join_next() => continue,
                () = self.stop.cancelled() => return None,
                () = self.abort.cancelled() => return None,
            };
            match accepted {
                Ok((stream, _)) => return Some(stream),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn serve(&self, stream: TcpStream) {
        // Without this, small events may be delayed. A failure is harmless.
        let _ = stream.set_nodelay(true);
        let stream = PatientStream::new(stream, self.config.write_timeout);
        let Some(tls) = &self.config.tls else {
            return self.serve_http(stream).await;
        };
        match timeout(self.config.header_timeout, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.serve_http(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a client does not speak TLS"),
            Err(_) => tracing::debug!("a client did not begin TLS in time"),
        }
    }

    /// Serves one connection until the client or the server closes it, or until it has had no
    /// request for too long.
    async fn serve_http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let busy = Busy::default();
        let service = service_fn(|request: Request<Incoming>| {
            let guard = busy.begin();
            let proxy = self.proxy.clone();
            async move {
                let response = proxy.handle(request).await;
                let response: Result<Response<_>, Infallible> =
                    Ok(response.map(|body| Counted::new(body, guard)));
                response
            }
        });
        let builder = self.builder();
        let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut ending = false;
        loop {
            tokio::select! {
                served = served.as_mut() => {
                    if let Err(error) = served {
                        tracing::debug!(error = &*error, "a connection ended with an error");
                    }
                    return;
                }
                () = self.stop.cancelled(), if !ending => {}
                () = busy.idle_for(self.config.idle_timeout) => {
                    if ending {
                        return;
                    }
                }
            }
            ending = true;
            served.as_mut().graceful_shutdown();
        }
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let headers = self.config.max_header_bytes.max(8192);
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.config.header_timeout)
            .max_buf_size(headers);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(headers).unwrap_or(u32::MAX));
        builder
    }
}
