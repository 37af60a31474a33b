//! `doctor`.

use clap::Args;

use super::Connection;

/// Find out whether the settings work, and if not, why
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # With the settings at hand
  $ oci-genai doctor

  # Without asking the model
  $ oci-genai doctor --free

  # For scripts: whether all is well, or what to change
  $ oci-genai doctor --json

Exit codes: 0 all is well, 1 the service said no, 2 a setting is wrong,
3 the service cannot be reached.")]
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
