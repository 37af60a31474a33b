//! Turns the bytes of a response into events.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use memchr::memchr;
use oci_genai_api::{ByteStream, ResponseValue};

use super::body_format::{BodyFormat, form_of};
use super::event::{EventReader, Received};
use super::idle_timeout::IdleTimeout;
use super::json_body::{self, form_of_line};
use crate::error::{Error, ErrorKind};
use crate::sse::Decoder;
use crate::typed_call::request_id;
use crate::types::Response;
use crate::{Client, Result};

type Bodies = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// Bytes read of a body that is neither an event stream nor JSON.
const MAX_OTHER_BYTES: usize = 64 * 1024;

/// The events of one connection.
pub(super) struct EventSource {
    bytes: Bodies,
    reading: Reading,
    reader: EventReader,
    /// The body ended, or no more bytes are read from it.
    closed: bool,
    heartbeats: u64,
    limits: Limits,
}

#[derive(Clone, Copy)]
struct Limits {
    event: usize,
    body: usize,
    is_declared_stream: bool,
}

/// The format in which the bytes are read.
enum Reading {
    /// Not known yet, with the bytes received so far.
    Unknown(BytesMut),
    Events(Box<Decoder>),
    /// JSON, or another format of which the beginning is enough; with the offset that was checked.
    Document(BytesMut, BodyFormat, usize),
}

impl EventSource {
    /// Takes over a response. Unless it is declared an event stream, its format is detected first,
    /// for as long as the guard allows.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is neither an event stream nor a response. The error contains
    /// the service's error object, or the beginning of a body that is not JSON.
    pub(super) async fn open(
        answer: ResponseValue<ByteStream>,
        client: &Client,
        numbered: bool,
        guard: &mut IdleTimeout,
    ) -> Result<(Opened, StatusCode, HeaderMap)> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let settings = client.streams();
        let is_declared_stream = is_event_stream(&headers);
        let mut source = Self {
            bytes: answer.into_inner_stream(),
            reading: Reading::Unknown(BytesMut::new()),
            reader: EventReader::new(numbered),
            closed: false,
            heartbeats: 0,
            limits: Limits {
                event: settings.max_event_bytes,
                body: settings.max_response_bytes,
                is_declared_stream,
            },
        };
        if is_declared_stream {
            return Ok((Opened::Stream(source), status, headers));
        }
        let first = std::future::poll_fn(|context| match source.poll_form(context) {
            Poll::Pending => guard
                .poll(context)
                .map(|error| Some(Received::Broken(error))),
            ready => ready,
        });
        let opened = match first.await {
            None => Opened::Stream(source),
            Some(Received::Response(response)) => Opened::Response(response),
            Some(Received::NoStream(error)) => return Err(of_type(error, &headers)),
            Some(Received::Broken(error)) => {
                return Err(error.with_request_id(request_id(&headers)));
            }
            Some(_) => Opened::Stream(source),
        };
        Ok((opened, status, headers))
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Received> {
        loop {
            let Reading::Events(decoder) = &mut self.reading else {
                match ready!(self.poll_form(context)) {
                    Some(received) => return Poll::Ready(received),
                    None => continue,
                }
            };
            match decoder.next_frame() {
                Ok(Some(frame)) => match self.reader.read(&frame) {
                    Received::Heartbeat => {
                        self.heartbeats += 1;
                        continue;
                    }
                    received => return Poll::Ready(received),
                },
                Ok(None) => {}
                Err(error) => {
                    self.closed = true;
                    return Poll::Ready(Received::Broken(Error::event_too_large(error)));
                }
            }
            if self.closed {
                return Poll::Ready(Received::Closed);
            }
            match ready!(self.bytes.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => decoder.push(bytes),
                Some(Err(error)) => {
                    self.closed = true;
                    return Poll::Ready(Received::Broken(Error::from_body(error)));
                }
                None => {
                    self.closed = true;
                    // A last event without its blank line counts if it is complete.
                    if let Some(frame) = decoder.finish() {
                        match self.reader.read(&frame) {
                            Received::Garbled { .. } | Received::Heartbeat => {}
                            received => return Poll::Ready(received),
                        }
                    }
                }
            }
        }
    }

    /// Reads until the format is known. Returns `None` for events. A document is read to its end.
    fn poll_form(&mut self, context: &mut Context<'_>) -> Poll<Option<Received>> {
        while !matches!(self.reading, Reading::Events(_)) {
            if self.closed {
                return Poll::Ready(Some(Received::Closed));
            }
            let received = match ready!(self.bytes.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => self.take(bytes),
                Some(Err(error)) => {
                    self.closed = true;
                    // A document may be complete although its connection ended improperly.
                    Some(match self.document() {
                        Some(Received::Response(response)) => Received::Response(response),
                        _ => Received::Broken(Error::from_body(error)),
                    })
                }
                None => {
                    self.closed = true;
                    self.document()
                }
            };
            if received.is_some() {
                return Poll::Ready(received);
            }
        }
        Poll::Ready(None)
    }

