//! A server that answers from memory, in a process of its own.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use crate::canned;

/// The environment variable that makes this program the server, and says where the answers are.
pub(crate) const FOLDER: &str = "BENCH_SERVER_FOLDER";

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
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(folder: &Path) {
    let read = |name: &str| Bytes::from(std::fs::read(folder.join(name)).unwrap());
    let answers = [
        read(canned::SMALL),
        read(canned::LARGE),
        read(canned::STREAM),
    ];
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        let answers = answers.clone();
        let answer = service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let [small, large, stream] = answers.clone();
            async move {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                let asked = std::str::from_utf8(&body).unwrap();
                let (kind, body) = if asked.contains("\"stream\":true") {
                    ("text/event-stream", stream)
                } else if asked.contains("large") {
                    ("application/json", large)
                } else {
                    ("application/json", small)
                };
                Ok::<_, Infallible>(
                    http::Response::builder()
                        .header("content-type", kind)
                        .body(Full::new(body))
                        .unwrap(),
                )
            }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), answer),
        );
    }
}
