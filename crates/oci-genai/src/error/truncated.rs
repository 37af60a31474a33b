//! What an error body that was cut off still says.

use serde_json::Value;

/// Stands where the cut went through a text.
const CUT: char = '\u{FFFD}';

/// How many of the last members may be left out until the rest is whole.
const TRIES: usize = 16;

/// The object that a text begins, without what the cut left unfinished. Of the members, only a `message` may be a part.
pub(super) fn object_before_the_cut(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if !text.starts_with('{') {
        return None;
    }
    let mut begun = text;
    for _ in 0..TRIES {
        if let Ok(mut value) = serde_json::from_str(&closed(begun)) {
            leave_out_parts(&mut value);
            return Some(value);
        }
        begun = &begun[..begun.rfind(',')?];
    }
    None
}

/// The text with everything closed that it leaves open.
fn closed(text: &str) -> String {
    let mut open = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' if !in_string => open.push('}'),
            '[' if !in_string => open.push(']'),
            '}' | ']' if !in_string => drop(open.pop()),
            _ => {}
        }
    }
    let mut closed = text.to_owned();
    if escaped {
        closed.pop();
    }
    if in_string {
        closed.extend([CUT, '"']);
    }
    closed.extend(open.into_iter().rev());
    closed
}

/// Takes out texts that the cut went through; a part of a code is another code.
fn leave_out_parts(value: &mut Value) {
    let Value::Object(members) = value else {
        return;
    };
    members.retain(|name, member| match member {
        Value::String(text) if text.ends_with(CUT) => {
            text.pop();
            name == "message"
        }
        member => {
            leave_out_parts(member);
            true
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_came_before_the_cut_is_read_wherever_it_is() {
        let whole = r#"{"error":{"code":"a \"b\"","message":"no \\ such","param":null}}"#;
        for end in (1..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let found = object_before_the_cut(&whole[..end]);
            let found = found.map(|value| value["error"].clone());
            let code = found.as_ref().map_or(&Value::Null, |error| &error["code"]);
            // The code is whole or not there.
            let is_whole = end >= whole.find(r#","message"#).unwrap();
            let expected = if is_whole {
                json!("a \"b\"")
            } else {
                Value::Null
            };
            assert_eq!(*code, expected, "{}", &whole[..end]);
            if let Some(message) =
                found.and_then(|error| error["message"].as_str().map(str::to_owned))
            {
                assert!("no \\ such".starts_with(&message), "{message}");
            }
        }
    }

    #[test]
    fn what_begins_no_object_is_none() {
        for text in ["", "upstream connect error", "[1", "<html>", "{1,2,3"] {
            assert_eq!(object_before_the_cut(text), None, "{text}");
        }
        let commas = format!("{{\"a\": x{}", ",".repeat(60_000));
        assert_eq!(object_before_the_cut(&commas), None);
    }
}
