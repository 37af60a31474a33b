//! Events of a streamed response in wire format.

use std::io::Write as _;
use std::mem;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::output::{self, Kind};

const NONE: [(); 0] = [];

/// Writes events, each with its `event:` line and a sequence number that counts from 0.
#[derive(Debug, Default)]
pub(crate) struct Events {
    buffer: Vec<u8>,
    sequence: u64,
}

/// Position of a text in a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) item: &'a str,
    pub(crate) output: usize,
}

impl Events {
    /// Returns the bytes written since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.buffer)
    }

    /// Returns the number of pending bytes.
    pub(crate) fn pending(&self) -> usize {
        self.buffer.len()
    }

    fn response(&mut self, name: &str, response: &Map<String, Value>) {
        self.event(name, &[("response", response as &dyn erased::Json)]);
    }

    /// Writes the opening events. Leaves the response `in_progress`.
    pub(crate) fn begin(&mut self, response: &mut Map<String, Value>, background: bool) {
        if background {
            response.insert("status".into(), "queued".into());
            self.response("response.created", response);
            self.response("response.queued", response);
        }
        response.insert("status".into(), "in_progress".into());
        if !background {
            self.response("response.created", response);
        }
        self.response("response.in_progress", response);
    }

    /// Writes the closing event. A canceled response has none: its stream just ends.
    pub(crate) fn end(&mut self, status: &str, response: &Map<String, Value>) {
        match status {
            "completed" => self.response("response.completed", response),
            "incomplete" => self.response("response.incomplete", response),
            "failed" => self.response("response.failed", response),
            _ => {}
        }
    }

    fn item(&mut self, name: &str, output: usize, item: &Value) {
        self.event(name, &[("output_index", &output), ("item", item)]);
    }

    /// Opens an item for a text.
    pub(crate) fn open(&mut self, kind: Kind, at: At<'_>) {
        let item = output::item(kind, at.item, "", "in_progress");
        self.item("response.output_item.added", at.output, &item);
        let name = match kind {
            Kind::Reasoning => "response.reasoning_summary_part.added",
            Kind::Text | Kind::Refusal => "response.content_part.added",
        };
        self.part(name, kind, at, "");
    }

    /// Writes one word of a text.
    pub(crate) fn delta(&mut self, kind: Kind, at: At<'_>, delta: &str) {
        match kind {
            Kind::Text => self.write_delta(
                "response.output_text.delta",
                at,
                ",\"content_index\":0,\"logprobs\":[]",
                delta,
            ),
            Kind::Refusal => {
                self.write_delta("response.refusal.delta", at, ",\"content_index\":0", delta);
            }
            Kind::Reasoning => self.write_delta(
                "response.reasoning_summary_text.delta",
                at,
                ",\"summary_index\":0",
                delta,
            ),
        }
    }

    /// Closes a text and its item.
    pub(crate) fn close(&mut self, kind: Kind, at: At<'_>, text: &str, item: &Value) {
        let place: [(&str, &dyn erased::Json); 2] =
            [("item_id", &at.item), ("output_index", &at.output)];
        let [id, output] = place;
        match kind {
            Kind::Reasoning => {
                self.event(
                    "response.reasoning_summary_text.done",
                    &[id, output, ("summary_index", &0), ("text", &text)],
                );
                self.part("response.reasoning_summary_part.done", kind, at, text);
            }
            Kind::Text => {
                self.event(
                    "response.output_text.done",
                    &[
                        id,
                        output,
                        ("content_index", &0),
                        ("logprobs", &NONE),
                        ("text", &text),
                    ],
                );
                self.part("response.content_part.done", kind, at, text);
            }
            Kind::Refusal => {
                self.event(
                    "response.refusal.done",
                    &[id, output, ("content_index", &0), ("refusal", &text)],
                );
                self.part("response.content_part.done", kind, at, text);
            }
        }
        self.item("response.output_item.done", at.output, item);
    }

    /// Writes a complete function call.
    pub(crate) fn call(&mut self, at: At<'_>, item: &Value) {
        let member = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, arguments) = (member("name"), member("arguments"));
        let begun = output::call(at.item, member("call_id"), name, "", "in_progress");
        self.item("response.output_item.added", at.output, &begun);
        for delta in deltas(arguments) {
            self.write_delta("response.function_call_arguments.delta", at, "", delta);
        }
        self.event(
            "response.function_call_arguments.done",
            &[
                ("item_id", &at.item),
                ("output_index", &at.output),
                ("name", &name),
                ("arguments", &arguments),
            ],
        );
        self.item("response.output_item.done", at.output, item);
    }

    fn part(&mut self, name: &str, kind: Kind, at: At<'_>, text: &str) {
        let index = if kind == Kind::Reasoning {
            "summary_index"
        } else {
            "content_index"
        };
        self.event(
            name,
            &[
                ("item_id", &at.item),
                ("output_index", &at.output),
                (index, &0),
                ("part", &output::part(kind, text)),
            ],
        );
    }

    /// Most events of a stream are deltas, so they are formatted by hand.
    fn write_delta(&mut self, name: &str, at: At<'_>, more: &str, delta: &str) {
        // Writing to a vector and serializing a string cannot fail.
        let _ = write!(
            self.buffer,
            "event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{},\"item_id\":\"{}\",\"output_index\":{}{more},\"delta\":",
            self.sequence, at.item, at.output,
        );
        let _ = serde_json::to_writer(&mut self.buffer, delta);
        self.buffer.extend_from_slice(b"}\n\n");
        self.sequence += 1;
    }

    fn event(&mut self, name: &str, fields: &[(&str, &dyn erased::Json)]) {
        let _ = write!(
            self.buffer,
            "event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{}",
            self.sequence
        );
        for (field, value) in fields {
            let _ = write!(self.buffer, ",\"{field}\":");
            value.write(&mut self.buffer);
        }
        self.buffer.extend_from_slice(b"}\n\n");
        self.sequence += 1;
    }
}

