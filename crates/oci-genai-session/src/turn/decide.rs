//! What follows from what became of a round's request, without I/O.
//!
//! Nothing is sent twice that may have been carried out, unless a look shows that it was not; where nothing can be looked at, it
//! is sent once more in a turn and not again. Nothing is sent again after it was carried out.

use serde_json::Value;

use crate::item;
use crate::service::{AnswerStatus, ServiceErrorKind};
use crate::store::{Decision, MemoryKind, TurnFailure};

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
pub(super) fn after_answer(status: &AnswerStatus, items: &[Value], is_spent: bool) -> AfterAnswer {
    match status {
        AnswerStatus::Completed if !has_output(items) => AfterAnswer::End(TurnFailure::NoOutput),
        // Why it stopped early is known, and is the answer where there is nothing else.
        AnswerStatus::Completed | AnswerStatus::Incomplete(_) => AfterAnswer::Accept,
        AnswerStatus::Running => AfterAnswer::LookLater,
        AnswerStatus::Failed { is_permanent, .. } if *is_permanent || is_spent => {
            AfterAnswer::End(TurnFailure::Refused)
        }
        AnswerStatus::Failed { .. } => AfterAnswer::AskAgain,
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
    kind: ServiceErrorKind,
    doubt: Doubt,
    may_be_there: bool,
) -> AfterFailure {
    match kind {
        ServiceErrorKind::Refused if may_be_there => AfterFailure::End(TurnFailure::Refused),
        ServiceErrorKind::Refused | ServiceErrorKind::NotFound => AfterFailure::Refuse,
        ServiceErrorKind::Failed => AfterFailure::End(TurnFailure::Refused),
        ServiceErrorKind::NoOutput => AfterFailure::End(TurnFailure::NoOutput),
        ServiceErrorKind::Unusable => AfterFailure::LookOnly,
        ServiceErrorKind::NotDone => AfterFailure::Again(doubt),
        // Whoever holds the lock may be an earlier request of this very round.
        ServiceErrorKind::Locked => AfterFailure::WhenFree,
        ServiceErrorKind::NotAllowed => AfterFailure::Stop,
        ServiceErrorKind::Unknown => AfterFailure::Again(doubt.max(Doubt::Lost)),
    }
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    Part,
    Answer,
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
    Settle,
    /// Remove what was found, and send.
    Replace,
    /// Send, and note this.
    Send(Option<Decision>),
    /// The turn is over; what the service has of it is cleaned up. Without a failure of its own it ends as noted before.
    End(Option<TurnFailure>),
}

/// What is known when a look is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) memory: MemoryKind,
    pub(super) doubt: Doubt,
    /// A request of this turn was sent again without a look.
    pub(super) was_resent: bool,
    /// What is there has had its time to show up.
    pub(super) is_settled: bool,
}

/// What to do after a look.
pub(super) fn after_look(seen: Seen, facts: Facts) -> AfterLook {
    let is_conversation = facts.memory == MemoryKind::Conversation;
    match (seen, facts.doubt) {
        (Seen::Answer, doubt) => AfterLook::Adopt {
            noted: doubt >= Doubt::Lost,
        },
        (Seen::Running, _) => AfterLook::Wait,
        (Seen::Nothing, Doubt::None | Doubt::Stale) => AfterLook::Send(None),
        // A part may be a round in the making; only one that stays as it is gets removed.
        _ if is_conversation && !facts.is_settled => AfterLook::Settle,
        (_, Doubt::Answered) => AfterLook::End(None),
        (Seen::Part, _) => AfterLook::Replace,
        (Seen::Nothing, Doubt::Lost) if is_conversation => AfterLook::Send(Some(Decision::Resent)),
        (Seen::Nothing, Doubt::Lost) if facts.was_resent => {
            AfterLook::End(Some(TurnFailure::AnswerLost))
        }
        (Seen::Nothing, Doubt::Lost) => AfterLook::Send(Some(Decision::ResentUnverified)),
    }
}

