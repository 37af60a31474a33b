//! The differences that are meant: `exclusions.toml` beside the pin.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::difference::{Difference, Effect, Kind, Side};

/// What the file of exclusions is called.
pub(super) const FILE: &str = "exclusions.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    document: Vec<About>,
    #[serde(default)]
    exclude: Vec<Entry>,
}

/// What holds for a whole document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    name: Document,
    /// Whether the pin may take more than the document says.
    #[serde(default)]
    pin_takes_more: bool,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "match")]
    matches: Patterns,
    kind: Option<Kind>,
    side: Option<Side>,
    documents: Option<Vec<Document>>,
    reason: String,
}

/// The documents that the pin is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Document {
    /// OpenAI's own.
    #[default]
    Openai,
    /// What OpenAI's Python package says.
    OpenaiSdk,
    /// The document of the Open Responses standard.
    OpenResponses,
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
    /// The documents it is about. It has to match something in each of them. Without any it is about OpenAI's
    /// document, and may hold for the others.
    documents: Option<Vec<Document>>,
}

/// What is compared, as far as exclusions depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    pub(super) document: Document,
    /// Whether operations that only the other document has are left out.
    pub(super) only_shared: bool,
}

/// The differences that are meant.
#[derive(Debug, Default)]
pub(super) struct Exclusions {
    file: String,
    all: Vec<Exclusion>,
    /// The documents that the pin takes more than.
    narrower: Vec<Document>,
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
                "{file}: {}; an entry is `[[exclude]]` with `match` and `reason`, and perhaps `kind`, \
                 `side` and `documents`",
                error.to_string().trim_end()
            )
        })?;
        let mut narrower = Vec::new();
        for about in &parsed.document {
            if about.reason.trim().is_empty() {
                return Err(format!(
                    "{file}: the document {:?} has no reason; say what is special about it",
                    about.name
                ));
            }
            narrower.extend(about.pin_takes_more.then_some(about.name));
        }
        let mut all = Vec::new();
        for (index, entry) in parsed.exclude.into_iter().enumerate() {
            let number = index + 1;
            let patterns = match entry.matches {
                Patterns::One(pattern) => vec![pattern],
                Patterns::Several(patterns) => patterns,
            };
            if entry.documents.as_ref().is_some_and(Vec::is_empty) {
                return Err(format!(
                    "{file}: entry {number} is about no document; name one in `documents`"
                ));
            }
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
                documents: entry.documents.clone(),
            }));
        }
        Ok(Self {
            file,
            all,
            narrower,
        })
    }

    /// Takes out the differences that are meant, and adds one for each pattern that names none although
    /// it is about this document. Returns how many were taken out.
    pub(super) fn apply(&self, differences: &mut Vec<Difference>, scope: Scope) -> usize {
        let about: Vec<&Exclusion> = self.all.iter().filter(|one| one.applies(scope)).collect();
        let mut used = vec![false; about.len()];
        let before = differences.len();
        if self.narrower.contains(&scope.document) {
            differences.retain(|difference| !difference.pin_takes_more());
        }
        differences.retain(|difference| {
            let mut excluded = false;
            for (exclusion, used) in about.iter().zip(&mut used) {
                if exclusion.covers(difference) {
                    *used = true;
                    excluded = true;
                }
            }
            !excluded
        });
        let taken = before - differences.len();
        let unused = about.iter().zip(&used).filter(|(_, used)| !**used);
        for (exclusion, _) in unused.filter(|(exclusion, _)| exclusion.must_match(scope)) {
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
    fn applies(&self, scope: Scope) -> bool {
        let documents = self.documents.as_ref();
        documents.is_none_or(|documents| documents.contains(&scope.document))
    }

    fn must_match(&self, scope: Scope) -> bool {
        let left_out = self.kind == Some(Kind::Operation) && self.side == Some(Side::Missing);
        let about = match &self.documents {
            Some(documents) => documents.contains(&scope.document),
            None => scope.document == Document::Openai,
        };
        about && !(scope.only_shared && left_out)
    }

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
            (
                "[[exclude]]\nmatch = 'a'\nreason = 'r'\ndocuments = []",
                "about no document",
            ),
            (
                "[[exclude]]\nmatch = 'a'\nreason = 'r'\ndocuments = ['x']",
                "open-responses",
            ),
            (
                "[[document]]\nname = 'openai'\nreason = ' '",
                "what is special",
            ),
            ("[[", "x.toml"),
        ] {
            let error = Exclusions::parse(source, "x.toml".into()).unwrap_err();
            assert!(error.starts_with("x.toml: "), "{error}");
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
