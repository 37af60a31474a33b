//! The command line: what can be asked for, and where each setting comes from.

mod ask;
mod connection;
mod emulator;
mod sessions;

use clap::{Parser, Subcommand};

pub(crate) use self::ask::Ask;
pub(crate) use self::connection::{Auth, Connection};
pub(crate) use self::emulator::Emulator;
pub(crate) use self::sessions::{Sessions, SessionsAction, Store};

/// Conversations with OCI Generative AI from a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "oci-genai",
    version,
    about,
    propagate_version = true,
    after_help = "Start with `oci-genai quickstart`: without any settings it talks to a built-in \
                  emulator, so it needs neither an account nor a network."
)]
pub(crate) struct Cli {
    /// Say more on standard error (-v requests, -vv everything)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a conversation and take two turns in it
    Quickstart(Connection),
    /// Ask one question and print the answer as it streams
    Ask(Ask),
    /// List or delete the sessions known on this machine
    Sessions(Sessions),
    /// Run a local emulator of the service
    Emulator(Emulator),
}
