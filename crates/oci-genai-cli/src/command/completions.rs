//! `completions`: generates a completion script from the command line's definition.

use clap::CommandFactory as _;

use crate::args::{self, Cli};
use crate::output;

const NAME: &str = "oci-genai";

pub(crate) fn run(options: &args::Completions) {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == clap_complete::Shell::Bash {
        // clap_complete writes the dash of a program's name in two ways, and then finds no command's
        // options (clap issue 6421, open). Nothing is replaced once that is fixed.
        script = script.replace("oci__subcmd__genai", "oci__genai");
    }
    output::line(script.trim_end());
}
