//! Tests the guide: links, commands and Python. Its Rust examples are documentation tests.

mod commands;
mod links;
mod page;

use page::{Page, ROOT};

/// Returns the guide's pages, without the summary.
fn pages() -> Vec<Page> {
    let folder = format!("{ROOT}/docs");
    let mut pages: Vec<Page> = std::fs::read_dir(&folder)
        .expect("the guide is there")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| !path.ends_with("SUMMARY.md"))
        .map(Page::read)
        .collect();
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(pages.len() > 15, "pages are missing: {pages:?}");
    pages
}
