//! What has to be true after a campaign.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use oci_genai_emulator::Emulator;
use oci_genai_session::store::{CallPlace, Direction, TurnFailure, TurnRecord, TurnState};
use oci_genai_session::{HistoryMode, RecoveryAction, Session};
use serde_json::Value;

use crate::child::key;
use crate::late::{self, LateRequest};
use crate::target;

const PROJECT: &str = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator";

/// What a campaign did.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) turns: u64,
    calls: u64,
    unknown: u64,
    /// Requests that landed though their process had lost its lease while it was stopped.
    late: u64,
    decisions: BTreeMap<String, u64>,
    failures: BTreeMap<String, u64>,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} turns exactly once, {} tool calls exactly once, \
             {} reported to the model as of unknown outcome; {:?}; turns that failed and were asked again: {:?}; \
             sent by a process that had been stopped: {}",
            self.turns, self.calls, self.unknown, self.decisions, self.failures, self.late
        )
    }
}

/// Prints the state when a check fails.
struct Witness<'a> {
    session: &'a Session,
    turns: Vec<TurnRecord>,
    here: Vec<Value>,
    there: Vec<Value>,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        eprintln!("session {:?}", self.session.name());
        for turn in &self.turns {
            eprintln!(
                "  turn {} {} {:?} {:?} {:?}",
                turn.seq, turn.turn_id, turn.state, turn.error, turn.recoveries
            );
        }
        for (place, items) in [("store", &self.here), ("service", &self.there)] {
            eprintln!("  in the {place}:");
            items.iter().for_each(|item| eprintln!("    {item}"));
        }
    }
}

fn text(item: &Value) -> String {
    let parts = item["content"].as_array().cloned().unwrap_or_default();
    parts
        .iter()
        .filter_map(|part| part["text"].as_str())
        .collect()
}

