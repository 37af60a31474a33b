//! Requests of a process that was stopped past its lease between making sure of it and sending: nothing on the service's side
//! keeps them from landing. They are known by their process and by when they came, and nothing else may stand in a
//! conversation besides its session's turns.

use std::collections::BTreeSet;

use oci_genai_emulator::Emulator;
use serde_json::Value;

use crate::target;

/// What a process sent after it had been stopped.
#[derive(Clone, Debug)]
pub(crate) struct LateRequest {
    pub(crate) session: String,
    input: Vec<Value>,
}

/// The number of the service's last request.
pub(crate) fn last_request(emulator: &Emulator) -> u64 {
    emulator
        .requests()
        .last()
        .map_or(0, |request| request.number)
}

/// The requests for responses that a process sent after the one of that number.
pub(crate) fn sent_after(
    emulator: &Emulator,
    number: u64,
    process: u32,
    session: &str,
) -> Vec<LateRequest> {
    let agent = target::user_agent(process);
    let is_late = |agents: &str| agents.split(' ').any(|one| one == agent);
    emulator
        .requests()
        .into_iter()
        .filter(|request| request.number > number)
        .filter(|request| request.method == "POST" && request.path == "/responses")
        .filter(|request| request.header("user-agent").is_some_and(is_late))
        .filter_map(|request| {
            let input = request.body["input"].as_array()?.clone();
            let session = session.to_owned();
            Some(LateRequest { session, input })
        })
        .collect()
}

/// Where in a conversation the items stand that late requests left: each request once at most, and nothing that the store has.
pub(crate) fn places(late: &[LateRequest], there: &[Value], here: &[Value]) -> BTreeSet<usize> {
    let known: BTreeSet<&str> = here.iter().filter_map(|item| item["id"].as_str()).collect();
    let mut places = BTreeSet::new();
    for request in late {
        let found = (0..there.len())
            .filter(|start| !places.contains(start))
            .filter_map(|start| run(&request.input, there, start))
            .find(|(outputs, _)| {
                let mut ids = there[outputs.clone()]
                    .iter()
                    .map(|item| item["id"].as_str());
                !outputs.is_empty() && ids.all(|id| id.is_some_and(|id| !known.contains(id)))
            });
        if let Some((outputs, end)) = found {
            places.extend(outputs.start - request.input.len()..end);
        }
    }
    places
}

/// What follows an input that stands at a place: its answer, and where that ends together with what later turns put in for its
/// calls.
fn run(input: &[Value], there: &[Value], start: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let stored = there.get(start..start + input.len())?;
    let same = |(sent, stored): (&Value, &Value)| {
        let members = ["role", "content", "call_id", "output"];
        members.iter().all(|member| sent[member] == stored[member])
    };
    if input.is_empty() || !input.iter().zip(stored).all(same) {
        return None;
    }
    let begin = start + input.len();
    let is_input = |item: &Value| item["role"] == "user" || item["type"] == "function_call_output";
    let after = |from: usize, of: &dyn Fn(&Value) -> bool| {
        let length = there[from..].iter().position(|item| !of(item));
        length.map_or(there.len(), |length| from + length)
    };
    let end = after(begin, &|item| !is_input(item));
    let calls: Vec<&Value> = there[begin..end]
        .iter()
        .filter(|item| item["type"] == "function_call")
        .map(|item| &item["call_id"])
        .collect();
    let put_in =
        |item: &Value| item["type"] == "function_call_output" && calls.contains(&&item["call_id"]);
    Some((begin..end, after(end, &put_in)))
}
