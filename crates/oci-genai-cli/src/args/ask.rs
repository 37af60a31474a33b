//! `ask`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::{Connection, EXIT_CODES, NewSession, Store};

const EXAMPLES: &str = "\
Examples:
  $ oci-genai ask \"Give me three ideas for a team offsite.\"
  $ git diff | oci-genai ask --instructions \"Review this change.\"
  $ oci-genai ask --session offsite \"Which one was the cheapest?\"
  $ oci-genai ask --file report.pdf --image chart.png \"What do these say?\"
  $ oci-genai ask --schema idea.json \"One idea for an offsite?\" | jq .title";

/// Ask one question and print the answer as it streams
///
/// The answer goes to standard output, everything else to standard error. In a terminal its Markdown is shown; in a
/// pipe or a file it is the text as it came. With --session the question is a turn of a session, which the service
/// remembers.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Ask {
    /// The question; read from standard input when it is left out or is "-"
    pub(crate) text: Option<String>,

    /// What the model is told ahead of the question
    ///
    /// A session that begins with it keeps it for its later turns.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instructions: Option<String>,

    /// File to go with the question, or its https URL; may be repeated
    ///
    /// All files and images of a question may hold 24 MiB together.
    #[arg(long = "file", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) files: Vec<String>,

    /// Image to go with the question, or its https or data URL; may be repeated
    ///
    /// It may be a PNG, JPEG, GIF or WebP image.
    #[arg(long = "image", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) images: Vec<String>,

    /// Print the whole response in JSON, as the service sent it
    #[arg(long)]
    pub(crate) json: bool,

    /// JSON schema that the answer has to follow
    ///
    /// It is of the strict kind: every property is required and no others are allowed. One that is not is refused
    /// before anything is sent, with the place and the cure.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Wait for the whole answer instead of printing it as it comes
    #[arg(long)]
    pub(crate) no_stream: bool,

    /// Continue the session of this name or id, or begin one of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Id of this turn, chosen by you, so that a script may ask twice
    ///
    /// Asked again with it, an answered turn is not made twice and an interrupted one is finished.
    #[arg(long, value_name = "ID", requires = "session")]
    pub(crate) turn_id: Option<String>,

    #[command(flatten)]
    pub(crate) new: NewSession,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
