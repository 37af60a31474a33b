//! `ask`.

use std::path::PathBuf;

use clap::Args;

use super::{Connection, NewSession, Store};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  $ oci-genai ask \"Give me three ideas for a team offsite.\"
  $ git diff | oci-genai ask --instructions \"Review this change.\"
  $ oci-genai ask --session offsite \"Which one was the cheapest?\"
  $ oci-genai ask --file report.pdf --image chart.png \"What do these say?\"
  $ oci-genai ask --schema idea.json \"One idea for a team offsite?\" | jq .title

Exit codes: 0 done, 1 the service said no, 2 wrong use or settings, 3 network,
130 stopped by Ctrl-C.")]
pub(crate) struct Ask {
    /// The question; read from standard input when it is left out or is "-"
    pub(crate) text: Option<String>,

    /// What the model is told ahead of the question; a session that begins with it keeps it
    #[arg(long, value_name = "TEXT")]
    pub(crate) instructions: Option<String>,

    /// File to go with the question, or its https URL; may be repeated
    #[arg(long = "file", value_name = "FILE")]
    pub(crate) files: Vec<String>,

    /// Image to go with the question (PNG, JPEG, GIF or WebP), or its https or data URL; may be repeated
    #[arg(long = "image", value_name = "FILE")]
    pub(crate) images: Vec<String>,

    /// Print the whole response as the service sent it, in JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// JSON schema that the answer has to follow, of the strict kind
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Wait for the whole answer instead of printing it as it comes
    #[arg(long)]
    pub(crate) no_stream: bool,

    /// Continue the session of this name or id, or begin one of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,

    /// Id of this turn, chosen by you: asked again with it, an answered turn is not made twice and
    /// an interrupted one is finished
    #[arg(long, value_name = "ID", requires = "session")]
    pub(crate) turn_id: Option<String>,

    #[command(flatten)]
    pub(crate) new: NewSession,

    #[command(flatten)]
    pub(crate) store: Store,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
