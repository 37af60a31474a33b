//! Warnings about private files that other users can read.

use std::path::Path;

use oci_genai_auth::private_files::{Exposed, exposed};

use crate::output;

/// Warns about each of these files and directories that others can read, with the command that restricts it.
pub(crate) fn name_exposed<'a>(paths: impl IntoIterator<Item = &'a Path>) {
    for found in paths.into_iter().filter_map(exposed) {
        output::note(&sentence(&found));
    }
}

/// Returns the warning for a file or directory that others can read.
pub(crate) fn sentence(found: &Exposed) -> String {
    format!("Note: {found}.")
}
