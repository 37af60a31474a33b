//! Takes the data of each event out of an event stream, piece by piece.

use super::scan::Scanner;

/// The field whose value is read.
const FIELD: &[u8] = b"data:";

/// Where in a line the next byte is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// This many bytes of the field's name have come, and nothing else.
    Name(usize),
    /// In the value of a `data` field.
    Data,
    /// In a line of another kind.
    Other,
}

/// The lines of an event stream.
#[derive(Debug)]
pub(super) struct Events {
    place: Place,
    /// Whether the last byte was a carriage return, which ends a line with or without a line feed.
    returned: bool,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            place: Place::Name(0),
            returned: false,
        }
    }
}

impl Events {
    /// Gives the data in this piece to the scanner, and begins a new document with each event.
    pub(super) fn push(&mut self, mut piece: &[u8], scanner: &mut Scanner) {
        while let Some(first) = piece.first() {
            let returned = std::mem::take(&mut self.returned);
            if returned && *first == b'\n' {
                piece = &piece[1..];
                continue;
            }
            let end = piece.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let line = &piece[..end.unwrap_or(piece.len())];
            self.line(line, scanner);
            let Some(end) = end else { return };
            if matches!(self.place, Place::Name(0)) {
                scanner.restart();
            }
            self.place = Place::Name(0);
            self.returned = piece[end] == b'\r';
            piece = &piece[end + 1..];
        }
    }

    /// A part of one line.
    fn line(&mut self, mut part: &[u8], scanner: &mut Scanner) {
        while let Place::Name(matched) = self.place {
            let Some((byte, rest)) = part.split_first() else {
                return;
            };
            part = rest;
            self.place = match FIELD.get(matched) {
                Some(wanted) if wanted == byte && matched + 1 == FIELD.len() => Place::Data,
                Some(wanted) if wanted == byte => Place::Name(matched + 1),
                _ => Place::Other,
            };
        }
        if matches!(self.place, Place::Data) {
            scanner.push(part);
        }
    }
}
