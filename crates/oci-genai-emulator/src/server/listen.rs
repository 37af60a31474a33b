//! Accepts connections.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::connection::{Connection, InFlight};
use super::router;
use crate::app::App;

/// Accepts and serves connections until the emulator stops, which ends all of them.
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
                tracing::warn!(%error, "could not accept a connection");
                // Probably out of file descriptors: wait until some are released.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let connection = Connection::default();
        let stream = connection.wrap(stream, app.config.write_timeout);
        let (builder, router) = (builder.clone(), router.clone());
        let patience = app.config.read_timeout;
        match tls.clone() {
            None => connections.spawn(one(builder, router, stream, connection, patience)),
            Some(tls) => connections.spawn(async move {
                match tokio::time::timeout(patience, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        one(builder, router, stream, connection, patience).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%error, "a client does not speak TLS"),
                    Err(_) => tracing::debug!("a client did not begin TLS in time"),
                }
            }),
        };
    }
}

/// Serves one connection until the client closes it or has sent no request for `patience`.
async fn one(
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    connection: Connection,
    patience: Duration,
) {
    let of_request = connection.clone();
    let service = tower::service_fn(move |mut request: http::Request<Incoming>| {
        let in_flight = of_request.begin();
        request.extensions_mut().insert(of_request.clone());
        let answered = router.clone().oneshot(request);
        async move {
            let response: Result<http::Response<Body>, Infallible> = answered.await;
            response.map(|response| {
                response.map(|body| Counted {
                    body,
                    _in_flight: in_flight,
                })
            })
        }
    });
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut served = pin!(served);
    let mut ending = false;
    loop {
        tokio::select! {
            served = served.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(error = &*error, "a connection ended with an error");
                }
                return;
            }
            () = connection.aborted() => return,
            () = connection.silent_for(patience) => {
                if ending {
                    return;
                }
                // Close in an orderly manner first. A client that stays silent does not take part
                // in it.
                ending = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Body of a response, counted as in flight until it is sent or dropped.
struct Counted {
    body: Body,
    _in_flight: InFlight,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
