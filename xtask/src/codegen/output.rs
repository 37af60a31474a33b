//! Writing what was generated, or comparing it with what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Files = BTreeMap<PathBuf, String>;

/// Directories that hold nothing but generated files.
fn owned(files: &Files) -> BTreeSet<PathBuf> {
    files
        .keys()
        .filter_map(|path| path.parent())
        .filter(|directory| {
            directory
                .components()
                .any(|component| component.as_os_str() == "generated")
        })
        .map(Path::to_owned)
        .collect()
}

/// Rust files in the owned directories that are no longer made.
fn stale(files: &Files, base: &Path) -> Vec<PathBuf> {
    let mut stale = Vec::new();
    for directory in owned(files) {
        let Ok(entries) = fs::read_dir(base.join(&directory)) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = directory.join(entry.file_name());
            let rust = path.extension().is_some_and(|extension| extension == "rs");
            if rust && !files.contains_key(&path) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    stale
}

/// Writes the files that differ and removes those that are no longer made.
pub(crate) fn write(files: &Files, base: &Path) -> Result<String, String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut changed = 0;
    for (path, content) in files {
        let path = base.join(path);
        if fs::read_to_string(&path).is_ok_and(|current| current == *content) {
            continue;
        }
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
        }
        fs::write(&path, content).map_err(|error| failed(&path, error))?;
        changed += 1;
    }
    for path in stale(files, base) {
        let path = base.join(path);
        fs::remove_file(&path).map_err(|error| failed(&path, error))?;
        changed += 1;
    }
    Ok(format!("{} files, {changed} changed", files.len()))
}

/// Names the files that differ from what would be written, and the command that writes them.
pub(crate) fn check(files: &Files, base: &Path, command: &str) -> Result<String, String> {
    let mut different: Vec<String> = Vec::new();
    for (path, content) in files {
        match fs::read_to_string(base.join(path)) {
            Ok(current) if current == *content => {}
            Ok(_) => different.push(format!("  {} differs", path.display())),
            Err(_) => different.push(format!("  {} is missing", path.display())),
        }
    }
    for path in stale(files, base) {
        different.push(format!("  {} is no longer made", path.display()));
    }
    if different.is_empty() {
        return Ok(format!("{} files are up to date", files.len()));
    }
    Err(format!(
        "generated files are not up to date:\n{}\nrun `{command}`",
        different.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        [
            ("src/generated/a.rs", "a"),
            ("src/generated/types/b.rs", "b"),
        ]
        .into_iter()
        .map(|(path, content)| (PathBuf::from(path), content.to_owned()))
        .collect()
    }

    #[test]
    fn a_check_names_what_differs_and_the_cure() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        write(&files(), base).unwrap();
        check(&files(), base, "the command").unwrap();

        fs::write(base.join("src/generated/a.rs"), "by hand").unwrap();
        fs::remove_file(base.join("src/generated/types/b.rs")).unwrap();
        fs::write(base.join("src/generated/types/old.rs"), "").unwrap();
        fs::write(base.join("src/by_hand.rs"), "").unwrap();
        assert_eq!(
            check(&files(), base, "the command").unwrap_err(),
            "generated files are not up to date:\n  \
             src/generated/a.rs differs\n  \
             src/generated/types/b.rs is missing\n  \
             src/generated/types/old.rs is no longer made\n\
             run `the command`"
        );

        assert_eq!(write(&files(), base).unwrap(), "2 files, 3 changed");
        check(&files(), base, "the command").unwrap();
        assert!(base.join("src/by_hand.rs").exists());
    }
}
