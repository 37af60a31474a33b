//! `completions` and `man`: made from the command line's own definition, so that they cannot differ
//! from it.
//!
//! The manual pages are a command's output and not a build script's: a build script would have to
//! compile the definition, and clap, a second time for everybody who builds the program, while only who
//! packages it wants the pages, and can run it.

use clap::CommandFactory as _;

use crate::args::{self, Cli};
use crate::error::Error;
use crate::output;
use crate::settings::shown;

const NAME: &str = "oci-genai";

pub(crate) fn completions(options: &args::Completions) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == clap_complete::Shell::Bash {
        // clap_complete writes the dash of a program's name in two ways, and then finds no command's
        // options (clap's issue 6421, open). Where it is put right, nothing is replaced.
        script = script.replace("oci__subcmd__genai", "oci__genai");
    }
    output::line(script.trim_end());
    Ok(())
}

pub(crate) fn man(options: &args::Man) -> Result<(), Error> {
    let folder = &options.folder;
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| Error::io("write manual pages into", folder, error))?;
    output::note(&format!("Wrote the manual pages into {}.", shown(folder)));
    Ok(())
}
