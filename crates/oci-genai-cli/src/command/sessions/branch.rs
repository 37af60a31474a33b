//! `sessions fork` and `sessions rewind`.

use oci_genai_session::SessionOptions;

use crate::args;
use crate::error::Error;
use crate::terminal::{confirm, waiting};
use crate::{local_sessions, output};

pub(super) async fn fork(fork: args::ForkSession) -> Result<(), Error> {
    let sessions = local_sessions::online(&fork.store, &fork.connection).await?;
    let session = local_sessions::open(&sessions, &fork.name).await?;
    let memory = fork
        .memory
        .map_or(session.history_mode(), args::Memory::kind);
    let options = SessionOptions::new()
        .name(&fork.new_name)
        .history_mode(memory);
    let work = sessions.fork(&session, fork.at, options);
    let copy = waiting("Copying", work).await?;
    output::note(&format!(
        "Forked {:?} as {:?}, with {}.",
        fork.name,
        fork.new_name,
        turns(copy.turn_count())
    ));
    Ok(())
}

pub(super) async fn rewind(rewind: args::RewindSession) -> Result<(), Error> {
    let sessions = local_sessions::online(&rewind.store, &rewind.connection).await?;
    let session = local_sessions::open(&sessions, &rewind.name).await?;
    let question = format!(
        "Remove all turns of {:?} after turn {}?",
        rewind.name, rewind.turn
    );
    if !confirm(&question, rewind.yes)? {
        return Ok(());
    }
    waiting("Rewinding", session.rewind(rewind.turn)).await?;
    output::note(&format!(
        "Rewound {:?} to turn {}; it has {} now.",
        rewind.name,
        rewind.turn,
        turns(session.turn_count())
    ));
    Ok(())
}

fn turns(count: u64) -> String {
    match count {
        1 => "1 turn".to_owned(),
        count => format!("{count} turns"),
    }
}
