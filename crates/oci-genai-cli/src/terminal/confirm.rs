//! Confirmation of destructive commands.

use std::path::Path;

use crate::error::Error;
use crate::output;

use super::is_interactive;

/// Returns whether to proceed. Asks in a terminal unless `yes` is set; without a terminal the answer is yes.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<bool, Error> {
    if yes || !is_interactive() {
        return Ok(true);
    }
    output::ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Error::io("read", Path::new("standard input"), error))?;
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !agreed {
        output::note("Nothing was changed.");
    }
    Ok(agreed)
}
