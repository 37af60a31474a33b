//! One module per command.

mod ask;
mod chat;
mod completions;
mod doctor;
mod emulator;
mod man;
mod quickstart;
mod sessions;
mod telling;

use crate::args::{Cli, Command};
use crate::error::Error;

/// Runs what was asked for.
pub(crate) async fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Quickstart(options) => quickstart::run(&options.connection).await,
        Command::Ask(ask) => ask::run(ask).await,
        Command::Chat(chat) => chat::run(chat).await,
        Command::Sessions(sessions) => sessions::run(sessions).await,
        Command::Doctor(options) => doctor::run(&options).await,
        Command::Emulator(options) => emulator::run(options).await,
        Command::Completions(options) => {
            completions::run(&options);
            Ok(())
        }
        Command::Man(options) => man::run(&options),
    }
}
