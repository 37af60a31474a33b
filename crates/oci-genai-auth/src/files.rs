//! Reading and replacing files, bounded in size and time whatever is at a path.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::private_files;

/// Nothing this crate reads comes near this size.
const MAX_BYTES: u64 = 1024 * 1024;
/// How long a pipe or a device may take. A program that fetches a key from a vault takes seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Distinguishes one state of a file from the next.
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
/// When there is none, it is a folder or longer, or nothing comes within 5 s from something that is
/// no ordinary file: a pipe without a writer, say.
pub(crate) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    read_within(path, PATIENCE)
}

fn read_within(path: &Path, patience: Duration) -> io::Result<Zeroizing<Vec<u8>>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder, not a file",
        ));
    }
    // A file of the kernel's has no length and may block like a pipe.
    if metadata.is_file() && metadata.len() > 0 {
        return read_bounded(path);
    }
    let (done, result) = mpsc::sync_channel(1);
    let path = path.to_owned();
    // Opening a pipe cannot be given up, so a thread does it that may be left behind.
    std::thread::Builder::new()
        .name("oci-genai-read".to_owned())
        .spawn(move || done.send(read_bounded(&path)))?;
    result.recv_timeout(patience).unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "it is no ordinary file, and nothing came out of it in time",
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

/// The text of a file.
///
/// # Errors
/// When it is not UTF-8; the message names the line. Its bytes are not repeated.
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

/// A cheap mark of a file's state; `None` when there is no ordinary file.
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

/// Replaces a file in one step; only its owner may read it.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    // A link is followed, so that the file it names is replaced and not the link.
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
        // Best effort: the error that matters is the first one.
        std::fs::remove_file(&beside).ok();
    }
    written
}

/// The home folder of another user of this machine.
#[cfg(unix)]
pub(crate) fn home_of(user: &str) -> Option<PathBuf> {
    let user = nix::unistd::User::from_name(user).ok()??;
    Some(user.dir)
}

/// Elsewhere folders of users lie side by side.
#[cfg(not(unix))]
pub(crate) fn home_of(user: &str) -> Option<PathBuf> {
    let folder = std::env::home_dir()?.parent()?.join(user);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_is_named_by_its_line() {
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
    fn nothing_at_a_path_can_fill_the_memory_or_hang() {
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
        // With a writer a pipe is as good as a file.
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
