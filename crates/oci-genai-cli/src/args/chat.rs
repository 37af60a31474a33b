//! Options of `chat`, and options for new sessions.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::{Connection, Memory, Store};

const NEW: &str = "New session";

/// Options for a new session; an existing session does not change.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct NewSession {
    /// Where its history is kept [default: conversation]
    #[arg(long, value_enum, value_name = "KIND", help_heading = NEW)]
    pub(crate) memory: Option<Memory>,

    /// Time until `sessions purge` may remove it, for example 30days or 12h [default: never]
    #[arg(long, value_name = "SPAN", value_parser = span, help_heading = NEW)]
    pub(crate) expires_after: Option<Duration>,
}

impl NewSession {
    /// Returns whether no option was given.
    pub(crate) fn is_unset(&self) -> bool {
        self.memory.is_none() && self.expires_after.is_none()
    }
}

fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write a number and a unit, for example 30days or 12h"))
}

/// Talk in the terminal, turn by turn
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai chat
  $ oci-genai chat --session offsite
  $ oci-genai chat --session offsite --instructions \"Answer in one sentence.\"
  $ printf 'Hello.\\nWhat did I say?\\n' | oci-genai chat

Each line is a turn. Alt-Enter, or a backslash at the end of a line, adds a line
to the turn. Ctrl-C stops the output, Ctrl-D ends the chat, and /help lists the
commands.")]
pub(crate) struct Chat {
    /// Name or id of the session to continue, or name of a new one
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Instructions for the model
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instructions: Option<String>,

    #[command(flatten)]
    pub(crate) new: NewSession,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