/// Every turn is there once and in order, every answer knew all turns before it, every tool left its trace once, and the
/// service has what the store has.
pub(crate) async fn verify(
    session: &Session,
    emulator: &Emulator,
    ledger: &Path,
    late: &[LateRequest],
    totals: &mut Totals,
) {
    let turns = session.turns(0, u32::MAX).await.unwrap();
    let records = session.items(0, u32::MAX).await.unwrap();
    let items: Vec<Value> = records
        .iter()
        .map(|record| serde_json::from_str(&record.body).unwrap())
        .collect();
    let conversation = session
        .conversation_id()
        .map(|id| emulator.conversation(PROJECT, &id).unwrap());
    let _witness = Witness {
        session,
        turns: turns.clone(),
        here: items.clone(),
        there: conversation
            .as_ref()
            .map_or_else(Vec::new, |conversation| conversation.items.clone()),
    };
    let there = conversation
        .as_ref()
        .map_or(&[][..], |conversation| &conversation.items);
    let stray = late::places(late, there, &items);
    totals.late += stray
        .iter()
        .filter(|place| there[**place]["role"] == "user")
        .count() as u64;
    let notes = std::fs::read_to_string(ledger.join("notes")).unwrap_or_default();
    // No call left two traces, whatever became of its turn.
    let mut lines: Vec<&str> = notes.lines().collect();
    lines.sort_unstable();
    assert!(
        lines.windows(2).all(|pair| pair[0] != pair[1]),
        "a tool ran twice"
    );
    for turn in turns.iter().filter(|turn| turn.state == TurnState::Failed) {
        // Where something can be looked at, no turn is lost.
        assert_ne!(
            session.history_mode(),
            HistoryMode::Conversation,
            "{:?}",
            turn.error
        );
        let failure = turn.failure.unwrap();
        assert_ne!(failure, TurnFailure::Rejected, "{:?}", turn.error);
        *totals.failures.entry(format!("{failure:?}")).or_default() += 1;
    }
    let committed = turns.iter().filter(|turn| turn.state != TurnState::Failed);
    for (index, turn) in committed.enumerate() {
        let number = index as u64 + 1;
        assert_eq!(turn.turn_id, format!("t{number}"));
        assert_eq!(turn.state, TurnState::Committed, "{:?}", turn.error);
        totals.turns += 1;
        for recovery in &turn.recoveries {
            *totals
                .decisions
                .entry(format!("{:?}", recovery.action))
                .or_default() += 1;
        }
        let of_turn: Vec<&Value> = records
            .iter()
            .zip(&items)
            .filter(|(record, _)| record.turn == turn.seq)
            .map(|(_, item)| item)
            .collect();
        let questions: Vec<String> = of_turn
            .iter()
            .filter(|item| item["role"] == "user")
            .map(|item| text(item))
            .collect();
        assert_eq!(
            questions,
            [target::text(number)],
            "the question of turn {number}"
        );
        let answer = text(of_turn.last().unwrap());
        let calls: Vec<&&Value> = of_turn
            .iter()
            .filter(|i| i["type"] == "function_call")
            .collect();
        if calls.is_empty() {
            // The model counts what it sees: each earlier turn is a question and an answer.
            if number % 5 != 4 {
                // Besides those, it sees what a process sent that had been stopped.
                let id = &of_turn.last().unwrap()["id"];
                let place = there.iter().position(|item| item["id"] == *id);
                let is_message = |place: &&usize| there[**place]["type"] == "message";
                let strays = stray.range(..place.unwrap_or(0)).filter(is_message);
                let seen = match 2 * index + strays.count() {
                    0 => "no earlier messages".to_owned(),
                    seen => format!("{seen} earlier messages"),
                };
                assert!(
                    answer.contains(&seen),
                    "turn {number} should see {seen}: {answer}"
                );
            }
        } else {
            assert_eq!(calls.len(), 1, "turn {number} calls once");
        }
        for call in calls {
            let id = call["call_id"].as_str().unwrap();
            let outputs: Vec<&&Value> = of_turn
                .iter()
                .filter(|item| item["type"] == "function_call_output" && item["call_id"] == id)
                .collect();
            assert_eq!(
                outputs.len(),
                1,
                "call {id} of turn {number} has one output"
            );
            let written = records.iter().zip(&items).filter(|(record, _)| {
                record.turn == turn.seq
                    && record.round == 0
                    && record.direction == Direction::Output
            });
            let position = written
                .map(|(_, item)| item)
                .position(|item| item["type"] == "function_call")
                .unwrap();
            let place = CallPlace {
                round: 0,
                position: u32::try_from(position).unwrap(),
            };
            let id = key(session.id(), turn.seq, place);
            let traces = match call["name"].as_str().unwrap() {
                "put" => usize::from(ledger.join(&id).exists()),
                _ => notes.lines().filter(|line| *line == id).count(),
            };
            let unknown = outputs[0]["output"]
                .to_string()
                .contains("outcome is unknown");
            assert!(
                traces == 1 || (unknown && traces == 0),
                "call {id} left {traces} traces"
            );
            if unknown {
                assert!(
                    turn.recoveries
                        .iter()
                        .any(|r| r.action == RecoveryAction::ToolOutcomeUnknown)
                );
                totals.unknown += 1;
            } else {
                totals.calls += 1;
            }
        }
    }
    // Nothing ran without belonging to a turn: that is seen when all sessions' calls are counted, by id.
    let outputs = records
        .iter()
        .filter(|record| record.direction == Direction::Output);
    assert!(outputs.count() as u64 >= session.turn_count());
    if let Some(conversation) = &conversation {
        let brief = |item: &Value| {
            let kind = item["type"].as_str().unwrap_or("message").to_owned();
            (
                kind,
                item["role"].clone(),
                text(item),
                item["call_id"].clone(),
            )
        };
        let there = conversation.items.iter().enumerate();
        let there: Vec<_> = there
            .filter(|(place, _)| !stray.contains(place))
            .map(|(_, item)| brief(item))
            .collect();
        let here: Vec<_> = items.iter().map(brief).collect();
        assert_eq!(there, here, "the service and the store hold the same");
    }
}
