//! Accepting connections.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::connection::Connection;
use super::router;
use crate::app::App;

/// Accepts and serves connections until the emulator stops; then all of them end.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    let router = router(app.clone());
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(app.config.read_timeout)
        .max_buf_size(app.config.max_header_bytes.max(8192));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(app.config.max_header_bytes).unwrap_or(u32::MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = app.stop.cancelled() => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, most likely: wait for some to be given back.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let connection = Connection::default();
        let stream = connection.wrap(stream, app.config.write_timeout);
        let (builder, router) = (builder.clone(), router.clone());
        match tls.clone() {
            None => connections.spawn(one(builder, router, stream, connection)),
            Some(tls) => {
                let patience = app.config.read_timeout;
                connections.spawn(async move {
                    match tokio::time::timeout(patience, tls.accept(stream)).await {
                        Ok(Ok(stream)) => one(builder, router, stream, connection).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a client does not speak TLS"),
                        Err(_) => tracing::debug!("a client did not begin TLS in time"),
                    }
                })
            }
        };
    }
}

/// Serves one connection to its end.
async fn one(
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connection: Connection,
) {
    let of_request = connection.clone();
    let service = router.map_request(move |mut request: http::Request<_>| {
        request.extensions_mut().insert(of_request.clone());
        request
    });
    let service = TowerToHyperService::new(service);
    tokio::select! {
        served = builder.serve_connection(TokioIo::new(stream), service) => {
            if let Err(error) = served {
                tracing::debug!(error = &*error, "a connection ended with an error");
            }
        }
        () = connection.aborted() => {}
    }
}
