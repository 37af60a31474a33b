//! A gateway between client and service that delivers requests and answers in the service's place.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the gateway does with a request for a response, after it has delivered it and the service has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    /// An answer with this status and without a body, as a proxy gives it whose upstream broke.
    Status(u16),
    /// The service's status, and a body that is no answer.
    Unreadable,
}

/// Listens on loopback until it is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    url: String,
    tricks: Arc<Mutex<VecDeque<Trick>>>,
    delivered: Arc<Mutex<u64>>,
}

impl Gateway {
    /// Stands before a service of this base URL.
    pub(crate) async fn before(base_url: &str) -> Self {
        let upstream = url::Url::parse(base_url).unwrap();
        let address = upstream.socket_addrs(|| None).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let local = listener.local_addr().unwrap();
        let gateway = Self {
            url: format!("http://{local}{}", upstream.path()),
            tricks: Arc::default(),
            delivered: Arc::default(),
        };
        let serving = gateway.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let gateway = serving.clone();
                tokio::spawn(async move {
                    // A client that goes away ends its connection, and nothing else.
                    let _ = gateway.serve(client, address).await;
                });
            }
        });
        gateway
    }

    pub(crate) fn base_url(&self) -> String {
        self.url.clone()
    }

    /// What happens to the next requests for responses, one each.
    pub(crate) fn then(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.tricks.lock().unwrap().extend(tricks);
    }

    /// Does nothing of the kind any more.
    pub(crate) fn clear(&self) {
        self.tricks.lock().unwrap().clear();
    }

    /// How many requests for responses were delivered.
    pub(crate) fn delivered(&self) -> u64 {
        *self.delivered.lock().unwrap()
    }

    async fn serve(
        &self,
        mut client: TcpStream,
        upstream: std::net::SocketAddr,
    ) -> std::io::Result<()> {
        let Some(request) = read_request(&mut client).await? else {
            return Ok(());
        };
        let line = String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
        let line = line.lines().next().unwrap_or_default();
        let asks = line.starts_with("POST ") && line.contains("/responses ");
        let mut service = TcpStream::connect(upstream).await?;
        service.write_all(&request).await?;
        if !asks {
            tokio::io::copy(&mut service, &mut client).await?;
            return client.shutdown().await;
        }
        *self.delivered.lock().unwrap() += 1;
        let trick = self.tricks.lock().unwrap().pop_front();
        match trick {
            None => {
                tokio::io::copy(&mut service, &mut client).await?;
            }
            Some(trick) => {
                let mut answer = Vec::new();
                service.read_to_end(&mut answer).await?;
                let (status, body) = match trick {
                    Trick::Status(status) => (status, ""),
                    Trick::Unreadable => (200, "{\"output\": [{\"type\": \"mess"),
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{body}",
                    body.len()
                );
                client.write_all(head.as_bytes()).await?;
            }
        }
        client.shutdown().await
    }
}

/// A request, marked as the last one of its connection; `None` when the client closed it.
async fn read_request(client: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let mut read = Vec::new();
    let mut buffer = [0; 8192];
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match client.read(&mut buffer).await? {
            0 => return Ok(None),
            count => read.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap_or(0));
    let mut body = read.split_off(end + 4);
    while body.len() < length {
        match client.read(&mut buffer).await? {
            0 => return Ok(None),
            count => body.extend_from_slice(&buffer[..count]),
        }
    }
    let mut request = format!("{head}\r\nconnection: close\r\n\r\n").into_bytes();
    request.append(&mut body);
    Ok(Some(request))
}
