//! Joins characters that a server split between two deltas.
//!
//! JSON writes a character beyond the first 65,536 as two escapes. Some servers cut text between
//! the two, so half a character ends one delta and the other half begins the next. Decoding turns
//! each half into U+FFFD. This module joins them into one character again.

use memchr::memmem;

use crate::types::StreamEvent;

const REPLACED: char = char::REPLACEMENT_CHARACTER;

/// Remembers the first half of a character until the second half arrives.
#[derive(Debug, Default)]
pub(super) struct Halves {
    first: Option<u16>,
}

impl Halves {
    /// Joins the halves of a character that the previous delta and this one hold. `data` is the raw
    /// event.
    #[inline]
    pub(super) fn join(&mut self, event: &mut StreamEvent, data: &[u8]) {
        if let Some(text) = delta(event)
            && (self.first.is_some() || text.ends_with(REPLACED))
        {
            self.join_text(text, data);
        }
    }

    #[cold]
    fn join_text(&mut self, text: &mut String, data: &[u8]) {
        let raw = raw_delta(data).unwrap_or_default();
        if let Some(first) = self.first.take() {
            let second = escape(raw.get(..6).unwrap_or_default());
            let joined = second.and_then(|second| {
                let mut whole = char::decode_utf16([first, second]);
                whole.next()?.ok()
            });
            match joined {
                Some(whole) if text.starts_with(REPLACED) => {
                    text.replace_range(..REPLACED.len_utf8(), whole.encode_utf8(&mut [0; 4]));
                }
                // The first half had no second half.
                _ => text.insert(0, REPLACED),
            }
        }
        let last = raw.len().checked_sub(6).and_then(|at| raw.get(at..));
        let last = last.and_then(escape);
        if let Some(last) = last.filter(|unit| (0xD800..0xDC00).contains(unit))
            && text.ends_with(REPLACED)
        {
            text.pop();
            self.first = Some(last);
        }
    }
}

fn delta(event: &mut StreamEvent) -> Option<&mut String> {
    Some(match event {
        StreamEvent::OutputTextDelta(event) => &mut event.delta,
        StreamEvent::RefusalDelta(event) => &mut event.delta,
        StreamEvent::ReasoningTextDelta(event) => &mut event.delta,
        StreamEvent::ReasoningSummaryTextDelta(event) => &mut event.delta,
        _ => return None,
    })
}

/// Returns the delta's raw JSON string without its quotes. The name with quotes and colon cannot
/// occur inside a JSON string.
fn raw_delta(data: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"\"delta\":";
    let rest = data.get(memmem::find(data, NAME)? + NAME.len()..)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
    let mut is_escaped = false;
    let end = rest.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })?;
    rest.get(..end)
}

/// Returns the code unit of an escape such as `\ud83d`.
fn escape(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.strip_prefix(b"\\u")?).ok()?;
    let is_number = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(raw: &[&str]) -> Vec<String> {
        let mut halves = Halves::default();
        let read = |raw: &&str| {
            let data = format!(r#"{{"type":"response.output_text.delta","delta": "{raw}"}}"#);
            let mut event = oci_genai_api::read(data.as_bytes()).unwrap();
            halves.join(&mut event, data.as_bytes());
            delta(&mut event).unwrap().clone()
        };
        raw.iter().map(read).collect()
    }

    #[test]
    fn halves_of_one_character_are_joined() {
        assert_eq!(joined(&[r"a\ud83d", r"\ude00b"]), ["a", "😀b"]);
        assert_eq!(
            joined(&[r"\ud83d", r"\ude00\ud83d", r"\ude00"]),
            ["", "😀", "😀"]
        );
        assert_eq!(joined(&[r"\ud83d\ude00", "b"]), ["😀", "b"]);
    }

    #[test]
    fn an_unpaired_half_becomes_a_replacement_character() {
        assert_eq!(joined(&[r"a\ud83d", "b"]), ["a", "\u{FFFD}b"]);
        assert_eq!(joined(&[r"a\ude00", r"\ud83d"]), ["a\u{FFFD}", ""]);
        assert_eq!(joined(&["a\u{FFFD}", r"\ude00"]), ["a\u{FFFD}", "\u{FFFD}"]);
        assert_eq!(joined(&[r"\\ud83d", "b"]), [r"\ud83d", "b"]);
    }
}
