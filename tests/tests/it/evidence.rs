//! Every test that docs/evidence.md names exists.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of the tables: a complaint, and what shows that it does not occur.
fn rows() -> Vec<[String; 2]> {
    let page = root().join("docs/evidence.md");
    let text = std::fs::read_to_string(page).expect("the page is there");
    text.lines()
        .filter_map(|line| {
            let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
            let cells: Vec<&str> = cells.split(" | ").collect();
            let [complaint, shown] = cells.try_into().expect("two cells");
            Some([complaint, shown].map(str::to_owned))
        })
        .filter(|[complaint, ..]| complaint != "complaint")
        .collect()
}

/// The names of all functions in the Rust files below a folder, and of the tests that a program of its own lists.
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
fn every_test_that_is_named_exists() {
    let mut known = BTreeSet::new();
    functions(&root().join("crates"), &mut known);
    functions(&root().join("xtask"), &mut known);
    let rows = rows();
    let mut missing = Vec::new();
    let mut named = 0;
    for [complaint, shown] in &rows {
        for code in shown.split('`').skip(1).step_by(2) {
            let name = code.rsplit("::").next().unwrap_or(code);
            // Names of tests are sentences; what else stands in code there is short or a path.
            if name.contains('/') || name.contains('…') || name.matches('_').count() < 3 {
                continue;
            }
            named += 1;
            if !known.contains(name) {
                missing.push(format!("{complaint}: there is no {code}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(named > 80, "{named} tests were found in the tables");
}
