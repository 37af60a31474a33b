//! The command line.
//!
//! This module reads flags only. [`crate::settings`] merges them with the environment and the
//! configuration file, in one place for all commands.

mod ask;
mod chat;
mod connection;
mod doctor;
mod emulator;
mod pages;
mod parse_error;
mod proxy;
mod sessions;
mod usage;

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand};

pub(crate) use self::ask::Ask;
pub(crate) use self::chat::{Chat, NewSession};
pub(crate) use self::connection::{Auth, Connection};
pub(crate) use self::doctor::Doctor;
pub(crate) use self::emulator::Emulator;
pub(crate) use self::pages::{Completions, Man};
pub(crate) use self::parse_error::text as usage_error;
pub(crate) use self::proxy::{Proxy, ProxyAction, ProxyOptions, ProxyRun, ProxyServer};
pub(crate) use self::sessions::{
    DeleteSession, ExportSession, ForkSession, ImportSession, ListSessions, Memory, PurgeSessions,
    RewindSession, SearchSessions, Sessions, SessionsAction, ShowSession, Store,
};
pub(crate) use self::usage::Usage;

/// The exit codes that the long help of commands lists.
const EXIT_CODES: &str = "\
Exit codes:
  0    success
  1    the service returned an error
  2    invalid usage or settings
  3    network error; a retry may succeed
  130  stopped by Ctrl-C";

const START: &str = "\
Start here:
  oci-genai quickstart   needs no account: without settings it talks to a
                         built-in emulator of the service
  oci-genai doctor       checks your settings and explains what to fix

`oci-genai COMMAND -h` lists a command's options, --help explains them.";

/// The part of the help that `-h` omits.
const MORE: &str = "\
Examples:
  # Without an account
  $ oci-genai quickstart

  # Two turns of one session
  $ oci-genai ask --session offsite \"Give me three ideas for a team offsite.\"
  $ oci-genai ask --session offsite \"Which one was the cheapest?\"

Environment:
  OCI_GENAI_API_KEY  Generative AI API key; it has no flag, because other
                     users of the machine can read command lines
  NO_COLOR           any value: no colors, and Markdown is not formatted
  RUST_LOG           log filter for standard error, in place of -v

  Each setting has an environment variable, which a command's --help names.
  Flags take precedence over the environment, then the configuration file,
  then the OCI config file. `oci-genai doctor` shows the source of each.";

/// Conversations with OCI Generative AI from a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "oci-genai",
    version,
    max_term_width = 100,
    after_help = START,
    after_long_help = format!("{START}\n\n{MORE}\n\n{EXIT_CODES}")
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Configuration file
    ///
    /// [default: config.toml in the platform's configuration directory]
    ///
    /// [env: OCI_GENAI_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Profile of the configuration file
    ///
    /// --profile selects a profile of the OCI config file instead.
    ///
    /// [env: OCI_GENAI_PROFILE]
    #[arg(long = "context", value_name = "NAME", global = true)]
    pub(crate) context: Option<String>,

    /// Log more to standard error (-v requests, -vv everything)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    /// Print only errors to standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Quickstart(Quickstart),
    Ask(Ask),
    Chat(Chat),
    Sessions(Sessions),
    Doctor(Doctor),
    Emulator(Emulator),
    Proxy(Box<Proxy>),
    Usage(Usage),
    Completions(Completions),
    Man(Man),
}

/// Create a conversation and take two turns in it
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # Without settings: uses a built-in emulator
  $ oci-genai quickstart

  # With your account; reads the key from OCI_GENAI_API_KEY
  $ oci-genai quickstart --region us-chicago-1 \\
        --project ocid1.generativeaiproject.…")]
pub(crate) struct Quickstart {
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// The global options that select settings. [`Global`] declares them once; clap passes their values to
/// every subcommand, where this type reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) config: Option<PathBuf>,
    pub(crate) context: Option<String>,
}

impl FromArgMatches for Choice {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        fn read<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
            matches.try_get_one(name).ok().flatten().cloned()
        }
        Ok(Self {
            config: read(matches, "config"),
            context: read(matches, "context"),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Choice {
    fn augment_args(command: clap::Command) -> clap::Command {
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_definition_is_valid() {
        super::Cli::command().debug_assert();
    }
}
