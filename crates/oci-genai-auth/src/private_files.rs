//! Files and folders that only their owner can read.
//!
//! On Unix, files are created with mode 0600 and folders with 0700, regardless of the umask. Other
//! systems use their defaults.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Returns options that create files which only their owner can read and write. An existing file
/// keeps its mode.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let folder = std::env::temp_dir();
/// # let path = folder.join(format!("private-{}", std::process::id()));
/// let file = oci_genai_auth::private_files::options().append(true).create(true).open(&path)?;
/// # drop(file);
/// # std::fs::remove_file(path)
/// # }
/// ```
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file for writing. Creates it, or truncates an existing one.
///
/// # Errors
/// Returns an error if it cannot be opened.
pub fn create(path: &Path) -> io::Result<File> {
    options().write(true).create(true).truncate(true).open(path)
}

/// Creates a new file for reading and writing.
///
/// # Errors
/// Returns [`io::ErrorKind::AlreadyExists`] if it exists, or another error if it cannot be created.
pub fn create_new(path: &Path) -> io::Result<File> {
    options().read(true).write(true).create_new(true).open(path)
}

/// Opens a file for appending. Creates it if it does not exist.
///
/// # Errors
/// Returns an error if it cannot be opened.
pub fn append(path: &Path) -> io::Result<File> {
    options().append(true).create(true).open(path)
}

/// Creates a folder and its missing parents. Existing folders keep their mode.
///
/// # Errors
/// Returns an error if a folder cannot be created.
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file or folder that users other than its owner can read. `Display` includes the command that
/// restricts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    path: PathBuf,
    mode: u32,
    is_folder: bool,
}

/// Checks if users other than the owner can read or write a file, or list or enter a folder.
/// Returns `None` if they cannot, if `path` does not exist, or on systems without Unix modes.
pub fn exposed(path: &Path) -> Option<Exposed> {
    let metadata = std::fs::metadata(path).ok()?;
    let is_folder = metadata.is_dir();
    let mode = mode_of(&metadata)?;
    let others = if is_folder { 0o077 } else { 0o066 };
    (mode & others != 0 && (is_folder || metadata.is_file())).then(|| Exposed {
        path: path.to_owned(),
        mode,
        is_folder,
    })
}

impl Exposed {
    /// Returns the permission bits, for example `0o644`.
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// Returns the command that restricts it: `chmod 600 PATH`, or `chmod 700 PATH` for a folder.
    pub fn command(&self) -> String {
        let mode = if self.is_folder { "700" } else { "600" };
        format!("chmod {mode} {}", quoted(&self.path.to_string_lossy()))
    }
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "others can read {} (mode {:03o}); hint: run `{}`",
            crate::redact::shown_path(&self.path),
            self.mode,
            self.command(),
        )
    }
}

#[cfg(unix)]
fn mode_of(metadata: &std::fs::Metadata) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777)
}

#[cfg(not(unix))]
fn mode_of(_: &std::fs::Metadata) -> Option<u32> {
    None
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@%:,".contains(&byte));
    if is_plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn new_files_and_folders_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let within = folder.path().join("a/b");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        create_dir_all(&within).unwrap();
        assert_eq!(mode(&within), 0o700);
        assert_eq!(mode(&folder.path().join("a")), 0o700);
        let path = |name: &str| within.join(name);
        create(&path("created")).unwrap();
        create_new(&path("new")).unwrap();
        append(&path("appended")).unwrap();
        for name in ["created", "new", "appended"] {
            assert_eq!(mode(&path(name)), 0o600, "{name}");
            assert_eq!(exposed(&path(name)), None);
        }
        assert!(create_new(&path("new")).is_err());
    }

    #[test]
    fn exposed_files_are_reported_with_the_command_that_restricts_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's");
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let open = exposed(&path).unwrap();
        assert_eq!(open.mode(), 0o640);
        assert!(open.to_string().contains("mode 640"), "{open}");
        let status = std::process::Command::new("sh")
            .args(["-c", &open.command()])
            .status();
        assert!(status.unwrap().success());
        assert_eq!(exposed(&path), None);

        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let open = exposed(folder.path()).unwrap();
        assert!(open.command().starts_with("chmod 700 "), "{open}");
        assert_eq!(exposed(&folder.path().join("none")), None);
    }
}
