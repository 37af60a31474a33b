//! Public docs, messages and help are in plain words.
//!
//! The list is short and easy to change: words that readers stumbled over. The rules are in
//! docs/contributing/style.md.

use std::path::{Path, PathBuf};

/// Words and phrases that docs, messages and help must not contain. `_` stands for the end of a word.
const AVOID: &[&str] = &[
    "_anew_",
    "_cure_",
    "_cures_",
    "_told_",
    "_tells_",
    "_whoever_",
    "came about",
    "come about",
    "comes about",
    "comes into being",
    "come into being",
    "gone on with",
    "go on with",
    "said no_",
    "says no_",
    "turned away",
    "worked off",
    "_spares_",
    "_spared_",
];

/// Pages that quote the words or record them as they were.
const EXEMPT: &[&str] = &["docs/contributing/style.md", "tests/tests/it/prose.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust sources, Markdown pages and contract files, but what is generated or built.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            let skipped = [
                "target",
                "node_modules",
                "generated",
                "data",
                "passes",
                "documents",
            ];
            if !name.starts_with('.') && !skipped.contains(&name) {
                files(&path, found);
            }
        } else if [".rs", ".md", ".yaml", ".toml"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            found.push(path);
        }
    }
}

/// The part of a line that a reader of docs, messages or help sees.
fn prose<'a>(path: &Path, line: &'a str) -> Option<&'a str> {
    if path.extension().is_some_and(|extension| extension != "rs") {
        return Some(line);
    }
    let line = line.trim_start();
    (line.starts_with("//") || line.contains('"')).then_some(line)
}

/// Whether a line contains a word or phrase.
fn contains(line: &str, phrase: &str) -> bool {
    let word = phrase.trim_matches('_');
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(phrase.starts_with('_') && is_letter(before) || phrase.ends_with('_') && is_letter(after))
    })
}

#[test]
fn docs_messages_and_help_use_plain_words() {
    let root = root();
    let mut paths = Vec::new();
    files(&root, &mut paths);
    assert!(paths.len() > 500, "only {} files were found", paths.len());
    let mut hits = Vec::new();
    for path in paths {
        let shown = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        if EXEMPT.contains(&shown.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        for (index, line) in text.lines().enumerate() {
            let Some(line) = prose(&path, line) else {
                continue;
            };
            let lower = line.to_lowercase();
            for phrase in AVOID.iter().filter(|phrase| contains(&lower, phrase)) {
                hits.push(format!(
                    "{shown}:{}: {}",
                    index + 1,
                    phrase.trim_matches('_')
                ));
            }
        }
    }
    assert!(
        hits.is_empty(),
        "{} places:\n{}",
        hits.len(),
        hits.join("\n")
    );
}

#[test]
fn a_word_is_found_as_a_word_only() {
    assert!(contains("a cure for it", "_cure_"));
    assert!(!contains("a secure cure4", "_cure_"));
    assert!(contains("it was turned away.", "turned away"));
}
