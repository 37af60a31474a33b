//! Reading files whose size is not ours to choose, and replacing files whole.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use oci_genai_auth::private_files;

/// Reads a file of at most `most` bytes, whatever it is.
///
/// # Errors
///
/// When it cannot be read; [`io::ErrorKind::FileTooLarge`] when there is more.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it is larger than {} MiB", most / 1024 / 1024);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Where a new file is written before it takes the old one's name.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".new");
    path.into()
}

/// Creates the file beside another one, for reading and writing, with that one's mode.
pub(crate) fn create_beside(path: &Path, other: &File) -> io::Result<File> {
    let beside = beside(path);
    // What an earlier attempt left, or somebody else put there, is not written into.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = private_files::create_new(&beside)?;
    file.set_permissions(other.metadata()?.permissions())?;
    Ok(file)
}

/// Puts this into a file in one step: whenever the process ends, the file holds the old or the new. What is no
/// ordinary file, such as a pipe, is written into.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = private_files::append(path)?;
    if !old.metadata()?.is_file() {
        return (&old).write_all(bytes);
    }
    let path = path.canonicalize()?;
    let mut file = create_beside(&path, &old)?;
    file.write_all(bytes)?;
    // The name must not come to a file whose content could still be lost.
    file.sync_all()?;
    std::fs::rename(beside(&path), path)
}