/// Serialization behind a pointer, so that one list can hold an event's fields.
mod erased {
    use super::Serialize;

    pub(super) trait Json {
        fn write(&self, to: &mut Vec<u8>);
    }

    impl<T: Serialize> Json for T {
        fn write(&self, to: &mut Vec<u8>) {
            let _ = serde_json::to_writer(to, self);
        }
    }
}

/// Returns the events of a finished response, from the first to the last, as they were streamed.
pub(crate) fn replay(response: &Map<String, Value>) -> Vec<u8> {
    let status = response
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let background = response.get("background") == Some(&Value::Bool(true));
    let mut begun = response.clone();
    begun.insert("output".into(), json!([]));
    for name in ["usage", "completed_at", "error", "incomplete_details"] {
        begun.insert(name.into(), Value::Null);
    }
    let mut events = Events::default();
    events.begin(&mut begun, background);
    let items = response.get("output").and_then(Value::as_array);
    for (output, item) in items.into_iter().flatten().enumerate() {
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let at = At { item: id, output };
        match Kind::of(item) {
            Some((kind, text)) => {
                events.open(kind, at);
                for delta in deltas(text) {
                    events.delta(kind, at, delta);
                }
                events.close(kind, at, text, item);
            }
            None if item.get("type").is_some_and(|kind| kind == "function_call") => {
                events.call(at, item);
            }
            None => {
                events.item("response.output_item.added", output, item);
                events.item("response.output_item.done", output, item);
            }
        }
    }
    events.end(status, response);
    events.take()
}

/// Splits a text into deltas: one word each, with the white space before it. White space at the
/// very end belongs to the last word.
pub(crate) fn deltas(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (delta, after) = rest.split_at(next_delta(rest)?);
        rest = after;
        Some(delta)
    })
}

/// Returns the length of the first delta of `text`. `None` if the text is empty.
fn next_delta(text: &str) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let word = text
        .find(|c: char| !c.is_whitespace())
        .unwrap_or(text.len());
    let end = text[word..]
        .find(char::is_whitespace)
        .map_or(text.len(), |at| word + at);
    let more = text[end..].contains(|c: char| !c.is_whitespace());
    Some(if more { end } else { text.len() })
}

/// Returns the length of the deltas at the start of `text` that no later text can change.
pub(crate) fn complete(text: &str) -> usize {
    // The last word may continue, and white space after it may belong to it or to the next word.
    let words = text.trim_end();
    words
        .rfind(char::is_whitespace)
        .map_or(0, |at| words[..at].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_a_word() {
        let words: Vec<&str> = deltas("I can  see\nit. \n").collect();
        assert_eq!(words, ["I", " can", "  see", "\nit. \n"]);
        assert_eq!(deltas("").count(), 0);
        assert_eq!(deltas(" ").collect::<Vec<_>>(), [" "]);
    }

    #[test]
    fn complete_deltas_do_not_change() {
        for (text, wanted) in [
            ("", ""),
            ("ab", ""),
            ("ab ", ""),
            ("ab c", "ab"),
            ("a b ", "a"),
            ("a b c", "a b"),
        ] {
            assert_eq!(&text[..complete(text)], wanted, "{text:?}");
        }
    }

    #[test]
    fn events_are_numbered_and_valid() {
        let mut events = Events::default();
        let at = At {
            item: "msg_1",
            output: 2,
        };
        events.open(Kind::Text, at);
        events.delta(Kind::Text, at, "a \"quoted\"\nline");
        let item = output::item(Kind::Text, "msg_1", "a \"quoted\"\nline", "completed");
        events.close(Kind::Text, at, "a \"quoted\"\nline", &item);
        events.call(
            at,
            &output::call("msg_1", "c", "add", "{\"a\": 1}", "completed"),
        );
        let text = String::from_utf8(events.take()).unwrap();
        let frames: Vec<&str> = text.split_terminator("\n\n").collect();
        assert_eq!(frames.len(), 11);
        for (number, frame) in frames.iter().enumerate() {
            let (name, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
            assert_eq!(data["sequence_number"], number);
            assert_eq!(data["output_index"], 2);
            assert!(data["item_id"] == "msg_1" || data["item"]["id"] == "msg_1");
        }
    }
}
