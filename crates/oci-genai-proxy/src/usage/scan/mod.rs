//! Finds a few members of a JSON object that comes in pieces, in bounded memory.
//!
//! Wanted are members of the object itself, as a response has them, and of its member `response`,
//! where an event has them.

use super::TokenUsage;

/// The most bytes of a `usage` object that are kept.
const MAX_USAGE: usize = 16 * 1024;
/// The most bytes of a text that are kept.
const MAX_TEXT: usize = 512;
/// The most bytes of a member's name that are kept; longer names are not wanted.
const MAX_NAME: usize = 16;

/// What a body says of itself. Later values replace earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) usage: Option<TokenUsage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Id,
    Model,
    Status,
    Usage,
}

/// Reads a document piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    found: Found,
    /// How many objects and lists are open.
    depth: usize,
    /// How many of the outermost of them have members that are wanted: none, one or two.
    watched: usize,
    ended: bool,
    in_text: bool,
    escaped: bool,
    /// Whether the next text is the name of a member.
    name_is_next: bool,
    /// Whether the text under way is one.
    in_name: bool,
    name: Vec<u8>,
    /// The value being kept, and the depth at which it ends.
    kept: Option<(Member, usize)>,
    bytes: Vec<u8>,
}

impl Scanner {
    /// What was found so far.
    pub(crate) fn found(&self) -> &Found {
        &self.found
    }

    /// Forgets where it was: another document begins. What was found stays.
    pub(crate) fn restart(&mut self) {
        *self = Self {
            found: std::mem::take(&mut self.found),
            name: std::mem::take(&mut self.name),
            bytes: std::mem::take(&mut self.bytes),
            ..Self::default()
        };
    }

    /// Reads the next piece.
    pub(crate) fn push(&mut self, mut piece: &[u8]) {
        while !self.ended {
            if self.in_text && !self.escaped {
                piece = self.text(piece);
            }
            let Some((byte, rest)) = piece.split_first() else {
                return;
            };
            self.step(*byte);
            piece = rest;
        }
    }

    /// Takes the plain part of a text at once.
    fn text<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let end = piece.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let (plain, rest) = piece.split_at(end.unwrap_or(piece.len()));
        self.keep(plain);
        rest
    }

    fn step(&mut self, byte: u8) {
        if self.in_text {
            self.keep(&[byte]);
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_text = false;
                if !std::mem::take(&mut self.in_name) {
                    self.value_ended();
                }
            }
            return;
        }
        match byte {
            b'"' => self.text_begins(),
            b'{' | b'[' => self.open(byte == b'{'),
            b'}' | b']' => self.close(byte),
            b',' => {
                self.keep(b",");
                self.name_is_next = self.in_watched();
            }
            _ => self.keep(&[byte]),
        }
    }

    fn text_begins(&mut self) {
        self.in_text = true;
        if self.in_watched() && std::mem::take(&mut self.name_is_next) {
            self.in_name = true;
            self.name.clear();
            return;
        }
        let member = match self.wanted() {
            Some(b"id") => Some(Member::Id),
            Some(b"model") => Some(Member::Model),
            Some(b"status") => Some(Member::Status),
            _ => None,
        };
        self.begin(member);
        self.keep(b"\"");
    }

    fn open(&mut self, object: bool) {
        let name = self.wanted();
        let is_usage = object && name == Some(b"usage");
        let is_watched =
            object && (self.depth == 0 || (self.depth == 1 && name == Some(b"response")));
        self.begin(is_usage.then_some(Member::Usage));
        self.keep(if object { b"{" } else { b"[" });
        if is_watched && self.depth == self.watched {
            self.watched += 1;
            self.name_is_next = true;
        }
        self.depth += 1;
        if self.watched == 0 {
            // A list or something else: nothing in it is wanted.
            self.ended = true;
        }
    }

    fn close(&mut self, byte: u8) {
        self.keep(&[byte]);
        self.depth = self.depth.saturating_sub(1);
        self.watched = self.watched.min(self.depth);
        self.name_is_next = false;
        self.value_ended();
        self.ended = self.depth == 0;
    }

    /// Whether the members of the innermost open object are wanted.
    fn in_watched(&self) -> bool {
        self.depth > 0 && self.depth == self.watched
    }

    /// The name of the member whose value begins, if it may be wanted.
    fn wanted(&self) -> Option<&[u8]> {
        (self.in_watched() && !self.name.is_empty()).then_some(&self.name)
    }

    /// Begins a value.
    fn begin(&mut self, member: Option<Member>) {
        if self.in_watched() {
            self.name.clear();
        }
        if let Some(member) = member {
            self.kept = Some((member, self.depth));
            self.bytes.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.in_name {
            // The quote at its end is not part of it.
            let plain = bytes.strip_suffix(b"\"").unwrap_or(bytes);
            let room = MAX_NAME.saturating_sub(self.name.len());
            self.name.extend_from_slice(&plain[..plain.len().min(room)]);
            return;
        }
        let Some((member, _)) = self.kept else { return };
        let most = match member {
            Member::Usage => MAX_USAGE,
            _ => MAX_TEXT,
        };
        if bytes.len() > most.saturating_sub(self.bytes.len()) {
            self.kept = None;
            return;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// A value has ended, which may be the one being kept.
    fn value_ended(&mut self) {
        let Some((member, _)) = self.kept.take_if(|(_, depth)| *depth == self.depth) else {
            return;
        };
        let text = || serde_json::from_slice(&self.bytes).ok();
        let found = &mut self.found;
        match member {
            Member::Id => found.id = text(),
            Member::Model => found.model = text(),
            Member::Status => found.status = text(),
            Member::Usage => found.usage = TokenUsage::read(&self.bytes),
        }
    }
}

#[cfg(test)]
mod tests;
