//! `doctor`.

use clap::Args;

use super::Connection;

const EXAMPLES: &str = "\
Examples:
  # With the settings at hand
  $ oci-genai doctor

  # Without asking the model
  $ oci-genai doctor --free

  # For scripts: whether all is well, or what to change
  $ oci-genai doctor --json";

const EXIT_CODES: &str = "\
Exit codes:
  0    all is well
  1    the service said no
  2    a setting is wrong
  3    the service cannot be reached
  130  stopped by Ctrl-C";

/// Find out whether the settings work, and if not, why
///
/// Goes through configuration, credential, region, network, clock, project and model, says for each what it found and
/// where that came from, and ends with the one thing to change. Shows the request it sent: headers and signing string,
/// with secrets masked.
///
/// What it costs: a request that counts tokens, which is free, and one question of four words with an answer of at
/// most 16 tokens. --free leaves the question out; whether the model answers is then not known. Nothing is stored.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Doctor {
    /// Do not ask the model: send only what costs nothing
    #[arg(long)]
    pub(crate) free: bool,

    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
