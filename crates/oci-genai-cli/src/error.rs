//! Why a command failed, and the exit code that says so.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use crate::secrets::{quoted, short_path, shown_path};
use crate::settings::Source;

/// A failure on its way to standard error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Wrong use or settings; the text names the thing and the cure.
    #[error("{0}")]
    Usage(String),
    /// The program's configuration file cannot be read.
    #[error(
        "the configuration file {}{} cannot be read",
        short_path(path),
        named.as_ref().map(|source| format!(", which {source} names,")).unwrap_or_default()
    )]
    ConfigFile {
        path: PathBuf,
        named: Option<Source>,
        source: std::io::Error,
    },
    /// A failure that the command has told of already, with its exit code.
    #[error("what was found is not well")]
    Told(u8),
    /// There is no such session.
    #[error(
        "no session is called {}; `oci-genai sessions list` shows those there are",
        quoted(.0)
    )]
    Missing(String),
    /// The service answered, but not with what was asked for.
    #[error("{0}")]
    Answer(String),
    /// A call failed after a part of the answer had been printed.
    #[error(transparent)]
    Partial(Box<Error>),
    /// The person stopped it.
    #[error("stopped by Ctrl-C{0}")]
    Interrupted(String),
    /// The client could not be built or a call failed.
    #[error(transparent)]
    Client(#[from] oci_genai::Error),
    /// A session could not go on.
    #[error(transparent)]
    Session(#[from] oci_genai_session::Error),
    /// The file with the sessions cannot be used.
    #[error(
        "cannot use {} as a session store; name another file with --store",
        shown_path(path)
    )]
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
    /// The proxy could not start.
    #[error(transparent)]
    Proxy(#[from] oci_genai_proxy::StartError),
    /// A file does not hold what it should.
    #[error("{} is not a usable {what}", shown_path(path))]
    File {
        what: &'static str,
        path: PathBuf,
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A file or standard stream failed.
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

    /// 1: the service said no; 2: wrong use or settings; 3: network trouble; 130: stopped by Ctrl-C.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Told(code) => return *code,
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

    /// This error and its causes, outermost first, and the cure, as one paragraph.
    pub(crate) fn paragraph(&self) -> String {
        if let Self::Partial(error) = self {
            let text = error.paragraph();
            return format!("{text}; the part of the answer that came before is printed above");
        }
        let mut text = chain(self.inner());
        if let Some(cure) = self.cure(&text) {
            text.push_str("; ");
            text.push_str(&cure);
        }
        text
    }

    /// What a transparent variant wraps: its own `source` begins one further in.
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

    /// What to try, where `text` does not say it already.
    fn cure(&self, text: &str) -> Option<String> {
        let error = source_of::<oci_genai::Error>(self.inner())?;
        // The hint may tell of the cause, which is in the text.
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
        let doctor = "`oci-genai doctor` looks for the cause step by step";
        match hint {
            Some(hint) if settings || refused => Some(format!("{hint}. {doctor}")),
            Some(hint) => Some(hint),
            None if settings => Some(doctor.to_owned()),
            None => None,
        }
    }
}

/// A hint of the client, which speaks of its builder, with the program's own settings.
fn in_words_of_flags(hint: &str) -> String {
    hint.replace("ClientBuilder::max_event_bytes", "--max-event-bytes")
        .replace("ClientBuilder::max_response_bytes", "--max-response-bytes")
}

/// The exit code of a session that could not go on, where no failed call is behind it.
fn session_exit_code(kind: oci_genai_session::ErrorKind) -> u8 {
    use oci_genai_session::ErrorKind::{Busy, LeaseLost, Refused, Unsettled};
    match kind {
        Refused => 1,
        Busy | LeaseLost | Unsettled => 3,
        _ => 2,
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
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

/// The exit code of a failed call.
pub(crate) fn client_exit_code(error: &oci_genai::Error) -> u8 {
    use oci_genai::ErrorKind;
    if error.status().is_some() {
        return 1;
    }
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Interrupted => {
            3
        }
        ErrorKind::Credentials => {
            source_of::<oci_genai_auth::Error>(error).map_or(2, auth_exit_code)
        }
        ErrorKind::Service | ErrorKind::Decode | ErrorKind::Failed | ErrorKind::NoOutput => 1,
        _ => 2,
    }
}

/// The exit code of credentials that could not be had.
pub(crate) fn auth_exit_code(error: &oci_genai_auth::Error) -> u8 {
    if error.is_unavailable() {
        3
    } else if error.is_refused() {
        1
    } else {
        2
    }
}

/// An error of a type, wherever it stands in the chain.
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
