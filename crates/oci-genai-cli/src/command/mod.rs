//! One module per command.

mod ask;
mod emulator;
mod quickstart;
mod sessions;

use crate::args::{Cli, Command};
use crate::error::Error;

/// Runs what was asked for.
pub(crate) async fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Quickstart(connection) => quickstart::run(&connection).await,
        Command::Ask(ask) => ask::run(ask).await,
        Command::Sessions(sessions) => sessions::run(sessions).await,
        Command::Emulator(options) => emulator::run(options).await,
    }
}
