//! Faults in the events and the bytes of a stream.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde_json::json;

use super::Effect;

/// Applies faults to the events of a body. A cut with a reset ends the body with an error.
pub(crate) fn disturb(body: Body, effects: Vec<Effect>) -> Body {
    let state = Disturbed {
        source: body.into_data_stream().boxed(),
        partial: BytesMut::new(),
        ready: VecDeque::new(),
        effects,
        number: 0,
        ended: false,
    };
    Body::from_stream(stream::unfold(state, |mut state| async move {
        let piece = state.next().await?;
        Some((piece, state))
    }))
}

struct Disturbed {
    source: BoxStream<'static, Result<Bytes, axum::Error>>,
    partial: BytesMut,
    ready: VecDeque<Result<Bytes, io::Error>>,
    effects: Vec<Effect>,
    /// Number of the next event.
    number: u64,
    ended: bool,
}

impl Disturbed {
    async fn next(&mut self) -> Option<Result<Bytes, io::Error>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                if piece.is_err() {
                    // Yields so that the server sends what it has. An error makes the server drop
                    // that.
                    tokio::task::yield_now().await;
                }
                return Some(piece);
            }
            if self.ended {
                return None;
            }
            match self.source.next().await {
                Some(Ok(bytes)) => {
                    self.partial.extend_from_slice(&bytes);
                    self.split();
                }
                Some(Err(error)) => return Some(Err(io::Error::other(error))),
                None => self.ended = true,
            }
        }
    }

    /// Takes complete events from the received bytes.
    fn split(&mut self) {
        while let Some(end) = self.partial.windows(2).position(|pair| pair == b"\n\n") {
            let event = self.partial.split_to(end + 2).freeze();
            self.event(event);
            if self.ended {
                return;
            }
        }
    }

    fn event(&mut self, event: Bytes) {
        let number = self.number;
        self.number += 1;
        let mut twice = false;
        for effect in &self.effects {
            match effect {
                Effect::Cut { events, reset } if *events == number => {
                    if *reset {
                        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                        self.ready.push_back(Err(reset));
                    }
                    self.ended = true;
                    return;
                }
                Effect::ErrorEvent {
                    events,
                    code,
                    message,
                } if *events == number => {
                    let data = json!({
                        "type": "error", "code": code, "message": message, "param": null,
                        "sequence_number": number,
                    });
                    self.ready
                        .push_back(Ok(format!("event: error\ndata: {data}\n\n").into()));
                    self.ended = true;
                    return;
                }
                Effect::Insert {
                    before,
                    event,
                    data,
                } if *before == number => {
                    let name = event.as_ref().map(|name| format!("event: {name}\n"));
                    let data = match data {
                        Some(data) => format!("data: {data}\n\n"),
                        None => ": heartbeat\n\n".to_owned(),
                    };
                    self.ready
                        .push_back(Ok((name.unwrap_or_default() + &data).into()));
                }
                Effect::Duplicate { event } if *event == number => twice = true,
                _ => {}
            }
        }
        if twice {
            self.ready.push_back(Ok(event.clone()));
        }
        self.ready.push_back(Ok(event));
    }
}

/// Splits the body into small pieces with a pause before each.
pub(crate) fn trickle(body: Body, size: usize, pause: Duration) -> Body {
    let source = body.into_data_stream().boxed();
    Body::from_stream(stream::unfold(
        (source, Bytes::new()),
        move |(mut source, mut rest)| async move {
            while rest.is_empty() {
                match source.next().await? {
                    Ok(bytes) => rest = bytes,
                    Err(error) => return Some((Err(error), (source, rest))),
                }
            }
            tokio::time::sleep(pause).await;
            let piece = rest.split_to(size.min(rest.len()));
            Some((Ok(piece), (source, rest)))
        },
    ))
}

/// Delays the start of the body.
pub(crate) fn delay(body: Body, pause: Duration) -> Body {
    let late = stream::once(async move {
        tokio::time::sleep(pause).await;
        body.into_data_stream()
    });
    Body::from_stream(late.flatten())
}

/// Reads a request body slowly.
pub(crate) fn read_slowly(body: Body, pause: Duration) -> Body {
    Body::from_stream(body.into_data_stream().then(move |piece| async move {
        tokio::time::sleep(pause).await;
        piece
    }))
}
