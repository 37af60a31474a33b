//! Finding a Python interpreter that has other people's clients.

use std::path::PathBuf;
use std::process::Command;

/// A Python interpreter that can import `modules`: the one named by `OCI_GENAI_TEST_PYTHON`, else
/// `python3`. `cargo xtask interop --prepare` makes one and prints its path.
///
/// Without one the answer is `None`, after a line on standard error that says what is not being
/// tested; where `CI` is `true` that is a failure instead.
///
/// # Panics
///
/// In continuous integration, when no such interpreter is there.
pub fn python_with(modules: &[&str]) -> Option<PathBuf> {
    let interpreter = std::env::var_os("OCI_GENAI_TEST_PYTHON")
        .map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let found = Command::new(&interpreter)
        .args(["-c", &format!("import {}", modules.join(", "))])
        .output()
        .is_ok_and(|output| output.status.success());
    if found {
        return Some(interpreter);
    }
    let message = format!(
        "{} cannot import {}; set OCI_GENAI_TEST_PYTHON to what `cargo xtask interop --prepare` prints",
        interpreter.display(),
        modules.join(", "),
    );
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    eprintln!("SKIPPED: {message}");
    None
}