    /// Adds bytes of a body that is not known to be an event stream.
    fn take(&mut self, bytes: Bytes) -> Option<Received> {
        let is_declared = self.limits.is_declared_stream;
        let (mut buffer, form, mut seen) = match &mut self.reading {
            Reading::Events(_) => return None,
            // The common case, without a copy.
            Reading::Unknown(buffer)
                if buffer.is_empty()
                    && form_of(&bytes, is_declared, false) == Some(BodyFormat::Events) =>
            {
                self.read_events(bytes);
                return None;
            }
            Reading::Unknown(buffer) => {
                buffer.extend_from_slice(&bytes);
                let form = form_of(buffer, is_declared, buffer.len() > MAX_OTHER_BYTES)?;
                (std::mem::take(buffer), form, 0)
            }
            Reading::Document(buffer, form, seen) => {
                buffer.extend_from_slice(&bytes);
                (std::mem::take(buffer), *form, *seen)
            }
        };
        let size = buffer.len();
        let mut is_all = false;
        match form {
            BodyFormat::Events => {
                self.read_events(buffer.freeze());
                return None;
            }
            // The first line may be the whole document, although the connection stays open.
            BodyFormat::Json if seen < MAX_OTHER_BYTES => {
                let end = memchr(b'\n', buffer.get(seen..)?).map(|end| seen + end);
                seen = if end.is_some() { usize::MAX } else { size };
                let line = end.and_then(|end| buffer.get(..end));
                match line.and_then(form_of_line) {
                    Some(BodyFormat::Events) => {
                        self.read_events(buffer.freeze());
                        return None;
                    }
                    Some(_) => {
                        is_all = true;
                        buffer.truncate(end.unwrap_or(size));
                    }
                    None => {}
                }
            }
            BodyFormat::Json => {}
            BodyFormat::Other => is_all = size > MAX_OTHER_BYTES,
        }
        if form == BodyFormat::Json && size > self.limits.body {
            self.closed = true;
            return Some(Received::Broken(Error::response_too_large(
                self.limits.body,
            )));
        }
        if is_all {
            self.closed = true;
        }
        self.reading = Reading::Document(buffer, form, seen);
        if is_all { self.document() } else { None }
    }

    fn read_events(&mut self, bytes: Bytes) {
        let decoder = Decoder::new().with_max_event_bytes(self.limits.event);
        let mut decoder = Box::new(decoder.with_json_lines(true));
        decoder.push(bytes);
        self.reading = Reading::Events(decoder);
    }

    /// Interprets a completely read body that is not an event stream. Returns `None` if it is one
    /// after all.
    fn document(&mut self) -> Option<Received> {
        let nothing = Reading::Unknown(BytesMut::new());
        let (body, form) = match std::mem::replace(&mut self.reading, nothing) {
            Reading::Document(body, form, _) => (body.freeze(), form),
            Reading::Unknown(body) => {
                let form = form_of(&body, self.limits.is_declared_stream, true);
                (body.freeze(), form.unwrap_or(BodyFormat::Other))
            }
            Reading::Events(decoder) => {
                self.reading = Reading::Events(decoder);
                return None;
            }
        };
        Some(match form {
            BodyFormat::Events => {
                self.read_events(body);
                return None;
            }
            BodyFormat::Json => match json_body::from_json(&body) {
                Ok(response) => Received::Response(Box::new(response)),
                Err(error) => Received::NoStream(error),
            },
            BodyFormat::Other => Received::NoStream(Error::unexpected(&body)),
        })
    }

    /// Reads the rest of a finished response if it is already there, so that the connection can be
    /// reused.
    pub(super) fn drain(&mut self, context: &mut Context<'_>) {
        while !self.closed {
            match self.bytes.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => self.closed = true,
                Poll::Pending => return,
            }
        }
    }

    /// Returns the number of comments and heartbeat events so far.
    pub(super) fn heartbeats(&self) -> u64 {
        let comments = match &self.reading {
            Reading::Events(decoder) => decoder.comments(),
            Reading::Unknown(_) | Reading::Document(..) => 0,
        };
        self.heartbeats + comments
    }
}

/// A response that was taken over.
pub(super) enum Opened {
    Stream(EventSource),
    /// A complete response instead of a stream.
    Response(Box<Response>),
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let bytes = value.as_bytes();
        let name = b"text/event-stream";
        bytes.len() >= name.len() && bytes[..name.len()].eq_ignore_ascii_case(name)
    })
}

/// Adds the content type to the error of a success that is neither a stream nor a response.
fn of_type(error: Error, headers: &HeaderMap) -> Error {
    let request_id = request_id(headers);
    if error.kind() != ErrorKind::Decode {
        return error.with_request_id(request_id);
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("no content type");
    let message = format!(
        "the service returned {kind} instead of an event stream: {}",
        error.message()
    );
    error.with_message(message).with_request_id(request_id)
}
