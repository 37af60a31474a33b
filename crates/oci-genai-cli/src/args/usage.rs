//! `usage`.

use std::path::PathBuf;

use clap::Args;

/// Sum up the usage log of a proxy by day and model
///
/// Reads what `oci-genai proxy --usage FILE` wrote. A response counts once, however often it was retrieved. UNKNOWN
/// counts calls whose tokens are not known: their response broke off, or came in an encoding that the proxy does not
/// read. Days are in UTC.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # Write the log, and sum it up
  $ oci-genai proxy --usage usage.jsonl
  $ oci-genai usage usage.jsonl

  # The tokens of all output, by a script
  $ oci-genai usage usage.jsonl --json | jq .total.output_tokens")]
pub(crate) struct Usage {
    /// Usage log to read; - reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print the sums as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
