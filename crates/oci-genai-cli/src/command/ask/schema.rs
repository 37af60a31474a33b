//! `--schema`: reads the output schema from a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::error::Error;
use crate::secrets::shown_path;

/// Maximum size of a schema, in bytes.
const MOST: u64 = 1 << 20;

/// Returns the `format` member for a request.
pub(super) fn read(path: &Path) -> Result<Value, Error> {
    let failed = |error| Error::io("read", path, error);
    let mut text = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > MOST {
        let name = shown_path(path);
        return Err(Error::usage(format!(
            "{name} is larger than 1 MiB, the maximum for a schema"
        )));
    }
    let mut schema: Value =
        serde_json::from_slice(&text).map_err(|error| Error::file("JSON schema", path, error))?;
    // Services reject these members, and models do not use them.
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("$id");
    }
    oci_genai::schema::check(&schema).map_err(|error| Error::file("strict schema", path, error))?;
    Ok(json!({ "type": "json_schema", "name": name(path), "schema": schema, "strict": true }))
}

/// Returns a name that the service accepts: at most 64 letters, digits, `_` and `-`.
fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(64)
        .collect();
    if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    }
}
