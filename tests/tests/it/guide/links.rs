//! Checks that links within the project have a target, and that every page is in the book.

use std::path::Path;

use super::page::{Page, ROOT};
use super::pages;

/// Returns the broken links of a page.
fn broken(page: &Page, in_book: bool) -> Vec<String> {
    let folder = page.path.parent().expect("a folder");
    let mut broken = Vec::new();
    for link in page.links() {
        if link.starts_with("https://") || link.starts_with("http://") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let target = match file {
            "" => page.path.clone(),
            file => folder.join(file),
        };
        let Ok(target) = target.canonicalize() else {
            broken.push(format!("{page:?}: there is no {link}"));
            continue;
        };
        if in_book && !target.starts_with(folder) {
            broken.push(format!("{page:?}: {link} is not part of the book"));
        }
        if !anchor.is_empty() && !Page::read(&target).anchors().iter().any(|a| a == anchor) {
            broken.push(format!("{page:?}: there is no heading for {link}"));
        }
    }
    broken
}

#[test]
fn links_have_targets() {
    let summary = Page::read(format!("{ROOT}/docs/SUMMARY.md"));
    let mut found: Vec<String> = pages().iter().flat_map(|page| broken(page, true)).collect();
    found.extend(broken(&summary, true));
    let mut others = vec![
        "README.md".to_owned(),
        "ARCHITECTURE.md".to_owned(),
        "CHANGELOG.md".to_owned(),
        "CONTRIBUTING.md".to_owned(),
        "SECURITY.md".to_owned(),
        "openapi/README.md".to_owned(),
    ];
    for entry in std::fs::read_dir(format!("{ROOT}/crates")).expect("the crates are there") {
        let name = entry.expect("a crate").file_name();
        others.push(format!("crates/{}/README.md", name.to_string_lossy()));
    }
    for path in others {
        found.extend(broken(&Page::read(Path::new(ROOT).join(path)), false));
    }
    assert_eq!(found, Vec::<String>::new());
}

/// A crate's README is also the front page of its documentation. It links to docs.rs. `lib.rs`
/// repeats these links as items, which rustdoc checks.
#[test]
fn rustdoc_checks_the_links_of_readmes() {
    let mut count = 0;
    for entry in std::fs::read_dir(format!("{ROOT}/crates")).expect("the crates are there") {
        let folder = entry.expect("a crate").path();
        let Ok(library) = std::fs::read_to_string(folder.join("src/lib.rs")) else {
            continue;
        };
        assert!(
            library.contains("include_str!(\"../README.md\")"),
            "{}",
            folder.display()
        );
        let page = Page::read(folder.join("README.md"));
        for line in page
            .text
            .lines()
            .filter(|line| line.contains("]: https://docs.rs/"))
        {
            let (label, _) = line.split_once(": ").expect("a definition");
            let checked = library.contains(&format!("{label}: "));
            assert!(checked, "{}: {label} is not in lib.rs", folder.display());
            count += 1;
        }
    }
    assert!(count > 40, "only {count} links are defined");
}

#[test]
fn a_broken_link_is_found() {
    let page = Page {
        path: Path::new(ROOT)
            .join("docs/tools.md")
            .canonicalize()
            .expect("a page"),
        text: "[a](absent.md) [b](memory.md#absent) [c](../README.md) [d](memory.md#branches)"
            .to_owned(),
    };
    assert_eq!(broken(&page, true).len(), 3, "{:?}", broken(&page, true));
}

#[test]
fn every_page_is_in_the_summary_and_tested() {
    let summary = Page::read(format!("{ROOT}/docs/SUMMARY.md")).links();
    let tested = std::fs::read_to_string(format!("{ROOT}/tests/src/guide.rs")).expect("a module");
    for page in pages() {
        let name = page.name();
        assert!(
            summary.iter().any(|link| link == name),
            "{name} is not in SUMMARY.md"
        );
        if !page.blocks("rust").is_empty() {
            let tested = tested.contains(&format!("\"{name}\""));
            assert!(
                tested,
                "the examples of {name} are not in tests/src/guide.rs"
            );
        }
    }
}
