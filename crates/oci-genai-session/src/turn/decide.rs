//! What follows from what became of a round's request, without I/O.
//!
//! Nothing is sent twice that may have been carried out, unless a look shows that it was not; where nothing can be looked at, it
//! is sent once more in a turn and not again. Nothing is sent again after it was carried out.

use serde_json::Value;

use crate::backend::{BackendErrorKind, ModelResponseStatus};
use crate::item;
use crate::store::{HistoryMode, RecoveryAction, TurnFailure};

/// How sure it is that the round's request is not on the service already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// It was never sent.
    None,
    /// The conversation is in a state that may differ from what is known.
    Stale,
    /// It was sent and the answer was lost.
    Lost,
    /// It was carried out and the answer could not be used: it is not sent again.
    Answered,
}

/// What to do after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterAnswer {
    /// Take it into the session.
    Accept,
    /// It is not finished: look for it after a pause.
    LookLater,
    /// The service failed, and may do better after a pause: it is asked once more.
    AskAgain,
    /// The turn is over; what the service has of it is cleaned up.
    End(TurnFailure),
}

/// What to do after an answer of this status; `is_spent` says that a response that failed is not asked for again.
pub(super) fn after_answer(
    status: &ModelResponseStatus,
    items: &[Value],
    is_spent: bool,
) -> AfterAnswer {
    match status {
        ModelResponseStatus::Completed if !has_output(items) => {
            AfterAnswer::End(TurnFailure::NoOutput)
        }
        // Why it stopped early is known, and is the answer where there is nothing else.
        ModelResponseStatus::Completed | ModelResponseStatus::Incomplete(_) => AfterAnswer::Accept,
        ModelResponseStatus::Running => AfterAnswer::LookLater,
        ModelResponseStatus::Failed { is_permanent, .. } if *is_permanent || is_spent => {
            AfterAnswer::End(TurnFailure::Rejected)
        }
        ModelResponseStatus::Failed { .. } => AfterAnswer::AskAgain,
    }
}

/// Whether an answer has anything but thoughts in it: text, a refusal, a call.
fn has_output(items: &[Value]) -> bool {
    items.iter().any(|item| match item::kind(item) {
        "reasoning" => false,
        "message" => !item::is_blank(item),
        _ => true,
    })
}

/// What to do after a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterFailure {
    /// Go on after a pause, with this doubt.
    Again(Doubt),
    /// Go on when the service is done with the conversation.
    WhenFree,
    /// Look whether the service has the answer; nothing is sent again.
    LookOnly,
    /// The turn is over, and the service has nothing of the round.
    Refuse,
    /// The turn is over; what the service has of it is cleaned up.
    End(TurnFailure),
    /// The session may be somebody else's.
    Stop,
}

/// What to do after a failure of this kind; `may_be_there` says that the service has something of the turn, or may have: a
/// round before this one, or a response that had begun.
pub(super) fn after_failure(
    kind: BackendErrorKind,
    doubt: Doubt,
    may_be_there: bool,
) -> AfterFailure {
    match kind {
        BackendErrorKind::Rejected if may_be_there => AfterFailure::End(TurnFailure::Rejected),
        BackendErrorKind::Rejected | BackendErrorKind::NotFound => AfterFailure::Refuse,
        BackendErrorKind::Failed => AfterFailure::End(TurnFailure::Rejected),
        BackendErrorKind::NoOutput => AfterFailure::End(TurnFailure::NoOutput),
        BackendErrorKind::Unusable => AfterFailure::LookOnly,
        BackendErrorKind::NotExecuted => AfterFailure::Again(doubt),
        // The lock may be held by an earlier request of this round.
        BackendErrorKind::Locked => AfterFailure::WhenFree,
        BackendErrorKind::NotAllowed => AfterFailure::Stop,
        BackendErrorKind::Unknown => AfterFailure::Again(doubt.max(Doubt::Lost)),
    }
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Absent,
    Partial,
    Complete,
    Running,
}

/// What to do after a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterLook {
    /// Take over what was found; noted if there was doubt that the request was carried out.
    Adopt { noted: bool },
    /// The service is at work on it.
    Wait,
    /// Look again after a while: a request under way may still show up.
    WaitForArrival,
    /// Remove what was found, and send.
    Replace,
    /// Send, and note this.
    Send(Option<RecoveryAction>),
    /// The turn is over; what the service has of it is cleaned up. Without a failure of its own it ends as noted before.
    End(Option<TurnFailure>),
}

/// What is known when a look is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) history_mode: HistoryMode,
    pub(super) doubt: Doubt,
    /// A request of this turn was sent again without a look.
    pub(super) was_resent: bool,
    /// What is there has had its time to show up.
    pub(super) has_waited: bool,
}

