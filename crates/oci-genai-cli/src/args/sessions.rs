//! `sessions`, and where sessions are remembered.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Choice, Connection};

/// Where sessions are remembered.
#[derive(Args, Clone, Debug)]
pub(crate) struct Store {
    /// File that remembers the sessions [default: sessions.sqlite in the platform's data directory]
    /// [env: OCI_GENAI_STORE]
    #[arg(long = "store", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) choice: Choice,
}

#[derive(Args, Debug)]
pub(crate) struct Sessions {
    #[command(subcommand)]
    pub(crate) action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsAction {
    /// List the sessions in the store
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        store: Store,
    },
    /// Delete a session and the conversation behind it
    Delete {
        /// Name of the session
        name: String,
        #[command(flatten)]
        store: Store,
        #[command(flatten)]
        connection: Connection,
    },
}
