//! The differences that are meant: `exclusions.toml` beside the pin.

use std::path::Path;

use serde::Deserialize;

use super::difference::{Difference, Effect, Kind, Side};

/// What the file of exclusions is called.
pub(super) const FILE: &str = "exclusions.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exclude: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "match")]
    matches: Patterns,
    kind: Option<Kind>,
    side: Option<Side>,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`match` is a pattern or a list of patterns")]
enum Patterns {
    One(String),
    Several(Vec<String>),
}

/// One pattern, with what it is limited to.
#[derive(Debug)]
struct Exclusion {
    pattern: String,
    kind: Option<Kind>,
    side: Option<Side>,
}

/// The differences that are meant.
#[derive(Debug, Default)]
pub(super) struct Exclusions {
    file: String,
    all: Vec<Exclusion>,
}

impl Exclusions {
    /// Reads the file; without one nothing is excluded.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(source) => Self::parse(&source, file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!(
                "{file}: cannot be read: {error}; check its permissions"
            )),
        }
    }

    pub(super) fn parse(source: &str, file: String) -> Result<Self, String> {
        let parsed: File = toml::from_str(source).map_err(|error| {
            format!(
                "{file}: {}; an entry is `[[exclude]]` with `match` and `reason`, and perhaps `kind` \
                 and `side`",
                error.to_string().trim_end()
            )
        })?;
        let mut all = Vec::new();
        for (index, entry) in parsed.exclude.into_iter().enumerate() {
            let number = index + 1;
            let patterns = match entry.matches {
                Patterns::One(pattern) => vec![pattern],
                Patterns::Several(patterns) => patterns,
            };
            if entry.reason.trim().is_empty() {
                return Err(format!(
                    "{file}: entry {number} has no reason; say why the pin differs"
                ));
            }
            if patterns.is_empty() || patterns.iter().any(|pattern| pattern.trim().is_empty()) {
                return Err(format!(
                    "{file}: entry {number} matches nothing; write a location in `match`"
                ));
            }
            all.extend(patterns.into_iter().map(|pattern| Exclusion {
                pattern,
                kind: entry.kind,
                side: entry.side,
            }));
        }
        Ok(Self { file, all })
    }

    /// Takes out the differences that are meant, and adds one for each pattern that names none.
    /// Returns how many were taken out.
    pub(super) fn apply(&self, differences: &mut Vec<Difference>) -> usize {
        let mut used = vec![false; self.all.len()];
        let before = differences.len();
        differences.retain(|difference| {
            let mut excluded = false;
            for (exclusion, used) in self.all.iter().zip(&mut used) {
                if exclusion.covers(difference) {
                    *used = true;
                    excluded = true;
                }
            }
            !excluded
        });
        let taken = before - differences.len();
        for (exclusion, _) in self.all.iter().zip(&used).filter(|(_, used)| !**used) {
            differences.push(Difference {
                location: exclusion.pattern.clone(),
                kind: Kind::Exclusion,
                side: Side::Extra,
                pin: None,
                other: None,
                effect: Effect::None,
                at: self.file.clone(),
                operations: Vec::new(),
            });
        }
        taken
    }
}

impl Exclusion {
    fn covers(&self, difference: &Difference) -> bool {
        self.kind.is_none_or(|kind| kind == difference.kind)
            && self.side.is_none_or(|side| side == difference.side)
            && matches(self.pattern.as_bytes(), difference.location.as_bytes())
    }
}

/// Whether a pattern is a text: `*` stands for any letters within a step of a location, `**` for any
/// letters at all.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=text.len()).any(|end| matches(rest, &text[end..])),
        [b'*', rest @ ..] => {
            let step = text
                .iter()
                .position(|letter| b" ./()[]{}=".contains(letter))
                .unwrap_or(text.len());
            (0..=step).any(|end| matches(rest, &text[end..]))
        }
        [letter, rest @ ..] => text.first() == Some(letter) && matches(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Exclusions, matches};

    #[test]
    fn a_star_stays_within_a_step() {
        for (pattern, text, expected) in [
            ("Tool(computer)", "Tool(computer)", true),
            ("Tool(computer)", "Tool(computer_use)", false),
            ("Tool(computer*)", "Tool(computer_use)", true),
            ("Tool(*)", "Tool(a).b", false),
            ("*.id", "FunctionCall.id", true),
            ("*.id", "FunctionCall.caller.id", false),
            (
                "** header OpenAI-Project",
                "POST /a/{b} header OpenAI-Project",
                true,
            ),
            ("**.id", "FunctionCall.caller.id", true),
            ("*", "", true),
        ] {
            let found = matches(pattern.as_bytes(), text.as_bytes());
            assert_eq!(found, expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_bad_file_says_what_to_do() {
        for (source, part) in [
            ("exclude = 1", "`[[exclude]]`"),
            ("[[exclude]]\nmatch = 'a'", "missing field `reason`"),
            ("[[exclude]]\nmatch = 'a'\nreason = ' '", "say why"),
            ("[[exclude]]\nmatch = []\nreason = 'r'", "write a location"),
            (
                "[[exclude]]\nmatch = 1\nreason = 'r'",
                "a pattern or a list",
            ),
            (
                "[[exclude]]\nmatch = 'a'\nreason = 'r'\nkind = 'colour'",
                "colour",
            ),
            ("[[exclude]]\nmatch = 'a'\nreason = 'r'\nwhy = 'r'", "why"),
            ("[[", "x.toml"),
        ] {
            let error = Exclusions::parse(source, "x.toml".into()).unwrap_err();
            assert!(error.starts_with("x.toml: "), "{error}");
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
