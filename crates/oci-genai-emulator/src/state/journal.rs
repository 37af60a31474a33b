//! The data file: one record for each set of changes, written before they are acknowledged.
//!
//! A record is passed to the operating system before its changes take effect, so killing the
//! emulator loses nothing that was acknowledged. An unfinished record was not acknowledged either.
//! It is cut off when the file is opened again; nothing else is ever cut off. (A machine that loses
//! power may lose its last moments.)
//!
//! When deleted or replaced data takes more than half of the file, a new file is written next to
//! it, and takes its name in one step. At any time, one complete file has the name. A file of the
//! first form is rewritten when it is opened.

use std::fs::{File, TryLockError};
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use oci_genai_auth::{private_files, redact};

use crate::files;

use super::record::{self, Form, Next, Start, Unreadable};
use super::{Change, State, snapshot};

/// Error for an unusable data file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file could not be opened, read or written.
    #[error("could not open, read or write the data file")]
    Io(#[from] io::Error),
    /// Another emulator uses the file.
    #[error("another emulator uses the data file; hint: stop it or choose another file")]
    InUse,
    /// The file is not a data file of an emulator, or has a form that this version does not know.
    #[error("the file is not a data file of this emulator; hint: choose another file")]
    Foreign,
    /// A line of the file was altered. The file is left unchanged.
    #[error(
        "line {line} of the data file is damaged: {problem}; hint: restore the file from a copy, or keep \
         the lines before it: head -n {} FILE > COPY",
        line - 1
    )]
    Damaged {
        /// Number of the line, from 1.
        line: u64,
        /// Problem with the line.
        problem: &'static str,
    },
}

/// The open file, positioned at its end.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Position after the last complete line.
    end: u64,
    /// Number of lines.
    lines: u64,
    /// True if the file may continue after `end`, because an incomplete record could not be cut
    /// off.
    torn: bool,
    /// Number of bytes of dead data that are tolerated.
    slack: u64,
    /// File size at which a rewrite is considered again, in bytes.
    limit: u64,
}

impl Journal {
    /// Opens or creates a file and brings the state to the file's last record.
    pub(super) fn open(path: &Path, slack: u64, state: &mut State) -> Result<Self, DataError> {
        let file = lock(path)?;
        let path = path.canonicalize()?;
        let mut journal = Self {
            file,
            path,
            end: 0,
            lines: 0,
            torn: false,
            slack,
            limit: slack,
        };
        let form = journal.replay(state)?;
        // A previous process may have died while it wrote this file.
        let _ = std::fs::remove_file(journal.beside());
        if form == Form::Unsummed {
            journal.rewrite(state, true)?;
        }
        Ok(journal)
    }

    /// Applies the records and leaves the file at its end, ready for more.
    fn replay(&mut self, state: &mut State) -> Result<Form, DataError> {
        let size = self.file.metadata()?.len();
        let mut reader = BufReader::new(&self.file);
        let form = match record::read_header(&mut reader)? {
            Start::Header(form, length) => {
                self.end = length;
                self.lines = 1;
                form
            }
            Start::Empty => Form::Summed,
            Start::Foreign => return Err(DataError::Foreign),
        };
        let mut missing = "";
        while self.lines > 0 {
            let line = self.lines + 1;
            match record::read(form, line, &mut reader) {
                Ok(Next::Record {
                    changes,
                    length,
                    missing: end,
                }) => {
                    changes.into_iter().for_each(|change| state.apply(change));
                    self.lines = line;
                    self.end += length;
                    missing = end;
                }
                Ok(Next::Unfinished) => {
                    let bytes = size.saturating_sub(self.end);
                    let path = redact::shown_path(&self.path);
                    tracing::warn!(%path, bytes, "dropped the unfinished last record of the data file");
                    break;
                }
                Ok(Next::End) => break,
                Err(Unreadable::Io(error)) => return Err(error.into()),
                Err(Unreadable::Damaged(problem)) => {
                    return Err(DataError::Damaged { line, problem });
                }
            }
        }
        self.cut()?;
        if self.lines == 0 {
            self.append(record::header().as_bytes())?;
        } else {
            self.file.write_all(missing.as_bytes())?;
            self.end += missing.len() as u64;
        }
        Ok(form)
    }