/// The doubt that is left once a look has allowed the request to be sent.
pub(super) fn after_sending_again(memory: MemoryKind, doubt: Doubt) -> Doubt {
    match memory {
        // The request that was lost may still land.
        MemoryKind::Conversation => doubt,
        // Nothing is known of it, nor will be: only what is sent from now on counts.
        MemoryKind::Chain | MemoryKind::Local => Doubt::None,
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
        let failed = |is_permanent| AnswerStatus::Failed {
            message: "it failed".to_owned(),
            is_permanent,
        };
        let early = || AnswerStatus::Incomplete("max_output_tokens".to_owned());
        let end = AfterAnswer::End;
        for (status, items, is_spent, expected) in [
            (
                AnswerStatus::Completed,
                &text[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                AnswerStatus::Completed,
                &refusal[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                AnswerStatus::Completed,
                &call[..],
                false,
                AfterAnswer::Accept,
            ),
            (
                AnswerStatus::Completed,
                &[],
                false,
                end(TurnFailure::NoOutput),
            ),
            (
                AnswerStatus::Completed,
                &blank[..],
                false,
                end(TurnFailure::NoOutput),
            ),
            (
                AnswerStatus::Completed,
                &thought[..],
                false,
                end(TurnFailure::NoOutput),
            ),
            (early(), &thought[..], false, AfterAnswer::Accept),
            (early(), &text[..], true, AfterAnswer::Accept),
            (AnswerStatus::Running, &[], false, AfterAnswer::LookLater),
            (failed(false), &[], false, AfterAnswer::AskAgain),
            (failed(false), &[], true, end(TurnFailure::Refused)),
            (failed(true), &text[..], false, end(TurnFailure::Refused)),
        ] {
            let found = after_answer(&status, items, is_spent);
            assert_eq!(found, expected, "{status:?} {items:?} {is_spent}");
        }
    }

    #[test]
    fn each_failure_has_its_consequence() {
        use ServiceErrorKind::{
            Failed, Locked, NoOutput, NotAllowed, NotDone, NotFound, Refused, Unknown, Unusable,
        };
        use TurnFailure as As;
        for (kind, doubt, may_be_there, expected) in [
            (Refused, Doubt::None, false, AfterFailure::Refuse),
            (Refused, Doubt::None, true, AfterFailure::End(As::Refused)),
            (NotFound, Doubt::None, true, AfterFailure::Refuse),
            (Failed, Doubt::None, false, AfterFailure::End(As::Refused)),
            (
                NoOutput,
                Doubt::None,
                false,
                AfterFailure::End(As::NoOutput),
            ),
            (Unusable, Doubt::None, false, AfterFailure::LookOnly),
            (
                NotDone,
                Doubt::None,
                false,
                AfterFailure::Again(Doubt::None),
            ),
            (
                NotDone,
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
    fn each_look_has_its_consequence() {
        use MemoryKind::{Chain, Conversation, Local};
        let send = AfterLook::Send;
        for (memory, doubt, seen, was_resent, is_settled, expected) in [
            (
                Conversation,
                Doubt::Lost,
                Seen::Answer,
                false,
                false,
                AfterLook::Adopt { noted: true },
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Answer,
                false,
                false,
                AfterLook::Adopt { noted: false },
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Answer,
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
                Seen::Nothing,
                false,
                false,
                AfterLook::Settle,
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Nothing,
                false,
                true,
                send(Some(Decision::Resent)),
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Nothing,
                false,
                false,
                send(None),
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Part,
                false,
                false,
                AfterLook::Settle,
            ),
            (
                Conversation,
                Doubt::Lost,
                Seen::Part,
                false,
                true,
                AfterLook::Replace,
            ),
            (
                Conversation,
                Doubt::Stale,
                Seen::Part,
                false,
                true,
                AfterLook::Replace,
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Nothing,
                false,
                false,
                AfterLook::Settle,
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Nothing,
                false,
                true,
                AfterLook::End(None),
            ),
            (
                Conversation,
                Doubt::Answered,
                Seen::Part,
                false,
                true,
                AfterLook::End(None),
            ),
        ] {
            let facts = Facts {
                memory,
                doubt,
                was_resent,
                is_settled,
            };
            assert_eq!(after_look(seen, facts), expected, "{seen:?} {facts:?}");
        }
        for memory in [Chain, Local] {
            for is_settled in [false, true] {
                let facts = |doubt, was_resent| Facts {
                    memory,
                    doubt,
                    was_resent,
                    is_settled,
                };
                let lost = AfterLook::End(Some(TurnFailure::AnswerLost));
                let again = send(Some(Decision::ResentUnverified));
                assert_eq!(after_look(Seen::Nothing, facts(Doubt::Lost, false)), again);
                assert_eq!(after_look(Seen::Nothing, facts(Doubt::Lost, true)), lost);
                let answered = facts(Doubt::Answered, false);
                assert_eq!(after_look(Seen::Nothing, answered), AfterLook::End(None));
                let adopted = after_look(Seen::Answer, facts(Doubt::Lost, true));
                assert_eq!(adopted, AfterLook::Adopt { noted: true });
            }
        }
    }
}
