//! Reads and replaces files, with limits on size and time.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::private_files;

/// Maximum file size. All files that this crate reads are much smaller.
const MAX_BYTES: u64 = 1024 * 1024;
/// Timeout for a pipe or device. A program that fetches a key from a vault takes seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Identifies a state of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    pub(crate) length: u64,
    pub(crate) modified: Option<SystemTime>,
    /// Distinguishes files that replaced each other within one tick of the file system's clock.
    pub(crate) number: u64,
}

/// Reads a file of at most 1 MiB.
///
/// # Errors
/// Returns an error if the file does not exist, is a folder or is too long, or if a special file,
/// such as a pipe without a writer, yields nothing within 5 s.
pub(crate) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    read_within(path, READ_TIMEOUT)
}

fn read_within(path: &Path, timeout: Duration) -> io::Result<Zeroizing<Vec<u8>>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder, not a file",
        ));
    }
    // Kernel files report no length and may block like a pipe.
    if metadata.is_file() && metadata.len() > 0 {
        return read_bounded(path);
    }
    let (done, result) = mpsc::sync_channel(1);
    let path = path.to_owned();
    // Opening a pipe cannot be canceled, so a thread does it that may be left behind.
    std::thread::Builder::new()
        .name("oci-genai-read".to_owned())
        .spawn(move || done.send(read_bounded(&path)))?;
    result.recv_timeout(timeout).unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "it is not a regular file, and it returned no data in time",
        ))
    })
}

fn read_bounded(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 1 MiB",
        ));
    }
    Ok(bytes)
}

/// Returns the text of a file.
///
/// # Errors
/// Returns an error if it is not UTF-8. The message names the line and does not repeat its bytes.
pub(crate) fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let what = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            "it is UTF-16 text".to_owned()
        } else {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            format!("line {line} is not UTF-8 text")
        };
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{what}; hint: save the file as UTF-8"),
        )
    })
}

/// Returns a cheap stamp of a file's state; `None` if there is no regular file.
pub(crate) fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = std::fs::metadata(path)
        .ok()
        .filter(|found| found.is_file())?;
    Some(FileStamp {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        number: number(&metadata),
    })
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

/// Replaces a file atomically; only its owner can read it.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    // Follow a link, so that its target is replaced and not the link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::other("the file has no folder"))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{count}.new", std::process::id()));
    let beside = folder.join(name);
    let written = (|| {
        let mut file = private_files::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // Best effort: the first error is the important one.
        std::fs::remove_file(&beside).ok();
    }
    written
}

/// Returns the home folder of another user of this machine.
#[cfg(unix)]
pub(crate) fn home_of(user: &str) -> Option<PathBuf> {
    let user = nix::unistd::User::from_name(user).ok()??;
    Some(user.dir)
}

/// On other systems, home folders share a parent folder.
#[cfg(not(unix))]
pub(crate) fn home_of(user: &str) -> Option<PathBuf> {
    let folder = std::env::home_dir()?.parent()?.join(user);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_for_invalid_utf8_name_the_line() {
        for (bytes, part) in [
            (b"a\nb\xe9\nc".as_slice(), "line 2 is not UTF-8"),
            (b"\xff\xfea\0", "UTF-16"),
        ] {
            let error = text(bytes).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn special_files_cannot_fill_the_memory_or_hang() {
        let message = |path: &Path| read(path).unwrap_err().to_string();
        assert!(message(Path::new("/dev/zero")).contains("longer than 1 MiB"));
        assert!(message(Path::new("/")).contains("a folder"));
        assert_eq!(read(Path::new("/dev/null")).unwrap().len(), 0);

        let folder = tempfile::tempdir().unwrap();
        let pipe = |name| {
            let pipe = folder.path().join(name);
            nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
            pipe
        };
        let silent = read_within(&pipe("silent"), Duration::from_millis(1));
        assert_eq!(silent.unwrap_err().kind(), io::ErrorKind::TimedOut);
        // A pipe with a writer works like a file.
        let pipe = pipe("written");
        let writer = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::write(pipe, "key"))
        };
        assert_eq!(&**read(&pipe).unwrap(), b"key");
        writer.join().unwrap().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn other_users_have_a_home_folder() {
        assert!(home_of("root").is_some_and(|home| home.is_absolute()));
        assert_eq!(home_of("nobody-of-that-name"), None);
    }
}
