//! Reads text that is almost JSON.
//!
//! The repair runs only after a normal read has failed, so ordinary responses pay nothing for it.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::de::Error as _;
use serde_json::{Deserializer, Error};

use super::defect::{Defect, DefectKind, Inspection};
use super::tolerant::Tolerant;

/// Reads a value from text, as servers send it.
///
/// Accepts a byte order mark, the remains of an event stream after the JSON text (`data: [DONE]`),
/// lone surrogates and bytes that are not UTF-8 (they become U+FFFD), numbers that are not finite
/// (they become null) and control characters inside strings. The value's defects include the
/// repairs.
///
/// # Errors
///
/// Returns an error if the repaired text is still not JSON, is of a JSON type that `T` cannot be,
/// or is an object without any member that `T` requires.
pub fn read<T: Tolerant>(text: &[u8]) -> Result<T, Error> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    // Checked as a whole, which is quicker than string by string, and makes code for one kind of
    // input only.
    // A value may be large, so it is read into its place and moved once.
    let mut place = None;
    let first = match std::str::from_utf8(text) {
        Ok(text) => parse(text, &mut place),
        Err(error) => Err(Error::custom(error)),
    };
    if let Err(error) = first {
        place = Some(read_repaired(text, error)?);
    }
    place.ok_or_else(|| Error::custom("no value"))
}

#[cold]
fn read_repaired<T: Tolerant>(text: &[u8], error: Error) -> Result<T, Error> {
    let repaired = repair(text);
    let mut place = None;
    match (parse::<T>(&repaired.text, &mut place), place) {
        (Ok(()), Some(mut value)) => {
            value.remember(&repaired.defects);
            Ok(value)
        }
        _ => Err(error),
    }
}

/// Reads a value into its place, which is filled if this succeeds.
fn parse<T: Tolerant>(text: &str, place: &mut Option<T>) -> Result<(), Error> {
    let mut deserializer = Deserializer::from_str(text);
    super::object::deserialize_into(&mut deserializer, place, "another kind of JSON")?;
    deserializer.end()?;
    if place.as_ref().is_some_and(Tolerant::is_hollow) {
        return Err(Error::custom("none of the required members came"));
    }
    Ok(())
}

struct Repaired {
    text: String,
    defects: Vec<Defect>,
}

/// Repairs almost-JSON text.
fn repair(text: &[u8]) -> Repaired {
    let lossy = String::from_utf8_lossy(text);
    let mut repair = Repair {
        text: &lossy,
        at: 0,
        out: String::with_capacity(lossy.len()),
        places: Vec::new(),
        defects: Vec::new(),
    };
    if matches!(lossy, Cow::Owned(_)) {
        repair.report();
    }
    repair.run();
    Repaired {
        text: repair.out,
        defects: repair.defects,
    }
}

/// A list or object around the current position.
enum Place {
    /// Index of the element.
    List(usize),
    /// Name of the member as written, once it has been read.
    Object(Option<String>),
}

struct Repair<'a> {
    text: &'a str,
    at: usize,
    out: String,
    places: Vec<Place>,
    defects: Vec<Defect>,
}

