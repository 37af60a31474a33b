//! Options of `sessions`, and the session store.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use oci_genai_session::HistoryMode;

use super::{Choice, Connection};

/// The session store.
#[derive(Args, Clone, Debug)]
pub(crate) struct Store {
    /// Session store file
    ///
    /// [default: sessions.sqlite in the platform's data directory]
    ///
    /// [env: OCI_GENAI_STORE]
    #[arg(long = "store", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) choice: Choice,
}

/// The place of a session's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Memory {
    /// A conversation on the service
    Conversation,
    /// Responses on the service, each linked to the previous one
    Chain,
    /// This machine; the service stores nothing
    Local,
}

impl Memory {
    pub(crate) fn kind(self) -> HistoryMode {
        match self {
            Self::Conversation => HistoryMode::Conversation,
            Self::Chain => HistoryMode::PreviousResponse,
            Self::Local => HistoryMode::Client,
        }
    }
}

/// List, show, search, branch, move and delete sessions
///
/// A session is a conversation that this machine stores by name. Only fork, rewind and delete call the service; the
/// other commands need no settings and no network.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions list
  $ oci-genai sessions show offsite --last 1
  $ oci-genai sessions search --content budget

Start a session with `oci-genai ask --session NAME` or `oci-genai chat`.")]
pub(crate) struct Sessions {
    #[command(subcommand)]
    pub(crate) action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsAction {
    /// List the sessions, newest first
    List(ListSessions),
    /// Show a session and its transcript
    Show(ShowSession),
    /// Find sessions by name, title, metadata or content
    Search(SearchSessions),
    /// Create a session with the history of another one
    Fork(ForkSession),
    /// Rewind a session to an earlier turn
    Rewind(RewindSession),
    /// Export a session as JSON Lines
    Export(ExportSession),
    /// Import an exported session
    Import(ImportSession),
    /// Delete a session and its conversation on the service
    Delete(DeleteSession),
    Purge(PurgeSessions),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions list
  $ oci-genai sessions list --json | jq -r '.[].name'")]
pub(crate) struct ListSessions {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions show offsite
  $ oci-genai sessions show offsite --last 1
  $ oci-genai sessions show offsite --json | jq -r '.transcript[].answer'")]
pub(crate) struct ShowSession {
    /// Name or id of the session
    pub(crate) name: String,
    /// Show only the last N turns
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) last: Option<u64>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions search offsite
  $ oci-genai sessions search --content budget")]
pub(crate) struct SearchSessions {
    /// Text to search for, case-insensitive
    pub(crate) text: String,
    /// Also search the transcripts
    #[arg(long)]
    pub(crate) content: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions fork offsite offsite-cheap
  $ oci-genai sessions fork offsite offsite-private --at 2 --memory local")]
pub(crate) struct ForkSession {
    /// Name or id of the session to copy
    pub(crate) name: String,
    /// Name of the new session
    pub(crate) new_name: String,
    /// Last turn to copy; 0 copies none [default: all turns]
    #[arg(long, value_name = "TURN", allow_negative_numbers = true)]
    pub(crate) at: Option<u64>,
    /// Where the new session's history is kept [default: as in the source session]
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) memory: Option<Memory>,
    #[command(flatten)]
    pub(crate) store: Store,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions rewind offsite 2
  $ oci-genai sessions rewind offsite 0 --yes")]
pub(crate) struct RewindSession {
    /// Name or id of the session
    pub(crate) name: String,
    /// Last turn to keep; 0 keeps none
    #[arg(allow_negative_numbers = true)]
    pub(crate) turn: u64,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) store: Store,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions export offsite > offsite.jsonl
  $ oci-genai sessions export offsite --output offsite.jsonl")]
pub(crate) struct ExportSession {
    /// Name or id of the session
    pub(crate) name: String,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions import offsite.jsonl
  $ ssh other oci-genai sessions export offsite | oci-genai sessions import")]
pub(crate) struct ImportSession {
    /// File to read [default: standard input]
    #[arg(value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) store: Store,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions delete offsite")]
pub(crate) struct DeleteSession {
    /// Name or id of the session
    pub(crate) name: String,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) store: Store,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Remove expired sessions
///
/// A session expires after the time that `--expires-after` set at its creation. Data on the service follows the
/// service's own retention.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions purge --dry-run
  $ oci-genai sessions purge --yes")]
pub(crate) struct PurgeSessions {
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Only list the sessions that would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}
