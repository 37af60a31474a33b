//! Sources of settings.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::secrets::{short_path, shown};

/// The source of a value.
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
    /// The metadata service of the instance.
    Metadata,
    /// The default.
    Default,
}

impl Source {
    /// Returns the precedence of the source.
    pub(crate) fn is_flag(&self) -> bool {
        matches!(self, Self::Flag(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", short_path(path)),
            Self::OciConfig { path, profile } => {
                write!(f, "{} [{}]", short_path(Path::new(path)), shown(profile))
            }
            Self::Metadata => f.write_str("the metadata service"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value with its source.
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
