//! Bounded reads of files, and atomic replacement of files.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use oci_genai_auth::private_files;

/// Reads a file of at most `most` bytes.
///
/// # Errors
///
/// Returns an error if the file cannot be read, or [`io::ErrorKind::FileTooLarge`] if it is larger.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it is larger than {} MiB", most / 1024 / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Returns the path of the temporary file that replaces this one.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".new");
    path.into()
}

/// Creates the temporary file for another one, for reading and writing, with that file's mode.
pub(crate) fn create_beside(path: &Path, other: &File) -> io::Result<File> {
    let beside = beside(path);
    // A leftover of an earlier attempt, or a file of another program, must not be written into.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = private_files::create_new(&beside)?;
    file.set_permissions(other.metadata()?.permissions())?;
    Ok(file)
}

/// Replaces the contents of a file in one step: at any time, the file holds the old or the new
/// contents. Special files, such as pipes, are written into directly.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = private_files::append(path)?;
    if !old.metadata()?.is_file() {
        return (&old).write_all(bytes);
    }
    let path = path.canonicalize()?;
    let mut file = create_beside(&path, &old)?;
    file.write_all(bytes)?;
    // The file must be durable before it gets the name.
    file.sync_all()?;
    std::fs::rename(beside(&path), path)
}
