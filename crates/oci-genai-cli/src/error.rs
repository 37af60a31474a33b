//! Errors of commands, and their exit codes.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use crate::secrets::{quoted, short_path, shown_path};
use crate::settings::Source;

/// An error of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Invalid usage or settings; the text names the fix.
    #[error("{0}")]
    Usage(String),
    /// The program's configuration file cannot be read.
    #[error(
        "could not read the configuration file {}{}",
        short_path(path),
        named.as_ref().map(|source| format!(", which {source} names,")).unwrap_or_default()
    )]
    ConfigFile {
        path: PathBuf,
        named: Option<Source>,
        source: std::io::Error,
    },
    /// A failure that the command has reported already, with its exit code.
    #[error("doctor found a problem")]
    AlreadyReported(u8),
    /// The session does not exist.
    #[error(
        "there is no session {}; `oci-genai sessions list` lists the sessions",
        quoted(.0)
    )]
    Missing(String),
    /// The response does not have the requested form.
    #[error("{0}")]
    Answer(String),
    /// A call failed after a part of the output was printed.
    #[error(transparent)]
    Partial(Box<Error>),
    /// The user stopped the command.
    #[error("stopped by Ctrl-C{0}")]
    Interrupted(String),
    /// Building the client or a call failed.
    #[error(transparent)]
    Client(#[from] oci_genai::Error),
    /// A session operation failed.
    #[error(transparent)]
    Session(#[from] oci_genai_session::Error),
    /// The session store cannot be opened.
    #[error(
        "cannot use {} as a session store; name another file with --store",
        shown_path(path)
    )]
    Store {
        path: PathBuf,
        source: oci_genai_session::store::StoreError,
    },
    /// Loading a credential failed.
    #[error(transparent)]
    Auth(#[from] oci_genai_auth::Error),
    /// Starting the emulator failed.
    #[error(transparent)]
    Emulator(#[from] oci_genai_emulator::StartError),
    /// Starting the proxy failed.
    #[error(transparent)]
    Proxy(#[from] oci_genai_proxy::StartError),
    /// A file has invalid contents.
    #[error("{} is not a usable {what}", shown_path(path))]
    File {
        what: &'static str,
        path: PathBuf,
        source: Box<dyn StdError + Send + Sync>,
    },
    /// I/O on a file or standard stream failed.
    #[error("cannot {doing} {}", shown_path(path))]
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

    /// Returns 1 if the service returned an error, 2 for invalid usage or settings, 3 for a network error, 130 for Ctrl-C.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::AlreadyReported(code) => return *code,
            Self::Partial(error) => return error.exit_code(),
            Self::Answer(_) => return 1,
            Self::Interrupted(_) => return 130,
            _ => {}
        }
        if let Some(error) = source_of::<oci_genai::Error>(self.inner()) {
            return client_exit_code(error);
        }
        if let Some(error) = source_of::<oci_genai_auth::Error>(self.inner()) {
            return auth_exit_code(error);
        }
        match self {
            Self::Session(error) => session_exit_code(error.kind()),
            _ => 2,
        }
    }

    /// Returns this error, its causes (outermost first) and the fix as one paragraph.
    pub(crate) fn paragraph(&self) -> String {
        if let Self::Partial(error) = self {
            let text = error.paragraph();
            return format!("{text}; the output before the error is printed above");
        }
        let mut text = chain(self.inner());
        if let Some(fix) = self.fix(&text) {
            text.push_str("; ");
            text.push_str(&fix);
        }
        text
    }

    /// Returns the error inside of a transparent variant, whose `source` skips that error.
    fn inner(&self) -> &(dyn StdError + 'static) {
        match self {
            Self::Client(error) => error,
            Self::Session(error) => error,
            Self::Auth(error) => error,
            Self::Emulator(error) => error,
            Self::Proxy(error) => error,
            other => other,
        }
    }

    /// Returns the fix, unless `text` contains it.
    fn fix(&self, text: &str) -> Option<String> {
        let error = source_of::<oci_genai::Error>(self.inner())?;
        // The hint may repeat the cause, which is in the text.
        let is_told = |hint: &&str| {
            hint.rsplit(": ")
                .next()
                .is_some_and(|end| text.contains(end))
        };
        let hint = error
            .hint()
            .filter(|hint| !is_told(hint))
            .map(in_words_of_flags);
        let settings = error.is_config() || error.is_unauthenticated() || error.is_connect();
        let refused = error
            .status()
            .is_some_and(|status| matches!(status.as_u16(), 400 | 403 | 404));
        let doctor = "`oci-genai doctor` checks for the cause step by step";
        match hint {
            Some(hint) if settings || refused => Some(format!("{hint}. {doctor}")),
            Some(hint) => Some(hint),
            None if settings => Some(doctor.to_owned()),
            None => None,
        }
    }
}

/// Replaces builder methods in a hint of the client with the program's flags.
fn in_words_of_flags(hint: &str) -> String {
    hint.replace("ClientBuilder::max_event_bytes", "--max-event-bytes")
        .replace("ClientBuilder::max_response_bytes", "--max-response-bytes")
}

/// Returns the exit code of a session error without a failed call.
fn session_exit_code(kind: oci_genai_session::ErrorKind) -> u8 {
    use oci_genai_session::ErrorKind::{Busy, LeaseLost, OutcomeUnknown, Rejected};
    match kind {
        Rejected => 1,
        Busy | LeaseLost | OutcomeUnknown => 3,
        _ => 2,
    }
}

/// Returns an error and its causes as one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        // Transparent wrappers repeat the inner error.
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        cause = error.source();
    }
    text
}

/// Returns the exit code of a failed call.
pub(crate) fn client_exit_code(error: &oci_genai::Error) -> u8 {
    use oci_genai::ErrorKind;
    if error.status().is_some() {
        return 1;
    }
    match error.kind() {
        ErrorKind::Connect
        | ErrorKind::Transport
        | ErrorKind::Timeout
        | ErrorKind::StreamInterrupted => 3,
        ErrorKind::Authentication => {
            source_of::<oci_genai_auth::Error>(error).map_or(2, auth_exit_code)
        }
        ErrorKind::Service
        | ErrorKind::Decode
        | ErrorKind::ResponseFailed
        | ErrorKind::NoOutput => 1,
        _ => 2,
    }
}

/// Returns the exit code of a credential error.
pub(crate) fn auth_exit_code(error: &oci_genai_auth::Error) -> u8 {
    if error.is_unavailable() {
        3
    } else if error.is_refused() {
        1
    } else {
        2
    }
}

/// Finds an error of a type in the chain.
pub(crate) fn source_of<'a, T: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
