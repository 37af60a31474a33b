//! The file that outlives the emulator: one line of JSON for each set of changes, written before they
//! are acknowledged.
//!
//! A line is handed to the operating system before its changes take effect, so killing the emulator
//! loses nothing that was acknowledged. A line that was not finished was not acknowledged either; it is
//! cut off when the file is opened again. (A machine that loses power may lose its last moments.)
//!
//! When more than half of the file is of things deleted or replaced, it is written anew beside itself, and
//! the new file takes its name in one step. Whenever the emulator dies, one whole file has the name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Change, State, snapshot};

#[derive(Serialize, Deserialize, PartialEq)]
struct Header {
    oci_genai_emulator: u32,
}

/// The first line: whose file it is, and of which form.
const HEADER: Header = Header {
    oci_genai_emulator: 1,
};

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file cannot be opened, read or written.
    #[error("the data file cannot be opened, read or written")]
    Io(#[from] io::Error),
    /// Another emulator uses the file.
    #[error("another emulator uses the data file; stop it or choose another file")]
    InUse,
    /// The file is not an emulator's, or of a form this version does not know.
    #[error("the file is not a data file of this emulator; choose another file")]
    Foreign,
    /// A line in the middle of the file is damaged.
    #[error("line {line} of the data file is damaged; restore the file or choose another")]
    Damaged {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The open file, at its end.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Where the last whole line ends.
    end: u64,
    /// How much of the dead is borne.
    slack: u64,
    /// How long the file may grow before it is looked at again.
    limit: u64,
}

impl Journal {
    /// Opens or creates a file and brings the state to where it ended.
    pub(super) fn open(path: &Path, slack: u64, state: &mut State) -> Result<Self, DataError> {
        let file = lock(path)?;
        let path = path.canonicalize()?;
        let mut journal = Self {
            file,
            path,
            end: 0,
            slack,
            limit: slack,
        };
        // The one before may have died while it wrote.
        let _ = std::fs::remove_file(journal.beside());
        journal.replay(state)?;
        journal.file.set_len(journal.end)?;
        journal.file.seek(SeekFrom::Start(journal.end))?;
        if journal.end == 0 {
            journal.line(&HEADER)?;
        }
        Ok(journal)
    }

    fn replay(&mut self, state: &mut State) -> Result<(), DataError> {
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        let mut number = 0;
        let mut end = 0;
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                // The end, or a line that was never finished. An unfinished first line that is not the
                // beginning of ours is somebody else's text.
                let ours =
                    serde_json::to_vec(&HEADER).is_ok_and(|header| header.starts_with(&line));
                if number == 0 && !ours {
                    return Err(DataError::Foreign);
                }
                break;
            }
            number += 1;
            if number == 1 {
                let header: Header =
                    serde_json::from_slice(&line).map_err(|_| DataError::Foreign)?;
                if header != HEADER {
                    return Err(DataError::Foreign);
                }
            } else {
                let changes: Vec<Change> =
                    serde_json::from_slice(&line).map_err(|source| DataError::Damaged {
                        line: number,
                        source,
                    })?;
                for change in changes {
                    state.apply(change);
                }
            }
            end += length as u64;
        }
        self.end = end;
        Ok(())
    }

    /// Writes changes; afterwards they are safe. If it fails, nothing is written.
    pub(super) fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        self.line(changes)
    }

    fn line(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // Half a line must not be followed by a whole one.
            let _ = self.file.set_len(self.end);
            let _ = self.file.seek(SeekFrom::Start(self.end));
            return Err(error);
        }
        self.end += line.len() as u64;
        Ok(())
    }

    /// Where the file is written anew.
    fn beside(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".new");
        path.into()
    }

    /// Writes the file anew if that is due and worth it. If it fails, the old file goes on.
    pub(super) fn tidy(&mut self, state: &State) {
        if self.end <= self.limit {
            return;
        }
        if let Err(error) = self.write_anew(state) {
            tracing::warn!(path = %self.path.display(), %error, "the data file cannot be written anew");
            self.limit = self.end + self.slack;
            let _ = std::fs::remove_file(self.beside());
        }
    }

    fn write_anew(&mut self, state: &State) -> io::Result<()> {
        let beside = self.beside();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&beside)?;
        file.set_permissions(self.file.metadata()?.permissions())?;
        file.try_lock()?;
        let mut end = 0;
        let mut writer = BufWriter::new(&file);
        let mut line = |mut line: Vec<u8>| {
            line.push(b'\n');
            end += line.len() as u64;
            writer.write_all(&line)
        };
        line(serde_json::to_vec(&HEADER)?)?;
        snapshot::write(state, |change| line(serde_json::to_vec(&[change])?))?;
        writer.flush()?;
        drop(writer);
        if end.saturating_mul(2).saturating_add(self.slack) >= self.end {
            // Most of the old file is still needed.
            self.limit = self.end + end + self.slack;
            return std::fs::remove_file(&beside);
        }
        // The name must not come to a file whose content could still be lost.
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        self.file = file;
        self.end = end;
        self.limit = end.saturating_mul(2).saturating_add(self.slack);
        Ok(())
    }
}