impl Repair<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' => self.string(),
                b'{' => self.enter(Place::Object(None)),
                b'[' => self.enter(Place::List(0)),
                b'}' | b']' => {
                    self.places.pop();
                    self.copy(1);
                    if self.places.is_empty() && self.only_stream_remains() {
                        return;
                    }
                }
                b',' => {
                    match self.places.last_mut() {
                        Some(Place::List(index)) => *index += 1,
                        Some(Place::Object(name)) => *name = None,
                        None => {}
                    }
                    self.copy(1);
                }
                b' ' | b'\t' | b'\r' | b'\n' | b':' => self.copy(1),
                _ => self.word(),
            }
        }
    }

    fn enter(&mut self, place: Place) {
        self.places.push(place);
        self.copy(1);
    }

    /// Copies bytes, which must end at a character boundary.
    fn copy(&mut self, count: usize) {
        let end = self.at + count;
        self.out
            .push_str(self.text.get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    /// Returns true if only the remains of an event stream follow.
    fn only_stream_remains(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.lines().map(str::trim).all(|line| {
            line.is_empty()
                || line == "[DONE]"
                || line.starts_with(':')
                || line
                    .strip_prefix("data:")
                    .is_some_and(|data| data.trim() == "[DONE]")
                || line.starts_with("event:")
        })
    }

    /// Copies a number or a name such as `true`. Replaces a number that is not finite with null.
    fn word(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |letter: char| letter.is_whitespace() || ",]}:\"".contains(letter);
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let finite = word.parse::<f64>().map_or(true, f64::is_finite);
        if finite {
            self.copy(word.len().max(1));
        } else {
            self.out.push_str("null");
            self.at += word.len();
            self.report();
        }
    }

    /// Copies a string and repairs its content.
    fn string(&mut self) {
        let start = self.out.len();
        let mut is_sound = true;
        self.copy(1);
        while let Some(letter) = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            match letter {
                '"' => {
                    self.copy(1);
                    break;
                }
                '\\' => is_sound &= self.escape(),
                control if control < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(control));
                    self.at += 1;
                    is_sound = false;
                }
                other => self.copy(other.len_utf8()),
            }
        }
        if let Some(Place::Object(name @ None)) = self.places.last_mut() {
            *name = Some(serde_json::from_str(&self.out[start..]).unwrap_or_default());
        }
        if !is_sound {
            self.report();
        }
    }

    /// Copies an escape sequence. Returns `false` if it was a lone surrogate, which is replaced.
    fn escape(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        match unit(bytes, self.at) {
            Some(0xD800..=0xDBFF) => {
                if let Some(0xDC00..=0xDFFF) = unit(bytes, self.at + 6) {
                    self.copy(12);
                    return true;
                }
            }
            Some(0xDC00..=0xDFFF) => {}
            Some(_) => {
                self.copy(6);
                return true;
            }
            None => {
                let escaped = self
                    .text
                    .get(self.at + 1..)
                    .and_then(|rest| rest.chars().next());
                self.copy(1 + escaped.map_or(0, char::len_utf8));
                return true;
            }
        }
        self.out.push_str("\\ufffd");
        self.at += 6;
        false
    }

    /// Reports a repair at the current position.
    fn report(&mut self) {
        let mut inspection = Inspection::default();
        self.report_in(&mut inspection, 0);
        self.defects.append(&mut inspection.into_defects());
    }

    fn report_in(&self, inspection: &mut Inspection, depth: usize) {
        match self.places.get(depth) {
            None => inspection.report(DefectKind::Repaired),
            Some(Place::List(index)) => {
                inspection.element(*index, |inspection| self.report_in(inspection, depth + 1));
            }
            Some(Place::Object(name)) => {
                let name = name.as_deref().unwrap_or_default();
                inspection.member(name, |inspection| self.report_in(inspection, depth + 1));
            }
        }
    }
}

/// Returns the UTF-16 code unit of the escape sequence at a position.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{read, repair};

    fn repaired(text: &str) -> (Value, Vec<String>) {
        let repaired = repair(text.as_bytes());
        let pointers = repaired.defects.into_iter().map(|defect| defect.pointer);
        (
            serde_json::from_str(&repaired.text).unwrap(),
            pointers.collect(),
        )
    }

    #[test]
    fn lone_surrogates_become_the_replacement_character() {
        let text = r#"{"a/b":["\ud83d","\ud83d\ude00 \ude00","\\ud83d"],"c":"\uD83Dx\u00e4"}"#;
        let (value, pointers) = repaired(text);
        assert_eq!(
            value,
            json!({"a/b": ["\u{fffd}", "\u{1F600} \u{fffd}", "\\ud83d"], "c": "\u{fffd}x\u{e4}"})
        );
        assert_eq!(pointers, ["/a~1b/0", "/a~1b/1", "/c"]);
    }

    #[test]
    fn numbers_that_are_not_finite_become_null() {
        let (value, pointers) =
            repaired(r#"{"a": NaN, "b": [1, -Infinity, 1e999, -0.5e3], "c": true, "d": Infinity}"#);
        assert_eq!(
            value,
            json!({"a": null, "b": [1, null, null, -500.0], "c": true, "d": null})
        );
        assert_eq!(pointers, ["/a", "/b/1", "/b/2", "/d"]);
    }

    #[test]
    fn control_characters_in_strings_are_escaped() {
        let (value, pointers) = repaired("{\"a\": \"one\ntwo\t\"}");
        assert_eq!(value, json!({"a": "one\ntwo\t"}));
        assert_eq!(pointers, ["/a"]);
    }

    #[test]
    fn only_the_remains_of_a_stream_are_dropped() {
        let text = b"\xEF\xBB\xBF{\"a\": [1]}\n\ndata: [DONE]\n\n";
        assert_eq!(read::<Value>(text).unwrap(), json!({"a": [1]}));
        for wrong in [
            "{} {}",
            "{\"a\": 1} more",
            "{\"a\": tru}",
            "",
            "{",
            "[1",
            "\"\\ud8",
        ] {
            assert!(read::<Value>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(
            read::<Value>(b"[\"a\xFFb\"]").unwrap(),
            json!(["a\u{fffd}b"])
        );
    }
}
