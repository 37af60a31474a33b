//! A service that records what it receives and responds as planned, and clients that send exactly what they are
//! given.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use oci_genai::{Client, ClientBuilder};
use oci_genai_auth::{Credentials, KeyId, PrivateKey, RequestSigner, StaticCredentialsProvider};
use oci_genai_proxy::{Outcome, Proxy, ProxyConfig, RequestRecord, Server, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

pub(crate) const KEY: &str = "sk-of-the-service";
pub(crate) const PROJECT: &str = "ocid1.generativeaiproject.oc1..test";

/// A request as the service received it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

type BoxBody = http_body_util::combinators::UnsyncBoxBody<Bytes, std::io::Error>;

/// A planned response.
pub(crate) struct Plan {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: BoxBody,
}

impl Plan {
    pub(crate) fn text(status: u16, text: &str) -> Self {
        let body = Bytes::copy_from_slice(text.as_bytes());
        Self {
            status,
            headers: HeaderMap::new(),
            body: http_body_util::Full::new(body)
                .map_err(|never| match never {})
                .boxed_unsync(),
        }
    }

    /// A body in these pieces; without a length.
    pub(crate) fn chunks(pieces: Vec<Bytes>) -> Self {
        let frames = stream::iter(pieces).map(|piece| Ok(http_body::Frame::data(piece)));
        Self {
            body: StreamBody::new(frames).boxed_unsync(),
            ..Self::text(200, "")
        }
    }

    /// A body whose pieces the test sends; it ends when the sender is dropped. An `Err` breaks it off.
    pub(crate) fn channel() -> (mpsc::Sender<std::io::Result<Bytes>>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        let frames = stream::unfold(receiver, |mut receiver| async move {
            let piece: std::io::Result<Bytes> = receiver.recv().await?;
            Some((piece.map(http_body::Frame::data), receiver))
        });
        let plan = Self {
            body: StreamBody::new(frames).boxed_unsync(),
            ..Self::text(200, "")
        };
        (sender, plan)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, value.parse().unwrap());
        self
    }
}

/// The service.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    plans: Arc<Mutex<VecDeque<Plan>>>,
    /// How many requests have begun.
    begun: watch::Receiver<usize>,
    /// How many requests are under way.
    open: watch::Receiver<usize>,
}

struct Open(watch::Sender<usize>);

impl Open {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let plans = Arc::new(Mutex::new(VecDeque::<Plan>::new()));
        let (open, watch_open) = watch::channel(0);
        let (begun, watch_begun) = watch::channel(0);
        let (log, next) = (Arc::clone(&received), Arc::clone(&plans));
        let service = service_fn(move |request: Request<Incoming>| {
            begun.send_modify(|count| *count += 1);
            let (log, next, guard) = (Arc::clone(&log), Arc::clone(&next), Open::new(&open));
            async move {
                let (parts, body) = request.into_parts();
                // A body that breaks off leaves no request behind.
                let body = body.collect().await?.to_bytes();
                log.lock().unwrap().push(Received {
                    method: parts.method,
                    uri: parts.uri,
                    headers: parts.headers,
                    body,
                });
                let plan = next.lock().unwrap().pop_front();
                let plan = plan.unwrap_or_else(|| Plan::text(200, "{}"));
                let mut response = Response::new(Guarded(plan.body, guard));
                *response.status_mut() = plan.status.try_into().unwrap();
                *response.headers_mut() = plan.headers;
                Ok::<_, hyper::Error>(response)
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    // A client that leaves is part of some tests.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self {
            address,
            received,
            plans,
            begun: watch_begun,
            open: watch_open,
        }
    }

    pub(crate) fn plan(&self, plan: Plan) {
        self.plans.lock().unwrap().push_back(plan);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn take_last(&self) -> Received {
        self.received.lock().unwrap().pop().expect("a request")
    }

    /// Waits until this many requests have begun.
    pub(crate) async fn begun(&self, count: usize) {
        let mut begun = self.begun.clone();
        begun.wait_for(|begun| *begun >= count).await.unwrap();
    }

    /// Waits until this many requests are under way.
    pub(crate) async fn open(&self, count: usize) {
        let mut open = self.open.clone();
        open.wait_for(|open| *open == count).await.unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/openai/v1", self.address)
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder().base_url(self.url()).project(PROJECT)
    }

    /// A client's settings with an API key: bodies are not signed.
    pub(crate) fn with_key(&self) -> ClientBuilder {
        self.builder().api_key(KEY)
    }

    /// A client's settings with an API signing key.
    pub(crate) fn with_signer(&self) -> ClientBuilder {
        self.builder()
            .auth(StaticCredentialsProvider::new(Credentials::signing(
                signer(),
            )))
    }
}

pub(crate) fn signer() -> RequestSigner {
    let vectors = include_str!("../../../oci-genai-auth/tests/data/signing-vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let pem = vectors["keys"]["rsa2048_pkcs8"]["private_key_pem"].as_str();
    let key = PrivateKey::from_pem(pem.unwrap(), None).unwrap();
    let id = KeyId::api_key("ocid1.tenancy.oc1..t", "ocid1.user.oc1..u", "aa:bb");
    RequestSigner::new(id, key)
}

/// A body that counts as open while it lives.
struct Guarded(
    BoxBody,
    #[allow(dead_code, reason = "it counts by living")] Open,
);

impl http_body::Body for Guarded {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::pin::Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.0.size_hint()
    }
}

/// A proxy with what it reported.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) records: mpsc::UnboundedReceiver<RequestRecord>,
}

impl Running {
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) async fn record(&mut self) -> RequestRecord {
        self.records.recv().await.expect("a request that ended")
    }

    /// Waits for a request that ended like this.
    pub(crate) async fn ended(&mut self, outcome: Outcome) -> RequestRecord {
        let record = self.record().await;
        assert_eq!(record.outcome, outcome, "{record:?}");
        record
    }
}

/// Starts a proxy before the service these settings lead to.
pub(crate) async fn proxy(
    client: ClientBuilder,
    change: impl FnOnce(&mut ProxyConfig, &mut ServerConfig),
) -> Running {
    let (mut config, mut server) = (ProxyConfig::default(), ServerConfig::default());
    let (sender, records) = mpsc::unbounded_channel();
    config.observe(move |record| {
        // Some tests do not listen.
        let _ = sender.send(record.clone());
    });
    change(&mut config, &mut server);
    let proxy = Proxy::new(client.build_passthrough().unwrap(), config).unwrap();
    let server = Server::start(proxy, server).await.unwrap();
    Running { server, records }
}

/// Sends bytes on a connection of their own and returns everything that comes until it is closed.
pub(crate) async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read everything.
    let _ = socket.write_all(bytes).await;
    rest(&mut socket).await
}

/// What comes until the connection is closed or reset.
pub(crate) async fn rest(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count) = socket.read(&mut piece).await {
        if count == 0 {
            break;
        }
        text.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Reads until this text has come.
pub(crate) async fn read_until(socket: &mut TcpStream, wanted: &str) -> String {
    let mut text = Vec::new();
    while !String::from_utf8_lossy(&text).contains(wanted) {
        let mut piece = [0; 1024];
        let count = socket.read(&mut piece).await.unwrap();
        let so_far = String::from_utf8_lossy(&text).into_owned();
        assert!(count > 0, "the connection ended after {so_far:?}");
        text.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// A plain POST with a length.
pub(crate) fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The error that the proxy answered with itself.
pub(crate) fn refusal(text: &str) -> (u16, serde_json::Value) {
    let (head, body) = text.split_once("\r\n\r\n").expect("a response");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    (status, body["error"].clone())
}
