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
    /// Tools had been called: the question, the calls and their outputs stay, without an answer.
    Part,
    /// Nothing of it is in the session.
    Gone,
    /// Not known yet.
    Unknown,
}

/// Where a session ends before a turn begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    turn: u64,
    position: u64,
}

impl Before {
    pub(super) fn of(session: &Session) -> Self {
        let record = session.record();
        Self {
            turn: record.next_turn.saturating_sub(1),
            position: record.next_position,
        }
    }
}

/// Settles a session after a turn that was stopped, and finds out what became of the turn. Ctrl-C
/// ends the waiting.
///
/// # Errors
///
/// When the session cannot be settled.
pub(super) async fn settle(session: &Session, before: Before) -> Result<Stopped, Error> {
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
    let turns = session.turns(before.turn, FEW).await?;
    let finished = turns.iter().find(|turn| turn.state == TurnState::Committed);
    Ok(match finished {
        Some(turn) => Stopped::Finished(turn.seq),
        None if turns.iter().any(|turn| !turn.state.is_over()) => Stopped::Unknown,
        None if session.items(before.position, 1).await?.is_empty() => Stopped::Gone,
        None => Stopped::Part,
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
            Self::Part => {
                "the question, the calls of tools and their outputs were kept, without an answer"
                    .to_owned()
            }
            Self::Gone => "nothing of it was kept".to_owned(),
            Self::Unknown => {
                "whether the service finished the answer shows when the session is used next"
                    .to_owned()
            }
        }
    }
}
