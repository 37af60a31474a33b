//! Differences that are known and wanted: `openapi/exclusions.toml`.

use serde::Deserialize;

/// The exclusions of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exclusions {
    #[serde(default)]
    exclude: Vec<Exclusion>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    #[serde(rename = "match")]
    patterns: Patterns,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Patterns {
    One(String),
    Many(Vec<String>),
}

impl Exclusion {
    fn patterns(&self) -> &[String] {
        match &self.patterns {
            Patterns::One(pattern) => std::slice::from_ref(pattern),
            Patterns::Many(patterns) => patterns,
        }
    }
}

impl Exclusions {
    /// Reads the file's text. Each exclusion must give a reason.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let exclusions: Self = toml::from_str(source).map_err(|error| error.to_string())?;
        for exclusion in &exclusions.exclude {
            if exclusion.reason.trim().is_empty() {
                return Err(format!("no reason is given for {:?}", exclusion.patterns()));
            }
        }
        Ok(exclusions)
    }

    /// Whether a difference at this location is excluded.
    pub(super) fn cover(&self, location: &str) -> bool {
        self.patterns().any(|pattern| matches(pattern, location))
    }

    /// The patterns that none of these locations matches.
    pub(super) fn idle<'a>(&'a self, locations: &[&str]) -> Vec<&'a str> {
        self.patterns()
            .filter(|pattern| !locations.iter().any(|location| matches(pattern, location)))
            .collect()
    }

    fn patterns(&self) -> impl Iterator<Item = &str> {
        self.exclude
            .iter()
            .flat_map(Exclusion::patterns)
            .map(String::as_str)
    }
}

/// Whether a text matches a pattern in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Exclusions, matches};

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("*.b", "a.b", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn an_exclusion_without_a_reason_is_refused() {
        let error = Exclusions::parse("[[exclude]]\nmatch = 'a'\nreason = ' '").unwrap_err();
        assert!(
            error.contains("no reason") && error.contains('a'),
            "{error}"
        );
        assert!(Exclusions::parse("[[exclude]]\nmatch = 'a'").is_err());
        assert!(Exclusions::parse("[[exclude]]\nmatches = 'a'\nreason = 'b'").is_err());
    }

    #[test]
    fn patterns_that_match_nothing_are_told() {
        let exclusions =
            Exclusions::parse("[[exclude]]\nmatch = ['a.*', 'b']\nreason = 'c'").unwrap();
        assert!(exclusions.cover("a.x") && !exclusions.cover("c"));
        assert_eq!(exclusions.idle(&["a.x", "c"]), ["b"]);
    }
}
