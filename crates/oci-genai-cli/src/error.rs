//! Why a command failed, and the exit code that says so.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

/// A failure on its way to standard error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Wrong use or settings; the text names the thing and the cure.
    #[error("{0}")]
    Usage(String),
    /// The client could not be built or a call failed.
    #[error(transparent)]
    Client(#[from] oci_genai::Error),
    /// A session could not go on.
    #[error(transparent)]
    Session(#[from] oci_genai_session::Error),
    /// The file with the sessions cannot be used.
    #[error("cannot use {} as a session store; name another file with --store", path.display())]
    Store {
        path: PathBuf,
        source: oci_genai_session::store::StoreError,
    },
    /// A credential could not be loaded.
    #[error(transparent)]
    Auth(#[from] oci_genai_auth::Error),
    /// The emulator could not start.
    #[error(transparent)]
    Emulator(#[from] oci_genai_emulator::StartError),
    /// A file does not hold what it should.
    #[error("{} is not a usable {what}", path.display())]
    File {
        what: &'static str,
        path: PathBuf,
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A file or standard stream failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    pub(crate) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn file(
        what: &'static str,
        path: &Path,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self::File {
            what,
            path: path.to_owned(),
            source: Box::new(source),
        }
    }

    /// 1: the service said no; 2: wrong use or settings; 3: network trouble.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Client(error) => client_exit_code(error),
            Self::Session(error) => match source_of::<oci_genai::Error>(error) {
                Some(client) => client_exit_code(client),
                None => 2,
            },
            _ => 2,
        }
    }

    /// This error and its causes, outermost first, as one paragraph.
    pub(crate) fn paragraph(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let line = error.to_string();
            // Transparent wrappers repeat what they wrap.
            if !text.ends_with(&line) {
                text.push_str(": ");
                text.push_str(&line);
            }
            cause = error.source();
        }
        text
    }
}

fn client_exit_code(error: &oci_genai::Error) -> u8 {
    if error.status().is_some() {
        1
    } else if error.is_connect() || error.is_timeout() {
        3
    } else {
        2
    }
}

fn source_of<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
