//! Options of `doctor`.

use clap::Args;

use super::Connection;

const EXAMPLES: &str = "\
Examples:
  # Check the current settings
  $ oci-genai doctor

  # Without a model call
  $ oci-genai doctor --free

  # For scripts
  $ oci-genai doctor --json";

const EXIT_CODES: &str = "\
Exit codes:
  0    no problem found
  1    the service returned an error
  2    a setting is wrong
  3    the service cannot be reached
  130  stopped by Ctrl-C";

/// Check the settings and explain what to fix
///
/// Checks configuration, credential, region, network, clock, project and model. Prints the value and the source of each,
/// and ends with the one thing to change. Shows the request it sent (headers and signing string) with secrets masked.
///
/// Cost: one request that counts tokens, which is free, and one model call with four words of input and at most 16
/// tokens of output. --free skips the model call. Nothing is stored.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct Doctor {
    /// Skip the model call: send only free requests
    #[arg(long)]
    pub(crate) free: bool,

    /// Find out about two things that are not documented: whether only the first 100 items of a conversation are
    /// loaded as history, and whether a turn without a message is refused. Makes 9 more calls, two of which ask the
    /// model, and deletes the conversation it creates
    #[arg(long, conflicts_with = "free")]
    pub(crate) probe: bool,

    /// Print the findings as JSON
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
