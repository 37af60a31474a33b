//! Decodes server-sent events.
//!
//! The decoder is a state machine without I/O: push bytes, then take frames. A frame's data is a
//! slice of the pushed bytes, except where a frame spans chunks or has several data lines.

mod frame;

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr2;

pub use self::frame::Frame;
use self::frame::{Pending, is_field, is_json};

/// Default limit of an event: 16 MiB, enough for an image in base64.
pub const DEFAULT_MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Decodes a `text/event-stream`, holding at most one event.
///
/// Supports CR, LF and CRLF line ends in any mixture, split anywhere between chunks; a byte order
/// mark; comments; several data lines; and a last event without its final line end. A lone CR ends
/// a line at once, without waiting for the next byte.
///
/// ```
/// use oci_genai::sse::Decoder;
///
/// let mut decoder = Decoder::new();
/// decoder.push("data: one\n\ndata: t");
/// assert_eq!(&decoder.next_frame()?.unwrap().data[..], b"one");
/// assert!(decoder.next_frame()?.is_none());
/// decoder.push("wo\n\n");
/// assert_eq!(&decoder.next_frame()?.unwrap().data[..], b"two");
/// # Ok::<_, oci_genai::sse::EventTooLarge>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    /// Bytes that were not decoded yet.
    input: Bytes,
    /// The beginning of an incomplete line.
    partial: BytesMut,
    pending: Pending,
    /// JSON without the form of a stream around it, of which more lines may come.
    json: BytesMut,
    max_event_bytes: usize,
    /// The last line ended with CR. A directly following LF belongs to the same line end.
    after_cr: bool,
    started: bool,
    json_lines: bool,
    comments: u64,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Creates a decoder at the beginning of a stream, with [`DEFAULT_MAX_EVENT_BYTES`].
    pub fn new() -> Self {
        Self {
            input: Bytes::new(),
            partial: BytesMut::new(),
            pending: Pending::default(),
            json: BytesMut::new(),
            max_event_bytes: DEFAULT_MAX_EVENT_BYTES,
            after_cr: false,
            started: false,
            json_lines: false,
            comments: 0,
        }
    }

    /// Limits the bytes of one event.
    #[must_use]
    pub const fn with_max_event_bytes(mut self, limit: usize) -> Self {
        self.max_event_bytes = limit;
        self
    }

    /// Takes JSON for frames of its own where the format says otherwise. Default: no.
    ///
    /// Such are lines that begin with `{`, as servers write errors that come up within a stream, and the lines after
    /// one that is no JSON by itself; and an event behind one that lacks its blank line, which would
    /// otherwise be joined to it.
    #[must_use]
    pub const fn with_json_lines(mut self, json_lines: bool) -> Self {
        self.json_lines = json_lines;
        self
    }

    /// Returns the number of comments so far. Servers send them as heartbeats.
    pub const fn comments(&self) -> u64 {
        self.comments
    }

    /// Adds bytes. Take all frames before adding more; otherwise the bytes are joined by copying.
    pub fn push(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        if self.input.is_empty() {
            self.input = bytes;
        } else if !bytes.is_empty() {
            let mut joined = BytesMut::with_capacity(self.input.len() + bytes.len());
            joined.extend_from_slice(&self.input);
            joined.extend_from_slice(&bytes);
            self.input = joined.freeze();
        }
    }

    /// Returns the next complete frame, or `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// Returns an error if the current event grows past the limit. The decoder cannot be used
    /// afterwards.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, EventTooLarge> {
        loop {
            if self.after_cr && !self.input.is_empty() {
                self.after_cr = false;
                if self.input[0] == b'\n' {
                    self.input.advance(1);
                }
            }
            let Some(end) = memchr2(b'\n', b'\r', &self.input) else {
                let rest = std::mem::take(&mut self.input);
                self.check(rest.len())?;
                self.partial.extend_from_slice(&rest);
                return Ok(None);
            };
            self.check(end)?;
            self.after_cr = self.input[end] == b'\r';
            let line = if self.partial.is_empty() {
                self.input.split_to(end)
            } else {
                self.partial.extend_from_slice(&self.input[..end]);
                self.input.advance(end);
                self.partial.split().freeze()
            };
            self.input.advance(1);
            if let Some(frame) = self.line(line) {
                return Ok(Some(frame));
            }
        }
    }

    /// Returns the last event of a stream that has ended, if only its line ends are missing.
    ///
    /// The format requires dropping such an event, but some servers omit the last blank line. The
    /// reader of the data must check that the event is complete.
    pub fn finish(&mut self) -> Option<Frame> {
        let line = self.partial.split().freeze();
        if !line.is_empty()
            && let Some(frame) = self.line(line)
        {
            return Some(frame);
        }
        self.take_json().or_else(|| self.pending.take())
    }

    fn line(&mut self, mut line: Bytes) -> Option<Frame> {
        if !self.started {
            self.started = true;
            if line.starts_with(BOM) {
                line.advance(BOM.len());
            }
        }
        match line.first() {
            None => self.take_json().or_else(|| self.pending.take()),
            Some(b':') => {
                self.comments += 1;
                None
            }
            Some(_) if self.json_lines => self.line_or_json(line),
            Some(_) => {
                self.pending.field(line);
                None
            }
        }
    }

    #[inline]
    fn line_or_json(&mut self, line: Bytes) -> Option<Frame> {
        if line[0] == b'{' || !self.json.is_empty() {
            return self.json_line(line);
        }
        let ended = self.pending.ended_by(&line);
        self.pending.field(line);
        ended
    }

    /// A line of JSON without the form of a stream around it.
    #[cold]
    fn json_line(&mut self, line: Bytes) -> Option<Frame> {
        if is_field(&line) {
            // What came was no JSON after all.
            let frame = self.take_json();
            self.pending.field(line);
            return frame;
        }
        if !self.json.is_empty() {
            self.json.extend_from_slice(b"\n");
        }
        self.json.extend_from_slice(&line);
        let may_be_over = line.trim_ascii_end().ends_with(b"}");
        (may_be_over && is_json(&self.json)).then(|| self.take_json())?
    }

    fn take_json(&mut self) -> Option<Frame> {
        let data = self.json.split().freeze();
        (!data.is_empty()).then(|| Frame {
            event: Bytes::new(),
            data,
        })
    }

    fn check(&self, more: usize) -> Result<(), EventTooLarge> {
        if self.pending.len() + self.partial.len() + self.json.len() + more > self.max_event_bytes {
            return Err(EventTooLarge {
                limit: self.max_event_bytes,
            });
        }
        Ok(())
    }
}

/// An event of the stream is larger than the decoder's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge {
    limit: usize,
}

impl EventTooLarge {
    /// Returns the decoder's limit in bytes.
    pub const fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an event of the stream has more than {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for EventTooLarge {}

#[cfg(test)]
mod tests;
