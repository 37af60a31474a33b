//! Finds a Python interpreter with the third-party clients.

use std::path::PathBuf;
use std::process::Command;

/// Returns a Python interpreter that can import `modules`: the one named by
/// `OCI_GENAI_TEST_PYTHON`, else `python3`. `cargo xtask interop --prepare` installs one and prints
/// its path.
///
/// Returns `None` if there is none, and prints the missing modules on standard error.
///
/// # Panics
///
/// Panics instead of returning `None` if `CI` is `true`.
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
        "{} cannot import {}; hint: set OCI_GENAI_TEST_PYTHON to the path that `cargo xtask interop --prepare` prints",
        interpreter.display(),
        modules.join(", "),
    );
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    eprintln!("SKIPPED: {message}");
    None
}
