//! Detects events that only repeat the previous event of their type.

/// Most types that are remembered.
const MAX_TYPES: usize = 32;
/// Larger events are not checked, because heartbeats are small.
const MAX_BYTES: usize = 2048;

/// Remembers the last event of each type, to detect servers that repeat an event as a heartbeat.
#[derive(Debug, Default)]
pub(super) struct Repetitions {
    /// Hashes of a type and of the text of its last event, without numbers.
    last: Vec<(u64, u64)>,
}

impl Repetitions {
    /// Returns `true` if an event differs from the previous one of its type only in numbers.
    pub(super) fn repeats(&mut self, tag: &str, data: &[u8]) -> bool {
        if data.len() > MAX_BYTES {
            return false;
        }
        let tag = tag.bytes().fold(Hash::default(), Hash::with).0;
        let text = hash_without_numbers(data);
        match self.last.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, last)) => std::mem::replace(last, text) == text,
            None => {
                if self.last.len() < MAX_TYPES {
                    self.last.push((tag, text));
                }
                false
            }
        }
    }
}

/// FNV-1a. A collision only makes the stream wait longer before it counts as stalled.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn with(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// Hashes JSON text, without the numbers outside of strings.
fn hash_without_numbers(data: &[u8]) -> u64 {
    let mut hash = Hash::default();
    let mut in_string = false;
    let mut is_escaped = false;
    for byte in data {
        if in_string {
            in_string = is_escaped || *byte != b'"';
            is_escaped = !is_escaped && *byte == b'\\';
        } else {
            match byte {
                b'"' => in_string = true,
                b'0'..=b'9' | b'-' | b'+' | b'.' | b' ' | b'\t' | b'\r' | b'\n' => continue,
                _ => {}
            }
        }
        hash = hash.with(*byte);
    }
    hash.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_differ_only_in_numbers_are_repetitions() {
        let mut seen = Repetitions::default();
        let mut repeats = |data: &str| seen.repeats("response.tick", data.as_bytes());
        assert!(!repeats(r#"{"type":"response.tick","n":1}"#));
        assert!(repeats(r#"{"type":"response.tick","n":20}"#));
        assert!(repeats(r#"{"type":"response.tick", "n":-1.5}"#));
        assert!(!repeats(r#"{"type":"response.tick","n":"1"}"#));
        assert!(!repeats(r#"{"type":"response.tick","n":"2"}"#));
        assert!(!repeats(r#"{"type":"response.tick","n":true}"#));
        assert!(!repeats(r#"{"type":"response.tick","n":false}"#));
        assert!(!repeats(r#"{"type":"response.tick","a\"5":1}"#));
        assert!(!repeats(r#"{"type":"response.tick","a\"6":1}"#));
    }

    #[test]
    fn events_are_compared_with_the_last_one_of_their_type() {
        let mut seen = Repetitions::default();
        assert!(!seen.repeats("a", b"{}"));
        assert!(!seen.repeats("b", b"[]"));
        assert!(seen.repeats("a", b"{}"));
        assert!(seen.repeats("b", b"[]"));
        let large = vec![b'x'; MAX_BYTES + 1];
        assert!(!seen.repeats("a", &large));
        assert!(!seen.repeats("a", &large));
        for kind in 0..2 * MAX_TYPES {
            seen.repeats(&kind.to_string(), b"{}");
        }
        assert_eq!(seen.last.len(), MAX_TYPES);
    }
}
