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

/// A frame that is not complete yet.
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

    /// Ends the frame. According to the format there is no frame without a data line.
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
