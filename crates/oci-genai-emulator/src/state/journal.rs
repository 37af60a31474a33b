//! The file that outlives the emulator: one line of JSON for each set of changes, written before they
//! are acknowledged.
//!
//! A line is handed to the operating system before its changes take effect, so killing the emulator
//! loses nothing that was acknowledged. A line that was not finished was not acknowledged either; it is
//! cut off when the file is opened again. (A machine that loses power may lose its last moments.)

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Change, State};

/// The form of the file.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize, PartialEq)]
struct Header {
    oci_genai_emulator: u32,
}

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
    /// Where the last whole line ends.
    end: u64,
}

impl Journal {
    /// Opens or creates a file and brings the state to where it ended.
    pub(super) fn open(path: &Path, state: &mut State) -> Result<Self, DataError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut journal = Self { file, end: 0 };
        journal.replay(state)?;
        journal.file.set_len(journal.end)?;
        journal.file.seek(SeekFrom::Start(journal.end))?;
        if journal.end == 0 {
            journal.line(&Header {
                oci_genai_emulator: VERSION,
            })?;
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
                let ours = serde_json::to_vec(&Header {
                    oci_genai_emulator: VERSION,
                })
                .is_ok_and(|header| header.starts_with(&line));
                if number == 0 && !ours {
                    return Err(DataError::Foreign);
                }
                break;
            }
            number += 1;
            if number == 1 {
                let header: Header =
                    serde_json::from_slice(&line).map_err(|_| DataError::Foreign)?;
                if header.oci_genai_emulator != VERSION {
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
        Journal::open(path, &mut state).map(|journal| (journal, state))
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
