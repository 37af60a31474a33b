//! The `oci-genai` binary under test.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Builds `oci-genai` and returns a command that runs it without the `OCI_*` and `XDG_*` variables
/// of the machine.
///
/// # Panics
///
/// Panics if the program cannot be built.
pub fn program() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("OCI_") || name_text.starts_with("XDG_") {
            command.env_remove(&name);
        }
    }
    command
}

fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // Test binaries are in target/PROFILE/deps, programs in its parent folder.
        let this = std::env::current_exe().expect("the test binary has a path");
        let folder = this
            .parent()
            .and_then(|deps| deps.parent())
            .expect("a target folder");
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "oci-genai-cli",
                "--target-dir",
            ])
            .arg(folder.parent().expect("a target directory"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(built.success(), "oci-genai could not be built");
        folder.join(format!("oci-genai{}", std::env::consts::EXE_SUFFIX))
    })
}
