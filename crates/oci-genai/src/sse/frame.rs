//! Frames, and how they are assembled from lines.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use memchr::memchr;

/// One event, before its data is interpreted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The `event` field, or empty if there was none.
    pub event: Bytes,
    /// The `data` lines, joined by LF. Not validated as UTF-8.
    pub data: Bytes,
}

/// Whether a line has a field that the format knows.
pub(super) fn is_field(line: &[u8]) -> bool {
    let names: [&[u8]; 4] = [b"data:", b"event:", b"id:", b"retry:"];
    names.iter().any(|name| line.starts_with(name))
}

/// Whether a text is one JSON value, and no more.
pub(super) fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// The frame under way.
#[derive(Debug, Default)]
pub(super) struct Pending {
    event: Bytes,
    data: Data,
}

/// Nearly every event has one data line, which is kept without a copy.
#[derive(Debug, Default)]
enum Data {
    #[default]
    None,
    Line(Bytes),
    Lines(BytesMut),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Line(line) => line.len(),
            Self::Lines(lines) => lines.len(),
        }
    }

    fn push(&mut self, line: Bytes) {
        *self = match std::mem::take(self) {
            Self::None => Self::Line(line),
            Self::Line(first) => {
                let mut lines = BytesMut::with_capacity(2 * (first.len() + line.len()) + 1);
                lines.put(first);
                lines.put_u8(b'\n');
                lines.put(line);
                Self::Lines(lines)
            }
            Self::Lines(mut lines) => {
                lines.put_u8(b'\n');
                lines.put(line);
                Self::Lines(lines)
            }
        };
    }
}

impl Pending {
    pub(super) fn len(&self) -> usize {
        self.event.len() + self.data.len()
    }

    /// Adds a line that is neither blank nor a comment.
    #[inline]
    pub(super) fn field(&mut self, mut line: Bytes) {
        let (name, value_at) = match memchr(b':', &line) {
            // One space after the colon belongs to the syntax.
            Some(colon) => (
                colon,
                colon + 1 + usize::from(line.get(colon + 1) == Some(&b' ')),
            ),
            None => (line.len(), line.len()),
        };
        match &line[..name] {
            b"data" => {
                line.advance(value_at);
                self.data.push(line);
            }
            b"event" => {
                line.advance(value_at);
                self.event = line;
            }
            // `id` and `retry` are for browsers. This service puts sequence numbers into the data.
            _ => {}
        }
    }

    /// The frame so far, if it is whole and a line begins another one without a blank line between them.
    #[inline]
    pub(super) fn ended_by(&mut self, line: &[u8]) -> Option<Frame> {
        match self.data {
            Data::None => None,
            _ => self.ended_by_field(line),
        }
    }

    fn ended_by_field(&mut self, line: &[u8]) -> Option<Frame> {
        let Data::Line(data) = &self.data else {
            return None;
        };
        let begins = match line.strip_prefix(b"data:") {
            Some(next) => matches!(next.trim_ascii_start(), [b'{', ..] | b"[DONE]"),
            None => line.starts_with(b"event:") && !self.event.is_empty(),
        };
        (begins && is_json(data)).then(|| self.take())?
    }

    /// Ends the frame. A frame without a data line is discarded, as the format requires.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Frame> {
        let event = std::mem::take(&mut self.event);
        let data = match std::mem::take(&mut self.data) {
            Data::None => return None,
            Data::Line(line) => line,
            Data::Lines(lines) => lines.freeze(),
        };
        Some(Frame { event, data })
    }
}
