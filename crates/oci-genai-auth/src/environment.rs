//! Environment variables and files, real or made up.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Nothing this crate reads comes near this size.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The environment variables and files that providers read.
///
/// The default is the process's own. Tests pass fixed variables and files in memory, so that they
/// never change the process they run in. `Debug` shows no values.
#[derive(Clone)]
pub struct Environment(Arc<Inner>);

struct Inner {
    vars: Option<HashMap<String, String>>,
    files: Option<Mutex<HashMap<PathBuf, MemoryFile>>>,
}

#[derive(Clone)]
struct MemoryFile {
    text: String,
    version: u64,
}

/// Tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Tells files apart that replaced each other within one tick of the file system's clock.
    number: u64,
}

impl Environment {
    /// The process's variables and the machine's files.
    pub fn process() -> Self {
        Self(Arc::new(Inner {
            vars: None,
            files: None,
        }))
    }

    /// These variables and no others, with the machine's files.
    ///
    /// ```
    /// let environment = oci_genai_auth::Environment::fixed([("HOME", "/home/someone")]);
    /// assert_eq!(environment.var("HOME").as_deref(), Some("/home/someone"));
    /// assert_eq!(environment.var("PATH"), None);
    /// ```
    pub fn fixed<K: Into<String>, V: Into<String>>(vars: impl IntoIterator<Item = (K, V)>) -> Self {
        let vars = vars
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self(Arc::new(Inner {
            vars: Some(vars),
            files: None,
        }))
    }

    /// The same variables with these files and no others.
    #[must_use]
    pub fn with_files<P: Into<PathBuf>, T: Into<String>>(
        self,
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| {
                (
                    path.into(),
                    MemoryFile {
                        text: text.into(),
                        version: 0,
                    },
                )
            })
            .collect();
        Self(Arc::new(Inner {
            vars: self.0.vars.clone(),
            files: Some(Mutex::new(files)),
        }))
    }

    /// A variable; one that is empty counts as unset.
    pub fn var(&self, name: &str) -> Option<String> {
        let value = match &self.0.vars {
            Some(vars) => vars.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// The user's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        match &self.0.vars {
            Some(_) => self
                .var("HOME")
                .or_else(|| self.var("USERPROFILE"))
                .map(PathBuf::from),
            None => std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        }
    }

    /// Replaces a leading `~` by the home directory.
    pub fn expand(&self, path: &str) -> PathBuf {
        let rest = match path.strip_prefix('~') {
            Some("") => "",
            Some(rest) if rest.starts_with(['/', '\\']) => &rest[1..],
            _ => return PathBuf::from(path),
        };
        self.home()
            .map_or_else(|| PathBuf::from(path), |home| home.join(rest))
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<String> {
        let Some(files) = &self.0.files else {
            let length = std::fs::metadata(path)?.len();
            if length > MAX_FILE_BYTES {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "longer than 1 MiB",
                ));
            }
            return std::fs::read_to_string(path);
        };
        let files = files.lock().unwrap_or_else(PoisonError::into_inner);
        let file = files
            .get(path)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(file.text.clone())
    }

    /// Replaces a file in one step; only its owner may read it.
    pub(crate) fn write_private(&self, path: &Path, text: &str) -> io::Result<()> {
        let Some(files) = &self.0.files else {
            return write_private(path, text);
        };
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        let version = files.get(path).map_or(0, |file| file.version + 1);
        files.insert(
            path.to_owned(),
            MemoryFile {
                text: text.to_owned(),
                version,
            },
        );
        Ok(())
    }

    pub(crate) fn exists(&self, path: &Path) -> bool {
        self.stamp(path).is_some()
    }

    /// A cheap mark of a file's state; `None` when it is not there.
    pub(crate) fn stamp(&self, path: &Path) -> Option<FileStamp> {
        match &self.0.files {
            Some(files) => {
                let files = files.lock().unwrap_or_else(PoisonError::into_inner);
                let file = files.get(path)?;
                let length = file.text.len() as u64;
                Some(FileStamp {
                    length,
                    modified: None,
                    number: file.version,
                })
            }
            None => {
                let metadata = std::fs::metadata(path)
                    .ok()
                    .filter(|found| found.is_file())?;
                let modified = metadata.modified().ok();
                Some(FileStamp {
                    length: metadata.len(),
                    modified,
                    number: file_number(&metadata),
                })
            }
        }
    }
}

#[cfg(unix)]
fn file_number(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &std::fs::Metadata) -> u64 {
    0
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    // A link is followed, so that the file it names is replaced and not the link.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path
        .parent()
        .ok_or_else(|| io::Error::other("the file has no directory"))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{count}.new", std::process::id()));
    let beside = directory.join(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = (|| {
        let mut file = options.open(&beside)?;
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

impl Default for Environment {
    fn default() -> Self {
        Self::process()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field(
                "vars",
                &if self.0.vars.is_some() {
                    "fixed"
                } else {
                    "process"
                },
            )
            .field(
                "files",
                &if self.0.files.is_some() {
                    "memory"
                } else {
                    "disk"
                },
            )
            .finish()
    }
}
