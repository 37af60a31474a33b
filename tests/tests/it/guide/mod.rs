//! The guide beside its Rust examples, which are documentation tests: links, commands and Python.

mod commands;
mod links;
mod page;

use page::{Page, ROOT};

/// The guide's pages, the summary left out.
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
