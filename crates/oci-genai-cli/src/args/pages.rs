//! Options of `completions` and `man`, which are generated from the command line's definition.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # bash
  $ cd ~/.local/share/bash-completion/completions
  $ oci-genai completions bash > oci-genai

  # zsh, into a directory in $fpath
  $ oci-genai completions zsh > ~/.zfunc/_oci-genai

  # fish
  $ oci-genai completions fish > ~/.config/fish/completions/oci-genai.fish")]
pub(crate) struct Completions {
    /// Shell
    pub(crate) shell: Shell,
}

/// Write the manual pages to a directory
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  # One page for the program and one for each command
  $ oci-genai man ./man1
  $ man ./man1/oci-genai-doctor.1")]
pub(crate) struct Man {
    /// Output directory; created if it does not exist
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
