//! The commands, one module each.

mod answer_printer;
mod ask;
mod chat;
mod completions;
mod doctor;
mod emulator;
mod man;
mod proxy;
mod quickstart;
mod sessions;
mod stopped_turn;
mod usage;

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::terminal::interrupted;

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Quickstart(options) => stoppable(quickstart::run(&options.connection)).await,
        Command::Ask(ask) => ask::run(ask).await,
        Command::Chat(chat) => chat::run(chat).await,
        Command::Sessions(sessions) => sessions::run(sessions).await,
        Command::Doctor(options) => doctor::run(&options).await,
        Command::Emulator(options) => emulator::run(options).await,
        Command::Proxy(options) => proxy::run(*options).await,
        Command::Usage(options) => usage::run(&options),
        Command::Completions(options) => {
            completions::run(&options);
            Ok(())
        }
        Command::Man(options) => man::run(&options),
    }
}

/// Has Ctrl-C end a command that keeps nothing, so that no sign of waiting is left behind.
async fn stoppable<T>(command: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let interrupted = interrupted();
    tokio::select! {
        done = command => done,
        () = interrupted => Err(Error::Interrupted(String::new())),
    }
}

/// Waits for Ctrl-C, or for SIGTERM on Unix.
fn stop_requested() -> impl Future<Output = ()> {
    let interrupted = interrupted();
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                () = interrupted => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        interrupted.await;
    }
}
