//! What became of a turn that the person stopped.

use std::time::Duration;

use oci_genai_session::Session;
use oci_genai_session::store::TurnState;

use crate::error::Error;
use crate::terminal::{interrupted, waiting};

/// How long to wait for the session to be settled. What is left then is settled by its next use.
const SETTLING: Duration = Duration::from_secs(10);
/// Turns looked at behind the last one that was known: at most the one that was stopped is there.
const FEW: u32 = 10;

/// What became of a stopped turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The service finished the answer, which is this turn now.
    Finished(u64),
    /// Nothing of it is in the session.
    Gone,
    /// Not known yet.
    Unknown,
}

/// The number of a session's last turn, to be taken before a turn begins.
pub(super) fn last_turn(session: &Session) -> u64 {
    session.record().next_turn.saturating_sub(1)
}

/// Settles a session whose turn after `last` was stopped, and finds out what became of that turn.
/// Ctrl-C ends the waiting.
///
/// # Errors
///
/// When the session cannot be settled.
pub(super) async fn settle(session: &Session, last: u64) -> Result<Stopped, Error> {
    let settled = tokio::select! {
        settled = waiting("Settling the session", session.settle()) => settled,
        () = interrupted() => return Ok(Stopped::Unknown),
        () = tokio::time::sleep(SETTLING) => return Ok(Stopped::Unknown),
    };
    match settled {
        Ok(_) => {}
        // It had been given up, and has been cleaned up now.
        Err(error) if error.is_cancelled() => {}
        Err(error) => return Err(error.into()),
    }
    let turns = session.turns(last, FEW).await?;
    let finished = turns.iter().find(|turn| turn.state == TurnState::Committed);
    Ok(match finished {
        Some(turn) => Stopped::Finished(turn.seq),
        None if turns.iter().all(|turn| turn.state.is_over()) => Stopped::Gone,
        None => Stopped::Unknown,
    })
}

impl Stopped {
    /// For people; `rewind` is the command that takes a turn back.
    pub(super) fn text(self, rewind: impl FnOnce(u64) -> String) -> String {
        match self {
            Self::Finished(turn) => {
                let rewind = rewind(turn);
                format!(
                    "the service finished the answer: it is turn {turn}, `{rewind}` takes it back"
                )
            }
            Self::Gone => "nothing of it was kept".to_owned(),
            Self::Unknown => {
                "whether the service finished the answer shows when the session is used next"
                    .to_owned()
            }
        }
    }
}