/// What to do after a look.
pub(super) fn after_look(seen: Seen, facts: Facts) -> AfterLook {
    let is_conversation = facts.history_mode == HistoryMode::Conversation;
    match (seen, facts.doubt) {
        (Seen::Complete, doubt) => AfterLook::Adopt {
            noted: doubt >= Doubt::Lost,
        },
        (Seen::Running, _) => AfterLook::Wait,
        (Seen::Absent, Doubt::None | Doubt::Stale) => AfterLook::Send(None),
        // A part may be a round in the making; only one that stays as it is gets removed.
        _ if is_conversation && !facts.has_waited => AfterLook::WaitForArrival,
        (_, Doubt::Answered) => AfterLook::End(None),
        (Seen::Partial, _) => AfterLook::Replace,
        (Seen::Absent, Doubt::Lost) if is_conversation => {
            AfterLook::Send(Some(RecoveryAction::Resent))
        }
        (Seen::Absent, Doubt::Lost) if facts.was_resent => {
            AfterLook::End(Some(TurnFailure::AnswerLost))
        }
        (Seen::Absent, Doubt::Lost) => AfterLook::Send(Some(RecoveryAction::ResentUnverified)),
    }
}

/// What to do after a look that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterFailedLook {
    /// Look again after a pause.
    Again,
    /// Send without having looked.
    Send,
    /// The turn is over, and the service has nothing of the round.
    Refuse,
    /// The turn is over; what the service has of it is cleaned up.
    End(TurnFailure),
    /// The turn is over; what the service has of it cannot be seen, and is left to the next turn.
    EndUnseen(TurnFailure),
}

/// What to do after a look that failed in this way.
pub(super) fn after_failed_look(kind: BackendErrorKind, doubt: Doubt) -> AfterFailedLook {
    match (kind, doubt) {
        (BackendErrorKind::NotFound, _) => AfterFailedLook::Refuse,
        (BackendErrorKind::NoOutput, _) => AfterFailedLook::End(TurnFailure::NoOutput),
        // Looking again would not make it readable. This turn was never sent.
        (BackendErrorKind::Unusable, Doubt::None | Doubt::Stale) => AfterFailedLook::Send,
        (BackendErrorKind::Unusable, Doubt::Lost) => {
            AfterFailedLook::EndUnseen(TurnFailure::AnswerLost)
        }
        (BackendErrorKind::Unusable, Doubt::Answered) => {
            AfterFailedLook::EndUnseen(TurnFailure::NoOutput)
        }
        _ => AfterFailedLook::Again,
    }
}

