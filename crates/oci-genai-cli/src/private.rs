//! Files with a person's words or credentials: those that others on the machine can read are named.

use std::path::Path;

use oci_genai_auth::private_files::{Exposed, exposed};

use crate::output;

/// Names each of these files and folders that others can read, with the command that closes it.
pub(crate) fn name_exposed<'a>(paths: impl IntoIterator<Item = &'a Path>) {
    for found in paths.into_iter().filter_map(exposed) {
        output::note(&sentence(&found));
    }
}

/// What is said of a file or folder that others can read.
pub(crate) fn sentence(found: &Exposed) -> String {
    format!("Note: {found}.")
}
