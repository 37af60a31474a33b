//! References within a schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Returns the target of a reference, if the schema contains it. A reference is a JSON pointer in a
/// URL's fragment, so all characters except plain ASCII are percent-encoded.
pub(super) fn target<'a>(whole: &'a Value, reference: &str) -> Option<&'a Value> {
    whole.pointer(&percent_decoded(reference.strip_prefix('#')?)?)
}

/// Returns the name of the definition that a reference refers to.
pub(super) fn definition(reference: &str) -> Option<String> {
    let name = percent_decoded(reference.strip_prefix("#/$defs/")?)?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let value = digit(*high)? * 16 + digit(*low)?;
                bytes.push(u8::try_from(value).ok()?);
                after
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

/// Converts a name to at most 64 ASCII letters, digits, `_` and `-`.
pub(super) fn ascii(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    name.chars()
        .map(|c| if fits(c) { c } else { '_' })
        .take(64)
        .collect()
}

/// Gives each definition a unique ASCII name, because not every service resolves percent-encoded
/// references.
pub(super) fn ascii_names<'a>(
    names: impl Iterator<Item = &'a String> + Clone,
) -> BTreeMap<String, String> {
    let mut taken: BTreeSet<String> = names.clone().cloned().collect();
    let renamed = |name: &String, taken: &mut BTreeSet<String>| {
        let plain = ascii(name);
        if plain == *name {
            return plain;
        }
        let free = (1..)
            .map(|count| match count {
                1 => plain.clone(),
                _ => format!("{plain}_{count}"),
            })
            .find(|free| taken.insert(free.clone()));
        free.unwrap_or(plain)
    };
    names
        .map(|name| (name.clone(), renamed(name, &mut taken)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_decoded() {
        let whole = json!({"$defs": {"Größe": 1, "a/b~c": 2, "100%": 3}});
        for (reference, found) in [
            ("#/$defs/Gr%C3%B6%C3%9Fe", Some(1)),
            ("#/$defs/Größe", Some(1)),
            ("#/$defs/a~1b~0c", Some(2)),
            ("#/$defs/100%25", Some(3)),
            ("#/$defs/100%", None),
            ("#/$defs/%FF", None),
            ("#/$defs/Gr", None),
            ("other.json", None),
        ] {
            let target = target(&whole, reference).and_then(Value::as_i64);
            assert_eq!(target, found, "{reference}");
        }
        assert_eq!(target(&whole, "#"), Some(&whole));
        assert_eq!(definition("#/$defs/a~1b~0c").unwrap(), "a/b~c");
    }

    #[test]
    fn names_become_ascii_and_stay_unique() {
        let names = ["犬", "猫", "Dog", "__", "_"].map(str::to_owned);
        let made = ascii_names(names.iter());
        assert_eq!(made["Dog"], "Dog");
        assert_eq!(made["_"], "_");
        let distinct: BTreeSet<_> = made.values().collect();
        assert_eq!(distinct.len(), names.len(), "{made:?}");
        assert!(made.values().all(|name| name.is_ascii()));
    }
}
