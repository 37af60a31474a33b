//! Environment variables and files, from the process or for tests.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::files::{self, FileStamp};

/// The environment variables and files that providers read.
///
/// The default is the environment of the process. Tests pass fixed variables and in-memory files,
/// so that they never change the process. `Debug` shows no values.
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

impl Environment {
    /// Uses the process's variables and the machine's files.
    pub fn from_process() -> Self {
        Self(Arc::new(Inner {
            vars: None,
            files: None,
        }))
    }

    /// Uses only these variables, with the machine's files.
    ///
    /// ```
    /// let environment = oci_genai_auth::Environment::from_vars([("HOME", "/home/someone")]);
    /// assert_eq!(environment.var("HOME").as_deref(), Some("/home/someone"));
    /// assert_eq!(environment.var("PATH"), None);
    /// ```
    pub fn from_vars<K: Into<String>, V: Into<String>>(
        vars: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let vars = vars
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self(Arc::new(Inner {
            vars: Some(vars),
            files: None,
        }))
    }

    /// Uses the same variables with only these files.
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

    /// A variable; one that is empty counts as unset. Quotes around the whole of it, as Docker's
    /// `--env-file` leaves them, are no part of it, except in a pass phrase.
    pub fn var(&self, name: &str) -> Option<String> {
        let value = self.raw_var(name)?;
        if name.to_ascii_uppercase().contains("PASS") {
            return Some(value);
        }
        let inner = between_quotes(&value).map(str::to_owned).unwrap_or(value);
        (!inner.is_empty()).then_some(inner)
    }

    /// Returns whether a variable has quotes around its whole value. [`var`](Self::var) leaves them
    /// out, but other programs may not.
    pub fn is_quoted(&self, name: &str) -> bool {
        self.raw_var(name)
            .is_some_and(|value| between_quotes(&value).is_some())
    }

    fn raw_var(&self, name: &str) -> Option<String> {
        let value = match &self.0.vars {
            Some(vars) => vars.get(name).cloned(),
            // A value that is not UTF-8 must not count as unset.
            None => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        };
        value.filter(|value| !value.is_empty())
    }

    /// Returns the user's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        match &self.0.vars {
            Some(_) => self
                .var("HOME")
                .or_else(|| self.var("USERPROFILE"))
                .map(PathBuf::from),
            None => std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        }
    }

    /// Replaces a leading `~` with the home directory, and `~user` with the home directory of that
    /// user.
    pub fn expand(&self, path: &str) -> PathBuf {
        let Some(rest) = path.strip_prefix('~') else {
            return PathBuf::from(path);
        };
        let (user, rest) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
        let home = if user.is_empty() {
            self.home()
        } else {
            files::home_of(user)
        };
        let rest = rest.trim_start_matches(['/', '\\']);
        match home {
            Some(home) if rest.is_empty() => home,
            Some(home) => home.join(rest),
            None => PathBuf::from(path),
        }
    }

    /// Reads the text of a file.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Zeroizing<String>> {
        let bytes = self.read_bytes(path)?;
        files::text(&bytes).map(|text| Zeroizing::new(text.to_owned()))
    }

    /// Reads a file of which only a part must be text, such as a key with comments around it.
    pub(crate) fn read_lossy(&self, path: &Path) -> io::Result<Zeroizing<String>> {
        let bytes = self.read_bytes(path)?;
        Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn read_bytes(&self, path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        let Some(memory) = &self.0.files else {
            return files::read(path);
        };
        let memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let file = memory
            .get(path)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Zeroizing::new(file.text.clone().into_bytes()))
    }

    /// Replaces a file atomically; only its owner can read it.
    pub(crate) fn write_private(&self, path: &Path, text: &str) -> io::Result<()> {
        let Some(files) = &self.0.files else {
            return files::write_private(path, text);
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

    /// Returns a cheap stamp of a file's state; `None` if the file does not exist.
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
            None => files::stamp(path),
        }
    }
}

fn between_quotes(value: &str) -> Option<&str> {
    let value = value.trim();
    let between = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\''))
}

impl Default for Environment {
    fn default() -> Self {
        Self::from_process()
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
