//! Where a setting came from.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A flag of the command line.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// A line of the program's configuration file.
    File { path: PathBuf, line: usize },
    /// A profile of the OCI config file.
    OciConfig { path: String, profile: String },
    /// Nobody said otherwise.
    Default,
}

impl Source {
    /// How near the source is to the person who typed the command: the nearest wins.
    pub(crate) fn is_flag(&self) -> bool {
        matches!(self, Self::Flag(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", shown(path)),
            Self::OciConfig { path, profile } => {
                write!(f, "{} [{profile}]", shown(Path::new(path)))
            }
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value with the place it came from.
#[derive(Clone, Debug)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

impl<T> Sourced<T> {
    pub(crate) fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}

/// A path as a person writes it: with `~` for the home folder.
pub(crate) fn shown(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}
