//! `sessions`, and where sessions are remembered.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use oci_genai_session::MemoryKind;

use super::{Choice, Connection};

/// Where sessions are remembered.
#[derive(Args, Clone, Debug)]
pub(crate) struct Store {
    /// File that remembers the sessions
    ///
    /// [default: sessions.sqlite in the platform's folder for data]
    ///
    /// [env: OCI_GENAI_STORE]
    #[arg(long = "store", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) choice: Choice,
}

/// Who holds a session's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Memory {
    /// A conversation on the service
    Conversation,
    /// Each response names the one before it
    Chain,
    /// This machine; the service keeps nothing
    Local,
}

impl Memory {
    pub(crate) fn kind(self) -> MemoryKind {
        match self {
            Self::Conversation => MemoryKind::Conversation,
            Self::Chain => MemoryKind::Chain,
            Self::Local => MemoryKind::Local,
        }
    }
}

/// List, show, search, branch, move and delete sessions
///
/// A session is a conversation that this machine remembers by name: its turns, and where the service keeps it. Only
/// forking, rewinding and deleting ask the service; the rest works without settings and without a network.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions list
  $ oci-genai sessions show offsite --last 1
  $ oci-genai sessions search --content budget

A session begins with `oci-genai ask --session NAME` or `oci-genai chat`.")]
pub(crate) struct Sessions {
    #[command(subcommand)]
    pub(crate) action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsAction {
    /// List the sessions, the newest first
    List(ListSessions),
    /// Show a session and what was said in it
    Show(ShowSession),
    /// Find sessions by name, title, metadata or content
    Search(SearchSessions),
    /// Make a new session with another one's history
    Fork(ForkSession),
    /// Take a session back to an earlier turn
    Rewind(RewindSession),
    /// Write a session out as JSON Lines
    Export(ExportSession),
    /// Take in a session that was exported
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
    /// Text to look for, letter case aside
    pub(crate) text: String,
    /// Look through what was said, too
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
    /// Copy up to this turn, 0 being before the first [default: all turns]
    #[arg(long, value_name = "TURN", allow_negative_numbers = true)]
    pub(crate) at: Option<u64>,
    /// Who holds the new session's history [default: as in the old one]
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
    /// The last turn to keep; 0 keeps none
    #[arg(allow_negative_numbers = true)]
    pub(crate) turn: u64,
    /// Do not ask first
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
    /// Replace the file if it is there
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
    /// Do not ask first
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) store: Store,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Remove the sessions whose time is over
///
/// A session's time is over once what `--expires-after` said has passed since it was made. What the service holds of it
/// ends by the service's own retention.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai sessions purge --dry-run
  $ oci-genai sessions purge --yes")]
pub(crate) struct PurgeSessions {
    /// Do not ask first
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Only list what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) store: Store,
}
