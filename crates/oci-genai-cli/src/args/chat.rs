//! `chat`, and what a new session is made with.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::{Connection, Memory, Store};

const NEW: &str = "New session";

/// What a session is made with; one that is there already stays as it is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct NewSession {
    /// Who holds its history [default: conversation]
    #[arg(long, value_enum, value_name = "KIND", help_heading = NEW)]
    pub(crate) memory: Option<Memory>,

    /// When `sessions purge` may remove it, for example 30days or 12h [default: never]
    #[arg(long, value_name = "SPAN", value_parser = span, help_heading = NEW)]
    pub(crate) expires_after: Option<Duration>,
}

impl NewSession {
    /// Whether nothing was said.
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

A line is a turn. Alt-Enter, or a backslash at its end, begins another line of
the same turn. Ctrl-C stops an answer, Ctrl-D ends the chat, /help lists the
commands.")]
pub(crate) struct Chat {
    /// Go on with the session of this name or id, or begin one of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// What the model is told ahead of everything else
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instructions: Option<String>,

    #[command(flatten)]
    pub(crate) new: NewSession,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
