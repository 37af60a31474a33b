//! Finds the members of a JSON object in place, so that one value can be replaced while every other
//! byte stays the same.

use std::ops::Range;

/// Returns the members of the object in `text`, in order: the bytes of each name, without quotes,
/// and the range of its value. Ends early at invalid JSON.
pub(crate) fn members(text: &[u8]) -> Members<'_> {
    let mut scan = Scan { text, at: 0 };
    scan.blanks();
    let open = scan.take(b'{');
    Members {
        scan,
        open,
        first: true,
    }
}

/// Returns the value of the last member with this name, because most parsers keep the last one.
pub(crate) fn member<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    members(text)
        .filter(|(found, _)| *found == name)
        .last()
        .map(|(_, range)| &text[range])
}

pub(crate) struct Members<'a> {
    scan: Scan<'a>,
    open: bool,
    first: bool,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let member = self.open.then(|| self.step()).flatten();
        self.open = member.is_some();
        self.first = false;
        member
    }
}

impl<'a> Members<'a> {
    fn step(&mut self) -> Option<(&'a [u8], Range<usize>)> {
        let scan = &mut self.scan;
        scan.blanks();
        if !self.first && !scan.take(b',') {
            return None;
        }
        scan.blanks();
        let name = scan.string()?;
        scan.blanks();
        if !scan.take(b':') {
            return None;
        }
        scan.blanks();
        let value = scan.value()?;
        Some((&scan.text[name.start + 1..name.end - 1], value))
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn blanks(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.text.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    /// Reads a string with its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if !self.take(b'"') {
            return None;
        }
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth == 0 => return None,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b',' | b':' => return None,
                _ => self.scalar(),
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }

    /// Reads a number or a word.
    fn scalar(&mut self) {
        let ends = |byte: &u8| {
            matches!(
                byte,
                b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' | b' ' | b'\t' | b'\n' | b'\r'
            )
        };
        while self.text.get(self.at).is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_member_is_found_with_its_value(
            object in prop::collection::btree_map(any::<String>(), any_json(), 0..8),
            pretty in any::<bool>(),
        ) {
            let object = Value::Object(object.into_iter().collect());
            let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) };
            let text = text.unwrap();
            let mut found = serde_json::Map::new();
            for (name, range) in members(text.as_bytes()) {
                let name = format!("\"{}\"", std::str::from_utf8(name).unwrap());
                let value = serde_json::from_slice(&text.as_bytes()[range]).unwrap();
                found.insert(serde_json::from_str(&name).unwrap(), value);
            }
            prop_assert_eq!(Value::Object(found), object);
        }

        #[test]
        fn invalid_json_does_no_harm(text in prop::collection::vec(any::<u8>(), 0..64)) {
            for (_, range) in members(&text) {
                prop_assert!(range.end <= text.len() && range.start < range.end);
            }
        }
    }

    #[test]
    fn the_last_member_with_a_name_counts() {
        let text = br#" {"a":{"model":1},"model":"x" , "model" : "y"}"#;
        assert_eq!(member(text, b"model"), Some(&br#""y""#[..]));
        assert_eq!(member(br#"["model","x"]"#, b"model"), None);
        assert_eq!(member(br#"{"model":"x"#, b"model"), None);
    }
}
