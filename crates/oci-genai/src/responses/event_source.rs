//! From the bytes of an answer to typed events.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use memchr::memmem;
use oci_genai_api::{ByteStream, ResponseValue};

use crate::call::request_id;
use crate::error::{Error, ErrorKind, ResendVerdict, ServiceError};
use crate::middleware::read_bounded;
use crate::sse::{Decoder, Frame};
use crate::types::StreamEvent;
use crate::{Client, Result};

type Bodies = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// The events of one connection.
pub(super) struct EventSource {
    bytes: Bodies,
    decoder: Decoder,
    /// The bytes have come to their end, or will not be asked for any more.
    closed: bool,
    pub(super) heartbeats: u64,
}

/// What a connection brings.
pub(super) enum Received {
    Event(StreamEvent, Option<i64>),
    /// An error the service reports within the stream.
    Error(Box<ServiceError>),
    /// An event that cannot be read; later ones may be.
    Garbled(Error),
    /// The end, as the server announced it.
    Done,
    /// The connection ended.
    Closed,
    /// The connection failed, the call's time is over, or an event is too large.
    Broken(Error),
    /// No event came for too long.
    Stalled(Error),
}

impl EventSource {
    /// Takes over an answer.
    ///
    /// # Errors
    ///
    /// When it is not an event stream: then the text of what came instead is in the error.
    pub(super) async fn open(
        answer: ResponseValue<ByteStream>,
        client: &Client,
    ) -> Result<(Self, StatusCode, HeaderMap)> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.into_inner_stream();
        if !is_event_stream(&headers) {
            return Err(not_a_stream(status, &headers, bytes, client).await);
        }
        let limit = client.streams().max_event_bytes;
        let source = Self {
            bytes,
            decoder: Decoder::new().with_max_event_bytes(limit),
            closed: false,
            heartbeats: 0,
        };
        Ok((source, status, headers))
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>, numbered: bool) -> Poll<Received> {
        loop {
            match self.decoder.next_frame() {
                Ok(Some(frame)) => match read(&frame, numbered) {
                    Some(received) => return Poll::Ready(received),
                    None => {
                        self.heartbeats += 1;
                        continue;
                    }
                },
                Ok(None) => {}
                Err(error) => {
                    self.closed = true;
                    return Poll::Ready(Received::Broken(
                        Error::new(
                            ErrorKind::Decode,
                            ResendVerdict::Unknown,
                            "the stream cannot be read",
                        )
                        .with_source(error),
                    ));
                }
            }
            if self.closed {
                return Poll::Ready(Received::Closed);
            }
            match ready!(self.bytes.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => self.decoder.push(bytes),
                Some(Err(error)) => {
                    self.closed = true;
                    return Poll::Ready(Received::Broken(Error::from_body(error)));
                }
                None => {
                    self.closed = true;
                    // A last event without its blank line counts if it is whole.
                    if let Some(frame) = self.decoder.finish()
                        && let Some(received) = read(&frame, numbered)
                        && !matches!(received, Received::Garbled(_))
                    {
                        return Poll::Ready(received);
                    }
                }
            }
        }
    }

    /// Takes what is left of a finished answer if it is there already, so that its connection can be
    /// used again.
    pub(super) fn drain(&mut self, context: &mut Context<'_>) {
        while !self.closed {
            match self.bytes.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => self.closed = true,
                Poll::Pending => return,
            }
        }
    }

    /// Comments and heartbeat events so far.
    pub(super) const fn heartbeats(&self) -> u64 {
        self.heartbeats + self.decoder.comments()
    }
}

/// Reads a frame. `None` for one that only says that the server is alive.
#[inline]
fn read(frame: &Frame, numbered: bool) -> Option<Received> {
    let data = frame.data.trim_ascii();
    if data == b"[DONE]" {
        return Some(Received::Done);
    }
    if data.is_empty() || is_heartbeat(&frame.event) {
        return None;
    }
    if &frame.event[..] == b"error" {
        return Some(Received::Error(Box::new(ServiceError::from_body(data))));
    }
    Some(match event(data) {
        Ok(StreamEvent::Error(_)) => Received::Error(Box::new(ServiceError::from_body(data))),
        Ok(StreamEvent::Unknown(unknown)) => match unknown.tag() {
            Some(tag) if is_heartbeat(tag.as_bytes()) => return None,
            // An error in any of the shapes that error answers have.
            None => Received::Error(Box::new(ServiceError::from_body(data))),
            Some(_) => Received::Event(StreamEvent::Unknown(unknown), number(data, numbered)),
        },
        Ok(event) => Received::Event(event, number(data, numbered)),
        Err(error) => Received::Garbled(Error::undecodable(data, error)),
    })
}

/// Text that was checked as a whole is not checked again string by string.
fn event(data: &[u8]) -> serde_json::Result<StreamEvent> {
    serde_json::from_str(std::str::from_utf8(data).map_err(serde::de::Error::custom)?)
}

fn is_heartbeat(name: &[u8]) -> bool {
    matches!(name, b"keepalive" | b"keep-alive" | b"ping" | b"heartbeat")
}

/// The event's sequence number, read from its text: every kind of event has one, in a field of its
/// own type. The name with its quotes and colon cannot stand inside a JSON string.
fn number(data: &[u8], numbered: bool) -> Option<i64> {
    const NAME: &[u8] = b"\"sequence_number\":";
    if !numbered {
        return None;
    }
    let at = memmem::rfind(data, NAME)? + NAME.len();
    let rest = data.get(at..)?.trim_ascii_start();
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// An absent content type is let pass: the events will show.
fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_none_or(|value| {
        let bytes = value.as_bytes();
        let name = b"text/event-stream";
        bytes.len() >= name.len() && bytes[..name.len()].eq_ignore_ascii_case(name)
    })
}

/// The error for a success whose body is no event stream, such as a gateway's page.
async fn not_a_stream(
    status: StatusCode,
    headers: &HeaderMap,
    bytes: Bodies,
    client: &Client,
) -> Error {
    let body = read_bounded(oci_genai_api::Body::wrap_stream(bytes)).await;
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("nothing it names");
    let service = ServiceError::from_answer(status, headers, &body);
    if service.code().is_some() || service.error_type().is_some() {
        return Error::service(service, client.clock().wall());
    }
    Error::new(
        ErrorKind::Decode,
        ResendVerdict::Unknown,
        format!(
            "the service answered with {kind} where an event stream was asked for: {}",
            service.message()
        ),
    )
    .with_service(service)
    .with_request_id(request_id(headers))
}
