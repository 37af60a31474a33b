//! Files of a generated crate that are their owner's: what people wrote stays.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{library, manifest};
use crate::codegen::Files;

/// What is to be written.
pub(crate) struct Kept {
    pub(crate) files: Files,
    /// Lines that the manifest which is there lacks.
    lacks: Vec<String>,
}

impl Kept {
    /// What is left to the owner, for people.
    pub(crate) fn report(&self) -> String {
        if self.lacks.is_empty() {
            return String::new();
        }
        let lines = self.lacks.join("\n  ");
        format!("\nCargo.toml is kept; add to its dependencies:\n  {lines}")
    }
}

/// Takes out what is there already and is its owner's, and puts the generated part into the `lib.rs` that is there.
///
/// # Errors
///
/// When a file cannot be read, or `lib.rs` has no marks.
pub(crate) fn keep_what_is_owned(mut files: Files, directory: &Path) -> Result<Kept, String> {
    let mut lacks = Vec::new();
    if directory.join("Cargo.toml").exists() {
        // What its owner removed stays away.
        files.retain(|path, _| path.starts_with("src") || directory.join(path).exists());
    }
    let paths: Vec<_> = files.keys().cloned().collect();
    for path in paths {
        let is_library = path == Path::new("src/lib.rs");
        if path.starts_with("src") && !is_library {
            continue;
        }
        let place = directory.join(&path);
        let there = match fs::read_to_string(&place) {
            Ok(there) => there,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{}: {error}", place.display())),
        };
        if is_library {
            if let Some(content) = files.get_mut(&path) {
                *content = library::merge(&there, content)
                    .map_err(|error| format!("{}: {error}", place.display()))?;
            }
            continue;
        }
        let new = files.remove(&path).unwrap_or_default();
        if path == Path::new("Cargo.toml") {
            lacks = manifest::missing(&there, &new);
        }
    }
    Ok(Kept { files, lacks })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        crate::codegen::library(
            serde_json::json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}),
            "owned",
            false,
        )
        .unwrap()
        .files
    }

    #[test]
    fn what_people_wrote_stays_when_a_crate_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        let new = keep_what_is_owned(files(), base).unwrap();
        assert_eq!(new.report(), "");
        crate::codegen::output::write(&new.files, base).unwrap();
        let edit = |name: &str, from: &str, to: &str| {
            let text = fs::read_to_string(base.join(name)).unwrap();
            assert!(text.contains(from), "{from} is not in {text}");
            fs::write(base.join(name), text.replace(from, to)).unwrap();
        };
        edit("Cargo.toml", "version = \"0.1.0\"", "version = \"7.0.0\"");
        edit("Cargo.toml", "http-body = \"1.1\"\n", "");
        edit("README.md", "# owned", "# Mine");
        edit(
            "src/lib.rs",
            "// END GENERATED\n",
            "// END GENERATED\nmod mine;\n",
        );
        edit("src/lib.rs", "mod generated;\n", "mod something;\n");
        edit(
            "src/generated/client.rs",
            "pub struct Client",
            "struct Client",
        );
        fs::write(base.join("src/mine.rs"), "").unwrap();
        fs::remove_dir_all(base.join("examples")).unwrap();

        let again = keep_what_is_owned(files(), base).unwrap();
        assert_eq!(
            again.report(),
            "\nCargo.toml is kept; add to its dependencies:\n  http-body = \"1.1\""
        );
        crate::codegen::output::write(&again.files, base).unwrap();
        let read = |name: &str| fs::read_to_string(base.join(name)).unwrap();
        assert!(read("Cargo.toml").contains("version = \"7.0.0\""));
        assert!(read("README.md").starts_with("# Mine"));
        let library = read("src/lib.rs");
        assert!(
            library.contains("mod mine;") && library.contains("\nmod generated;"),
            "{library}"
        );
        assert!(!library.contains("mod something"), "{library}");
        assert!(read("src/generated/client.rs").contains("pub struct Client"));
        assert!(base.join("src/mine.rs").exists());
        assert!(!base.join("examples").exists());
    }

    #[test]
    fn a_library_without_marks_is_refused_and_nothing_is_written() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("src")).unwrap();
        fs::write(directory.path().join("src/lib.rs"), "mod mine;\n").unwrap();
        let Err(error) = keep_what_is_owned(files(), directory.path()) else {
            panic!("the file was taken for generated");
        };
        assert!(
            error.contains("lib.rs: the mark `BEGIN GENERATED` is missing"),
            "{error}"
        );
    }
}
