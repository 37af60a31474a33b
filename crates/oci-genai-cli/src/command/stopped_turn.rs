//! Outcome of a turn that the user stopped.

use std::time::Duration;

use oci_genai_session::Session;
use oci_genai_session::store::TurnState;

use crate::error::Error;
use crate::terminal::{interrupted, waiting};

/// Timeout for recovery of the session. Its next use repeats a recovery that takes longer.
const SETTLING: Duration = Duration::from_secs(10);
/// Number of turns to read after the last known one: at most the stopped one.
const FEW: u32 = 10;

/// The outcome of a stopped turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The service completed the response, which is this turn.
    Finished(u64),
    /// Tools were called: the input, the calls and their outputs stay, without output text.
    Part,
    /// The session has nothing of the turn.
    Gone,
    /// The outcome is not known yet.
    Unknown,
}

/// The end of a session before a turn.
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

/// Recovers a session after a stopped turn, and returns the turn's outcome. Ctrl-C ends the wait.
///
/// # Errors
///
/// Returns an error if the session cannot be recovered.
pub(super) async fn recover(session: &Session, before: Before) -> Result<Stopped, Error> {
    let settled = tokio::select! {
        settled = waiting("Recovering the session", session.recover()) => settled,
        () = interrupted() => return Ok(Stopped::Unknown),
        () = tokio::time::sleep(SETTLING) => return Ok(Stopped::Unknown),
    };
    match settled {
        Ok(_) => {}
        // The turn was canceled and has been cleaned up.
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
    /// Returns the text for the user; `rewind` is the command that undoes a turn.
    pub(super) fn text(self, rewind: impl FnOnce(u64) -> String) -> String {
        match self {
            Self::Finished(turn) => {
                let rewind = rewind(turn);
                format!(
                    "the service completed the response: it is turn {turn}, `{rewind}` undoes it"
                )
            }
            Self::Part => {
                "the input, the tool calls and their outputs were kept, without output text"
                    .to_owned()
            }
            Self::Gone => "nothing of it was kept".to_owned(),
            Self::Unknown => "the outcome is unknown until the session's next use".to_owned(),
        }
    }
}
