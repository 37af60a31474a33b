//! Checks that every test named in docs/evidence.md exists.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the rows of the tables: a problem, and the tests for it.
fn rows() -> Vec<[String; 2]> {
    let page = root().join("docs/evidence.md");
    let text = std::fs::read_to_string(page).expect("the page is there");
    text.lines()
        .filter_map(|line| {
            let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
            let cells: Vec<&str> = cells.split(" | ").collect();
            let [problem, tests] = cells.try_into().expect("two cells");
            Some([problem, tests].map(str::to_owned))
        })
        .filter(|[problem, ..]| problem != "problem")
        .collect()
}

/// Adds the names of all functions in the Rust files below a folder, and the names in lists of
/// tests.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("generated") {
            functions(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("text");
            for line in text.lines().map(str::trim) {
                let name = line.split_once("fn ").map(|(_, rest)| rest);
                let listed = line
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix("\","));
                let name = name
                    .and_then(|rest| rest.split(['(', '<']).next())
                    .or(listed);
                found.extend(name.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_named_test_exists() {
    let mut known = BTreeSet::new();
    functions(&root().join("crates"), &mut known);
    functions(&root().join("xtask"), &mut known);
    let rows = rows();
    let mut missing = Vec::new();
    let mut named = 0;
    for [problem, tests] in &rows {
        for code in tests.split('`').skip(1).step_by(2) {
            let name = code.rsplit("::").next().unwrap_or(code);
            // Test names are long; all other code in these cells is short or a path.
            if name.contains('/') || name.contains('…') || name.matches('_').count() < 3 {
                continue;
            }
            named += 1;
            if !known.contains(name) {
                missing.push(format!("{problem}: there is no {code}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(named > 80, "only {named} tests are named in the tables");
}