    /// Cuts off everything after the last complete line.
    fn cut(&mut self) -> io::Result<()> {
        self.torn = true;
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.torn = false;
        Ok(())
    }

    /// Writes changes, which are durable afterwards. If it fails, nothing is written.
    pub(super) fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        self.append(&record::write(self.lines + 1, changes)?)
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        // A complete line must not follow an incomplete one.
        if self.torn {
            self.cut()?;
        }
        if let Err(error) = self.file.write_all(line) {
            let _ = self.cut();
            return Err(error);
        }
        self.end += line.len() as u64;
        self.lines += 1;
        Ok(())
    }

    /// Returns the path of the new file.
    fn beside(&self) -> PathBuf {
        files::beside(&self.path)
    }

    /// Rewrites the file if that is due and worthwhile. If it fails, the old file stays in use.
    pub(super) fn tidy(&mut self, state: &State) {
        if self.end <= self.limit {
            return;
        }
        if let Err(error) = self.rewrite(state, false) {
            let path = redact::shown_path(&self.path);
            tracing::warn!(%path, %error, "could not rewrite the data file");
            self.limit = self.end + self.slack;
            let _ = std::fs::remove_file(self.beside());
        }
    }

    /// Writes the live state into a new file, which replaces the old one if that is worthwhile or
    /// required.
    fn rewrite(&mut self, state: &State, demanded: bool) -> io::Result<()> {
        let beside = self.beside();
        let file = files::create_beside(&self.path, &self.file)?;
        file.try_lock()?;
        let mut writer = BufWriter::new(&file);
        let mut end = record::header().len() as u64;
        let mut lines = 1;
        writer.write_all(record::header().as_bytes())?;
        snapshot::write(state, |change| {
            lines += 1;
            let line = record::write(lines, &[change])?;
            end += line.len() as u64;
            writer.write_all(&line)
        })?;
        writer.flush()?;
        drop(writer);
        if !demanded && end.saturating_mul(2).saturating_add(self.slack) >= self.end {
            // Most of the old file is still needed.
            self.limit = self.end + end + self.slack;
            return std::fs::remove_file(&beside);
        }
        // The file must be durable before it gets the name.
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        self.file = file;
        self.end = end;
        self.lines = lines;
        self.torn = false;
        self.limit = end.saturating_mul(2).saturating_add(self.slack);
        Ok(())
    }
}

/// Opens or creates a file for one emulator only.
fn lock(path: &Path) -> Result<File, DataError> {
    loop {
        let file = private_files::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        if !file.metadata()?.is_file() {
            // Reading a pipe or a device could wait forever.
            return Err(DataError::Foreign);
        }
        match file.try_lock() {
            Ok(()) if is_at(&file, path)? => return Ok(file),
            // The file was rewritten since it was opened, so the name belongs to another file now.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Returns true if the path still names the open file.
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
    fn every_cut_leaves_complete_changes() {
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
    fn an_unfinished_new_file_is_dropped() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data");
        let (mut journal, _) = open(&path).unwrap();
        journal.write(&[put("a")]).unwrap();
        let beside = journal.beside();
        drop(journal);
        std::fs::write(&beside, "{\"oci_genai_emulator\":2}\n{").unwrap();
        let (_journal, state) = open(&path).unwrap();
        assert_eq!(state.project("p").conversations.len(), 1);
        assert!(!beside.exists());
    }

    #[test]
    fn a_file_of_dead_data_stays_small_and_one_of_live_data_is_not_rewritten() {
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
        for damaged in [
            "{\"oci_genai_emulator\":1}\n[{]\n[]\n",
            "{\"oci_genai_emulator\":1}\n[]\nand so on",
            "{\"oci_genai_emulator\":1}\n[{\"change\":\"fly\"}]\n",
            "{\"oci_genai_emulator\":2}\n[]\n",
        ] {
            std::fs::write(&path, damaged).unwrap();
            let wrong = 2 + u64::from(damaged.ends_with("on"));
            assert!(
                matches!(open(&path), Err(DataError::Damaged { line, .. }) if line == wrong),
                "{damaged}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
        }
        std::fs::remove_file(&path).unwrap();
        let (_first, _) = open(&path).unwrap();
        assert!(matches!(open(&path), Err(DataError::InUse)));
    }
}
