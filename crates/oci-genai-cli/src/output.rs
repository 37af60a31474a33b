//! The only place that writes to the terminal: answers to standard output, the rest to standard
//! error.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where a program prints"
)]

use std::io::{self, Write as _};
use std::path::Path;

use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Command};
use crate::error::Error;

/// Prints a line of the answer.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::io("write JSON to", Path::new("standard output"), error.into()))?;
    println!("{text}");
    Ok(())
}

/// Prints a part of the answer at once, so that a stream is seen as it arrives.
///
/// # Errors
///
/// When standard output is closed: nobody is reading, so there is no point in going on.
pub(crate) fn part(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Tells the person something that is not the answer.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Reports a failure in one paragraph.
pub(crate) fn error(error: &Error) {
    eprintln!("error: {}", error.paragraph());
}

/// Sends logs to standard error: warnings, or more with `-v`, or what `RUST_LOG` asks for. The
/// emulator tells one line per request by default, for that is what one runs it for.
pub(crate) fn start_logging(cli: &Cli) {
    let level = match (cli.verbose, &cli.command) {
        (0, Command::Emulator(_)) => "warn,oci_genai_emulator=info",
        (0, _) => "warn",
        (1, _) => "info,oci_genai=debug,oci_genai_session=debug,oci_genai_emulator=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(cli.verbose > 0)
        .init();
}