/// Opens or creates a file for one emulator alone.
fn lock(path: &Path) -> Result<File, DataError> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) if is_at(&file, path)? => return Ok(file),
            // Written anew since it was opened: the name is another file's now.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Whether the path still leads to the open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let open = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((open.dev(), open.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    fn put(id: &str) -> Change {
        Change::PutConversation {
            project: "p".into(),
            id: id.into(),
            metadata: Map::new(),
            at: 7,
        }
    }

    fn open(path: &Path) -> Result<(Journal, State), DataError> {
        let mut state = State::default();
        Journal::open(path, 1024, &mut state).map(|journal| (journal, state))
    }

    #[test]
    fn every_cut_leaves_whole_changes() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        let (mut journal, _) = open(&path).unwrap();
        journal.write(&[put("a"), put("b")]).unwrap();
        journal.write(&[put("c")]).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, state) = open(&path).unwrap();
            let conversations = &state.project("p").conversations;
            assert!([0, 2, 3].contains(&conversations.len()), "{cut}");
            journal.write(&[put("d")]).unwrap();
            drop(journal);
            let (_, again) = open(&path).unwrap();
            assert_eq!(
                again.project("p").conversations.len(),
                conversations.len() + 1
            );
        }
    }

    #[test]
    fn an_unfinished_new_file_is_forgotten() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        let (mut journal, _) = open(&path).unwrap();
        journal.write(&[put("a")]).unwrap();
        let beside = journal.beside();
        drop(journal);
        std::fs::write(&beside, "{\"oci_genai_emulator\":1}\n[{").unwrap();
        let (_journal, state) = open(&path).unwrap();
        assert_eq!(state.project("p").conversations.len(), 1);
        assert!(!beside.exists());
    }

    #[test]
    fn a_file_of_the_dead_stays_small_and_one_of_the_living_is_left_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        let (mut journal, mut state) = open(&path).unwrap();
        let mut step = |journal: &mut Journal, change: Change| {
            journal.write(std::slice::from_ref(&change)).unwrap();
            state.apply(change);
            journal.tidy(&state);
            std::fs::metadata(&path).unwrap().len()
        };
        let delete = |id: &str| Change::DeleteConversation {
            project: "p".into(),
            id: id.into(),
        };
        for n in 0..1000 {
            step(&mut journal, put(&format!("c{n}")));
            let size = step(&mut journal, delete(&format!("c{n}")));
            assert!(size < 3 * 1024, "{size} bytes for nothing");
        }
        let mut whole = 0;
        for n in 0..1000 {
            let size = step(&mut journal, put(&format!("d{n}")));
            assert!(size > whole, "what is needed was rewritten");
            whole = size;
        }
        drop(journal);
        let (_journal, again) = open(&path).unwrap();
        assert_eq!(again.project("p").conversations.len(), 1000);
    }

    #[test]
    fn foreign_damaged_and_shared_files_are_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        for text in [
            "a letter to my aunt",
            "{}\n",
            "{\"oci_genai_emulator\":99}\n",
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(open(&path), Err(DataError::Foreign)), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::write(&path, "{\"oci_genai_emulator\":1}\n[{]\n[]\n").unwrap();
        assert!(matches!(
            open(&path),
            Err(DataError::Damaged { line: 2, .. })
        ));
        std::fs::remove_file(&path).unwrap();
        let (_first, _) = open(&path).unwrap();
        assert!(matches!(open(&path), Err(DataError::InUse)));
    }
}
