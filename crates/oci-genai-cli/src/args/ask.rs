//! Options of `ask`.

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

/// Send one prompt and print the output as it streams
///
/// The output text goes to standard output, everything else to standard error. A terminal shows rendered Markdown; a
/// pipe or a file gets the text unchanged. With --session the prompt is a turn of a session, which keeps its history.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Ask {
    /// Prompt; read from standard input if omitted or "-"
    pub(crate) text: Option<String>,

    /// Instructions for the model
    ///
    /// A new session keeps them for its later turns.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) instructions: Option<String>,

    /// File to attach, or its https URL; may be repeated
    ///
    /// All files and images of a prompt together have at most 24 MiB.
    #[arg(long = "file", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) files: Vec<String>,

    /// Image to attach, or its https or data URL; may be repeated
    ///
    /// Formats: PNG, JPEG, GIF and WebP.
    #[arg(long = "image", value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) images: Vec<String>,

    /// Print the whole response as JSON, as the service sent it
    #[arg(long)]
    pub(crate) json: bool,

    /// JSON schema for the output
    ///
    /// The schema must be strict: every property is required and no others are allowed. A schema that is not strict is
    /// rejected before anything is sent; the error names the place and the fix.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Wait for the whole output instead of streaming it
    #[arg(long)]
    pub(crate) no_stream: bool,

    /// Name or id of the session to continue, or name of a new one
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Id for this turn, which makes repeating the command safe
    ///
    /// A repeated command returns the output of a finished turn and completes an interrupted one.
    #[arg(long, value_name = "ID", requires = "session")]
    pub(crate) turn_id: Option<String>,

    #[command(flatten)]
    pub(crate) new: NewSession,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
