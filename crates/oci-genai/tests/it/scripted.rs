//! A server on a real socket that sends scripted responses, including invalid ones.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use oci_genai::time::ManualClock;
use oci_genai::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// One received request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }
}

/// The reply to one request.
pub(crate) enum Reply {
    /// A body with a `content-length`.
    Body(u16, &'static str, String),
    /// Chunks of an event stream, then its end.
    Stream(Vec<Vec<u8>>, End),
    /// Chunks like these, with other header lines.
    Chunks(&'static str, Vec<Vec<u8>>, End),
    /// Closes the connection without a response.
    Reset,
    /// Never responds.
    Silence,
}

pub(crate) enum End {
    /// The last chunk is marked as the last.
    Clean,
    /// The connection closes in the middle.
    Cut,
    /// The connection stays open and silent until the client closes it.
    Open,
}

pub(crate) fn json(status: u16, body: impl ToString) -> Reply {
    Reply::Body(
        status,
        "content-type: application/json\r\n",
        body.to_string(),
    )
}

/// An event stream of these `data` lines, one chunk each.
pub(crate) fn events(data: &[&str], end: End) -> Reply {
    let chunks = data
        .iter()
        .map(|data| format!("data: {data}\n\n").into_bytes())
        .collect();
    Reply::Stream(chunks, end)
}

pub(crate) struct Scripted {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    /// Notified when a client closed a connection that was held open.
    pub(crate) closed: Arc<Notify>,
}

impl Scripted {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let closed = Arc::new(Notify::new());
        let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
        let (log, gone) = (Arc::clone(&received), Arc::clone(&closed));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (replies, log, gone) =
                    (Arc::clone(&replies), Arc::clone(&log), Arc::clone(&gone));
                tokio::spawn(async move { serve(socket, &replies, &log, &gone).await });
            }
        });
        Self {
            url,
            received,
            closed,
        }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Returns a client whose pauses end at once and that has no timeouts.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .base_url(&self.url)
            .api_key("sk-test")
            .project("ocid1.project")
            .model("m")
            .clock(ManualClock::auto_advance())
            .attempt_timeout(None)
            .timeout(None)
            .stall_timeout(None)
    }
}

async fn serve(
    mut socket: TcpStream,
    replies: &Mutex<VecDeque<Reply>>,
    log: &Mutex<Vec<Received>>,
    gone: &Notify,
) {
    while let Some(request) = read_request(&mut socket).await {
        log.lock().unwrap().push(request);
        let reply = replies.lock().unwrap().pop_front();
        match reply {
            Some(Reply::Body(status, headers, body)) => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n",
                    body.len()
                );
                socket.write_all(head.as_bytes()).await.unwrap();
                socket.write_all(body.as_bytes()).await.unwrap();
            }
            Some(Reply::Stream(chunks, end)) => {
                let headers = "content-type: text/event-stream; charset=utf-8\r\n";
                if !write_chunks(&mut socket, headers, chunks, end, gone).await {
                    return;
                }
            }
            Some(Reply::Chunks(headers, chunks, end)) => {
                if !write_chunks(&mut socket, headers, chunks, end, gone).await {
                    return;
                }
            }
            Some(Reply::Reset) => return,
            Some(Reply::Silence) => {
                let _ = socket.read(&mut [0; 1]).await;
                gone.notify_one();
                return;
            }
            None => panic!("more requests than the script has replies"),
        }
    }
}

/// Returns `true` if the connection stays usable.
async fn write_chunks(
    socket: &mut TcpStream,
    headers: &str,
    chunks: Vec<Vec<u8>>,
    end: End,
    gone: &Notify,
) -> bool {
    let head = format!(
        "HTTP/1.1 200 OK\r\n{headers}opc-request-id: STREAM/1\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    for chunk in chunks {
        let mut framed = format!("{:x}\r\n", chunk.len()).into_bytes();
        framed.extend_from_slice(&chunk);
        framed.extend_from_slice(b"\r\n");
        // The client may have closed the connection.
        if socket.write_all(&framed).await.is_err() {
            return false;
        }
        let _ = socket.flush().await;
    }
    match end {
        End::Clean => socket.write_all(b"0\r\n\r\n").await.is_ok(),
        End::Cut => false,
        End::Open => {
            let _ = socket.read(&mut [0; 1]).await;
            gone.notify_one();
            false
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut buffer = [0; 4096];
        let count = socket
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let mut request = Received {
        head: String::from_utf8(bytes[..end].to_vec()).unwrap(),
        body: String::new(),
    };
    let length: usize = request
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + length {
        let mut buffer = [0; 4096];
        let count = socket
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
    request.body = String::from_utf8(bytes[end..].to_vec()).unwrap();
    Some(request)
}
