//! A server that responds from memory, in a separate process.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use crate::canned;

/// The environment variable that makes this program the server; its value is the folder with the
/// responses.
pub(crate) const FOLDER: &str = "BENCH_SERVER_FOLDER";

/// The input for an endless stream with an event every 200 ms.
pub(crate) const SLOW: &str = "slow";
/// The input for a stream of events as fast as the client reads, up to 256 MiB.
pub(crate) const FLOOD: &str = "flood";

const PAUSE: Duration = Duration::from_millis(200);
const FLOOD_BYTES: usize = 256 << 20;

pub(crate) struct Server {
    child: Child,
    base_url: String,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            child,
            base_url: format!("http://{}/openai/v1", address.trim()),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the CPU nanoseconds of the server, to show that they are not included in the
    /// figures.
    pub(crate) fn cpu_nanos(&self) -> u64 {
        let file = format!("/proc/{}/schedstat", self.child.id());
        let text = std::fs::read_to_string(file).unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[derive(Clone)]
struct Responses {
    small: Bytes,
    large: Bytes,
    stream: Bytes,
    /// The first event of a stream, and an event with a word of text.
    opening: Bytes,
    delta: Bytes,
}

impl Responses {
    fn read(folder: &Path) -> Self {
        let read = |name: &str| Bytes::from(std::fs::read(folder.join(name)).unwrap());
        let stream = read(canned::STREAM);
        let text = std::str::from_utf8(&stream).unwrap();
        let mut events = text.split_inclusive("\n\n");
        let opening = Bytes::copy_from_slice(events.next().unwrap().as_bytes());
        let delta = events
            .find(|event| event.contains("output_text.delta"))
            .unwrap();
        let delta = Bytes::copy_from_slice(delta.as_bytes());
        Self {
            small: read(canned::SMALL),
            large: read(canned::LARGE),
            opening,
            delta,
            stream,
        }
    }

    fn to(&self, request: &str) -> (&'static str, BoxBody<Bytes, Infallible>) {
        const EVENTS: &str = "text/event-stream";
        let full = |bytes: &Bytes| Full::new(bytes.clone()).boxed();
        let has_input = |input: &str| request.contains(&format!("\"{input}\""));
        if has_input(SLOW) {
            let delta = self.delta.clone();
            let ticks = stream::unfold(delta, |delta| async move {
                tokio::time::sleep(PAUSE).await;
                Some((delta.clone(), delta))
            });
            (EVENTS, pieces(self.opening.clone(), ticks))
        } else if has_input(FLOOD) {
            let batch = Bytes::from(self.delta.repeat(64));
            let count = FLOOD_BYTES / batch.len();
            let flood = stream::iter(std::iter::repeat_n(batch, count));
            (EVENTS, pieces(self.opening.clone(), flood))
        } else if request.contains("\"stream\":true") {
            (EVENTS, full(&self.stream))
        } else if has_input("large") {
            ("application/json", full(&self.large))
        } else {
            ("application/json", full(&self.small))
        }
    }
}

fn pieces(
    first: Bytes,
    rest: impl futures_util::Stream<Item = Bytes> + Send + Sync + 'static,
) -> BoxBody<Bytes, Infallible> {
    let all = stream::iter([first]).chain(rest);
    BodyExt::boxed(StreamBody::new(all.map(|bytes| Ok(Frame::data(bytes)))))
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(folder: &Path) {
    let responses = Responses::read(folder);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        let responses = responses.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let responses = responses.clone();
            async move {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                let (kind, body) = responses.to(std::str::from_utf8(&body).unwrap());
                let response = http::Response::builder().header("content-type", kind);
                Ok::<_, Infallible>(response.body(body).unwrap())
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service),
        );
    }
}
