//! The command line: what can be asked for.
//!
//! Only flags are read here. Where else a setting may come from (the environment, the configuration
//! file) is decided in [`crate::settings`], in one place for all commands.

mod ask;
mod chat;
mod connection;
mod doctor;
mod emulator;
mod pages;
mod proxy;
mod sessions;
mod wrong;

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand};

pub(crate) use self::ask::Ask;
pub(crate) use self::chat::{Chat, NewSession};
pub(crate) use self::connection::{Auth, Connection};
pub(crate) use self::doctor::Doctor;
pub(crate) use self::emulator::Emulator;
pub(crate) use self::pages::{Completions, Man};
pub(crate) use self::proxy::{Proxy, ProxyAction, ProxyOptions, ProxyRun, ProxyServer};
pub(crate) use self::sessions::{
    DeleteSession, ExportSession, ForkSession, ImportSession, ListSessions, Memory, PurgeSessions,
    RewindSession, SearchSessions, Sessions, SessionsAction, ShowSession, Store,
};

pub(crate) use self::wrong::text as usage_error;

/// The exit codes, for the commands whose long help tells them.
const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    the service said no
  2    wrong use or settings: something here has to be changed
  3    network trouble: another time it may work
  130  stopped by Ctrl-C";

const START: &str = "\
Start here:
  oci-genai quickstart   needs no account: without settings it talks to a
                         built-in emulator of the service
  oci-genai doctor       says whether your settings work, and if not, why

`oci-genai COMMAND -h` lists a command's options, --help explains them.";

/// What `-h` leaves out.
const MORE: &str = "\
Examples:
  # Without an account
  $ oci-genai quickstart

  # A question, and one that goes on from it
  $ oci-genai ask --session offsite \"Give me three ideas for a team offsite.\"
  $ oci-genai ask --session offsite \"Which one was the cheapest?\"

Environment:
  OCI_GENAI_API_KEY  Generative AI API key; no flag takes it, since others
                     on the machine can read a command line
  NO_COLOR           anything: no colours, and Markdown stays as it came
  RUST_LOG           what to log on standard error, in place of -v

  Each setting has a variable of its own, which a command's --help names.
  A flag wins over the environment, that over the configuration file, that
  over the OCI config file; `oci-genai doctor` says which it was.";

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
    /// [default: config.toml in the platform's folder for it]
    ///
    /// [env: OCI_GENAI_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Profile of the configuration file
    ///
    /// One of the OCI config file is chosen with --profile.
    ///
    /// [env: OCI_GENAI_PROFILE]
    #[arg(long = "use", value_name = "NAME", global = true)]
    pub(crate) use_profile: Option<String>,

    /// Say more on standard error (-v requests, -vv everything)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    /// Say nothing on standard error but errors
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
    Completions(Completions),
    Man(Man),
}

/// Create a conversation and take two turns in it
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # Without any settings: a built-in emulator answers
  $ oci-genai quickstart

  # With your account; the key is read from OCI_GENAI_API_KEY
  $ oci-genai quickstart --region us-chicago-1 \\
        --project ocid1.generativeaiproject.…")]
pub(crate) struct Quickstart {
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// The global options that choose among settings, as a command sees them. They are declared once, in
/// [`Global`]; clap hands their values down to every subcommand, where this reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) config: Option<PathBuf>,
    pub(crate) use_profile: Option<String>,
}

impl FromArgMatches for Choice {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        fn read<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
            matches.try_get_one(name).ok().flatten().cloned()
        }
        Ok(Self {
            config: read(matches, "config"),
            use_profile: read(matches, "use_profile"),
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
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
