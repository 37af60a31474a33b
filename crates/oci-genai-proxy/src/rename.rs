//! Replaces model names in requests.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::json_members::members;

/// Model names to replace in requests, with their replacements.
///
/// ```
/// use oci_genai_proxy::ModelMap;
///
/// let mut map = ModelMap::default();
/// map.insert("gpt-4o", "openai.gpt-oss-120b");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelMap(Vec<(String, String)>);

impl ModelMap {
    /// Replaces `from` by `to`. The last replacement for a name counts.
    pub fn insert(&mut self, from: impl Into<String>, to: impl Into<String>) {
        let from = from.into();
        self.0.retain(|(name, _)| *name != from);
        self.0.push((from, to.into()));
    }

    /// Returns true if no name is replaced.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the names that callers may use.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(from, _)| from.as_str())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(from, _)| from == name);
        found.map(|(_, to)| to.as_str())
    }

    /// Returns the body with the model's name replaced. Every other byte stays the same. A body
    /// that is not a JSON object does not change.
    pub(crate) fn apply(&self, body: Bytes) -> Bytes {
        if self.is_empty() {
            return body;
        }
        let replaced: Vec<(Range<usize>, String)> = members(&body)
            .filter(|(name, _)| *name == b"model")
            .filter_map(|(_, range)| {
                let name: String = serde_json::from_slice(&body[range.clone()]).ok()?;
                let to = serde_json::to_string(self.get(&name)?).ok()?;
                Some((range, to))
            })
            .collect();
        if replaced.is_empty() {
            return body;
        }
        let mut renamed = BytesMut::with_capacity(body.len() + 64);
        let mut at = 0;
        for (range, to) in replaced {
            renamed.extend_from_slice(&body[at..range.start]);
            renamed.extend_from_slice(to.as_bytes());
            at = range.end;
        }
        renamed.extend_from_slice(&body[at..]);
        renamed.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_models_name_changes() {
        let mut map = ModelMap::default();
        map.insert("gpt-4o", "wrong");
        map.insert("gpt-4o", "openai.\"oss\"");
        map.insert("a/b", "c");
        for (body, sent) in [
            (
                r#"{ "input":"gpt-4o", "model" : "gpt-4o" ,"x":{"model":"gpt-4o"}}"#,
                r#"{ "input":"gpt-4o", "model" : "openai.\"oss\"" ,"x":{"model":"gpt-4o"}}"#,
            ),
            (r#"{"model":"a\/b"}"#, r#"{"model":"c"}"#),
            (
                r#"{"model":"gpt-4o","model":"gpt-4o"}tail"#,
                r#"{"model":"openai.\"oss\"","model":"openai.\"oss\""}tail"#,
            ),
            (r#"{"model":"other"}"#, r#"{"model":"other"}"#),
            (r#"{"model":7}"#, r#"{"model":7}"#),
            (r#"[{"model":"gpt-4o"}]"#, r#"[{"model":"gpt-4o"}]"#),
            ("gpt-4o", "gpt-4o"),
        ] {
            assert_eq!(map.apply(Bytes::from(body)), sent, "{body}");
        }
    }
}