/// The doubt that is left once a look has allowed the request to be sent.
pub(super) fn after_sending_again(history_mode: HistoryMode, doubt: Doubt) -> Doubt {
    match history_mode {
        // The request that was lost may still land.
        HistoryMode::Conversation => doubt,
        // Nothing is known of it, nor will be: only what is sent from now on counts.
        HistoryMode::PreviousResponse | HistoryMode::Client => Doubt::None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_answer_has_its_consequence() {
        let text = [json!({ "type": "message", "role": "assistant",
            "content": [{ "type": "output_text", "text": "yes" }] })];
        let refusal = [json!({ "type": "message", "role": "assistant",
            "content": [{ "type": "refusal", "refusal": "no" }] })];
        let call = [json!({ "type": "function_call", "call_id": "c", "name": "f" })];
        let blank = [json!({ "type": "message", "role": "assistant", "content": [] })];
        let thought = [json!({ "type": "reasoning", "summary": [] })];
        let failed = |is_permanent| ModelResponseStatus::Failed {
            message: "it failed".to_owned(),
            is_permanent,
        };
        let early = || ModelResponseStatus::Incomplete("max_output_tokens".to_owned());
        let end = AfterAnswer::End;
        for (status, items, is_spent, expected) in [
            (
                ModelResponseStatus::Completed,
                &text[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                ModelResponseStatus::Completed,
                &refusal[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                ModelResponseStatus::Completed,
                &call[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                ModelResponseStatus::Completed,
                &[],
                false,
                end(TurnFailure::NoOutput),
            ),
            (
                ModelResponseStatus::Completed,
                &blank[..],
                false,
                end(TurnFailure::NoOutput),
            ),
            (
                ModelResponseStatus::Completed,
                &thought[..],
                false,
                end(TurnFailure::NoOutput),
            ),
            (early(), &thought[..], false, AfterAnswer::Accept),
            (early(), &text[..], true, AfterAnswer::Accept),
            (
                ModelResponseStatus::Running,
                &[],
                false,
                AfterAnswer::LookLater,
            ),
            (failed(false), &[], false, AfterAnswer::AskAgain),
            (failed(false), &[], true, end(TurnFailure::Rejected)),
            (failed(true), &text[..], false, end(TurnFailure::Rejected)),
        ] {
            let found = after_answer(&status, items, is_spent);
            assert_eq!(found, expected, "{status:?} {items:?} {is_spent}");
        }
    }

    #[test]
    fn each_failure_has_its_consequence() {
        use BackendErrorKind::{
            Failed, Locked, NoOutput, NotAllowed, NotExecuted, NotFound, Rejected, Unknown,
            Unusable,
        };
        use TurnFailure as As;
        for (kind, doubt, may_be_there, expected) in [
            (Rejected, Doubt::None, false, AfterFailure::Refuse),
            (Rejected, Doubt::None, true, AfterFailure::End(As::Rejected)),
            (NotFound, Doubt::None, true, AfterFailure::Refuse),
            (Failed, Doubt::None, false, AfterFailure::End(As::Rejected)),
            (
                NoOutput,
                Doubt::None,
                false,
                AfterFailure::End(As::NoOutput),
            ),
            (Unusable, Doubt::None, false, AfterFailure::LookOnly),
            (
                NotExecuted,
                Doubt::None,
                false,
                AfterFailure::Again(Doubt::None),
            ),
            (
                NotExecuted,
                Doubt::Lost,
                false,
                AfterFailure::Again(Doubt::Lost),
            ),
            (Locked, Doubt::None, false, AfterFailure::WhenFree),
            (NotAllowed, Doubt::None, false, AfterFailure::Stop),
            (
                Unknown,
                Doubt::None,
                false,
                AfterFailure::Again(Doubt::Lost),
            ),
            (
                Unknown,
                Doubt::Stale,
                false,
                AfterFailure::Again(Doubt::Lost),
            ),
            // Nothing makes an answer undone.
            (
                Unknown,
                Doubt::Answered,
                false,
                AfterFailure::Again(Doubt::Answered),
            ),
        ] {
            assert_eq!(
                after_failure(kind, doubt, may_be_there),
                expected,
                "{kind:?} {doubt:?}"
            );
        }
    }

    #[test]
    fn a_look_that_cannot_be_read_holds_up_nobody() {
        use BackendErrorKind::{NoOutput, NotExecuted, NotFound, Rejected, Unknown, Unusable};
        let unseen = AfterFailedLook::EndUnseen;
        for (kind, doubt, expected) in [
            (NotExecuted, Doubt::Lost, AfterFailedLook::Again),
            (Unknown, Doubt::Lost, AfterFailedLook::Again),
            // Credentials may be refused now and accepted later.
            (Rejected, Doubt::Lost, AfterFailedLook::Again),
            (NotFound, Doubt::Lost, AfterFailedLook::Refuse),
            (
                NoOutput,
                Doubt::Lost,
                AfterFailedLook::End(TurnFailure::NoOutput),
            ),
            (Unusable, Doubt::Stale, AfterFailedLook::Send),
            (Unusable, Doubt::Lost, unseen(TurnFailure::AnswerLost)),
            (Unusable, Doubt::Answered, unseen(TurnFailure::NoOutput)),
        ] {
            assert_eq!(
                after_failed_look(kind, doubt),
                expected,
                "{kind:?} {doubt:?}"
            );
        }
    }

    #[test]
    fn each_look_has_its_consequence() {
        use HistoryMode::{Client, Conversation, PreviousResponse};
        let send = AfterLook::Send;
        for (history_mode, doubt, seen, was_resent, has_waited, expected) in [
            (
                Conversation,
                Doubt::Lost,
                Seen::Complete,
                false,
                false,
                AfterLook::Adopt { noted: true },
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Complete,
                false,
                false,
                AfterLook::Adopt { noted: false },
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Complete,
                false,
                false,
                AfterLook::Adopt { noted: true },
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Running,
                false,
                true,
                AfterLook::Wait,
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Absent,
                false,
                false,
                AfterLook::WaitForArrival,
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Absent,
                false,
                true,
                send(Some(RecoveryAction::Resent)),
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Absent,
                false,
                false,
                send(None),
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Partial,
                false,
                false,
                AfterLook::WaitForArrival,
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Partial,
                false,
                true,
                AfterLook::Replace,
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Partial,
                false,
                true,
                AfterLook::Replace,
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Absent,
                false,
                false,
                AfterLook::WaitForArrival,
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Absent,
                false,
                true,
                AfterLook::End(None),
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Partial,
                false,
                true,
                AfterLook::End(None),
            ),
        ] {
            let facts = Facts {
                history_mode,
                doubt,
                was_resent,
                has_waited,
            };
            assert_eq!(after_look(seen, facts), expected, "{seen:?} {facts:?}");
        }
        for history_mode in [PreviousResponse, Client] {
            for has_waited in [false, true] {
                let facts = |doubt, was_resent| Facts {
                    history_mode,
                    doubt,
                    was_resent,
                    has_waited,
                };
                let lost = AfterLook::End(Some(TurnFailure::AnswerLost));
                let again = send(Some(RecoveryAction::ResentUnverified));
                assert_eq!(after_look(Seen::Absent, facts(Doubt::Lost, false)), again);
                assert_eq!(after_look(Seen::Absent, facts(Doubt::Lost, true)), lost);
                let answered = facts(Doubt::Answered, false);
                assert_eq!(after_look(Seen::Absent, answered), AfterLook::End(None));
                let adopted = after_look(Seen::Complete, facts(Doubt::Lost, true));
                assert_eq!(adopted, AfterLook::Adopt { noted: true });
            }
        }
    }
}
