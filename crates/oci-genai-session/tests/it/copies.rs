//! Copies of histories that break off midway: over real sockets, in requests of at most 20 items, of which a later one
//! fails. What was to be copied is as it was, and nothing half made is left.

use std::sync::Arc;

use oci_genai_emulator::{Effect, Fault};
use oci_genai_session::store::{InMemoryStore, ItemRange, SessionRecord};
use oci_genai_session::{ErrorKind, HistoryMode, Session, SessionOptions};
use serde_json::Value;

use crate::counted::Counted;
use crate::net::{Net, PROJECT};
use crate::world::{KINDS, World, crash, history};

const TURNS: u64 = 25;

async fn with_history(history_mode: HistoryMode) -> (Net, Session) {
    let net = Net::new().await;
    let session = net.session(history_mode).await;
    for number in 1..=TURNS {
        session.send(format!("n{number}")).await.unwrap();
    }
    (net, session)
}

/// How the second request for adding items may fail: refused, or carried out without an answer.
fn failures() -> [Effect; 3] {
    [
        Effect::Status {
            status: 400,
            code: None,
            message: None,
            retry_after: None,
            after: false,
        },
        Effect::Reset { after: true },
        Effect::MalformedJson,
    ]
}

fn break_the_second_batch(net: &Net, effect: Effect) {
    let fault = Fault::new(effect).route("POST /conversations/");
    net.emulator.faults().add(fault.after(1)).unwrap();
}

/// Everything that there is of a session: its record, its transcript, and the conversations on the service.
async fn all(net: &Net, session: &Session) -> (SessionRecord, Vec<String>, Vec<String>) {
    let record = net.store.session(session.id()).await.unwrap().unwrap();
    let range = ItemRange::from(0, u32::MAX);
    let items = net.store.items(session.id(), range).await.unwrap();
    let texts = items.into_iter().map(|item| item.body).collect();
    let project = net.emulator.project(PROJECT);
    let conversations = project
        .conversations
        .iter()
        .map(|conversation| format!("{} {}", conversation.id, conversation.items.len()));
    let conversations = conversations.collect();
    (record, texts, conversations)
}

#[tokio::test]
async fn a_fork_that_fails_midway_leaves_the_original_and_nothing_else() {
    for history_mode in KINDS {
        for effect in failures() {
            let (net, session) = with_history(history_mode).await;
            let before = all(&net, &session).await;
            break_the_second_batch(&net, effect.clone());
            let error = net
                .sessions()
                .fork(&session, None, "fork")
                .await
                .unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::OutcomeUnknown,
                "{history_mode} {effect:?}"
            );
            assert_eq!(all(&net, &session).await, before);
            assert_eq!(net.sessions().list().await.unwrap().len(), 1);
            net.emulator.faults().clear();
            let fork = net.sessions().fork(&session, None, "fork").await.unwrap();
            assert_eq!(net.items(&fork).len() as u64, 2 * TURNS);
            let turn = session.send("next").await.unwrap();
            let seen = format!("{} earlier messages", 2 * TURNS);
            assert!(turn.output_text().contains(&seen), "{}", turn.output_text());
        }
    }
}

#[tokio::test]
async fn a_rewind_or_an_edit_that_fails_midway_leaves_the_session_as_it_was() {
    for effect in failures() {
        let (net, session) = with_history(HistoryMode::Conversation).await;
        let before = all(&net, &session).await;
        break_the_second_batch(&net, effect);
        let error = session.rewind(TURNS - 1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        session.edit(TURNS, "other").await.unwrap_err();
        session.regenerate(TURNS).await.unwrap_err();
        assert_eq!(all(&net, &session).await, before);
        net.emulator.faults().clear();
        let turn = session.edit(TURNS, "other").await.unwrap();
        let seen = format!("{} earlier messages", 2 * (TURNS - 1));
        assert!(turn.output_text().contains(&seen), "{}", turn.output_text());
    }
}

#[tokio::test]
async fn a_switch_that_fails_midway_leaves_the_session_as_it_was() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        for effect in failures() {
            let (net, session) = with_history(history_mode).await;
            let before = all(&net, &session).await;
            break_the_second_batch(&net, effect);
            let switch = session.switch_history_mode(HistoryMode::Conversation);
            assert_eq!(switch.await.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
            assert_eq!(all(&net, &session).await, before);
            net.emulator.faults().clear();
            session
                .switch_history_mode(HistoryMode::Conversation)
                .await
                .unwrap();
            assert_eq!(net.items(&session).len() as u64, 2 * TURNS);
        }
    }
}

#[tokio::test]
async fn a_process_that_ends_during_a_fork_or_an_import_leaves_no_half_session_to_be_found() {
    for importing in [false, true] {
        let counted = Counted::new(Arc::new(InMemoryStore::new()));
        let world = World::with_store(Arc::new(counted.clone()));
        let session = world.session(HistoryMode::Client).await;
        for text in ["one", "two", "three"] {
            session.send(text).await.unwrap();
        }
        let mut lines = Vec::new();
        let put = |line: &str| {
            lines.push(line.to_owned());
            Ok::<(), std::io::Error>(())
        };
        let sessions = world.process();
        sessions.export(session.id().clone(), put).await.unwrap();
        let before = history(&session).await;
        // The second turn is written, and then nothing more happens in that process.
        let halt = counted.halt_after(2);
        let target = world.process();
        let renamed: Vec<String> = lines
            .iter()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                if line["kind"] == "session" {
                    line["record"]["id"] = "ses_other".into();
                    line["record"]["name"] = "fork".into();
                }
                line.to_string()
            })
            .collect();
        let original = session.clone();
        crash(halt, move || async move {
            match importing {
                true => target.import(&renamed).await,
                false => {
                    let options = SessionOptions::new()
                        .name("fork")
                        .history_mode(HistoryMode::Client);
                    target.fork(&original, None, options).await
                }
            }
        })
        .await;
        counted.go_on();
        assert!(
            world
                .process()
                .open("fork")
                .await
                .unwrap_err()
                .is_not_found()
        );
        assert_eq!(history(&session).await, before);
        // The remainder goes with the next purge, and the name was never taken.
        world.clock.advance(world.policy.lease_ttl);
        assert_eq!(world.process().purge().await.unwrap(), 1);
        assert_eq!(world.process().list().await.unwrap().len(), 1);
        let options = SessionOptions::new()
            .name("fork")
            .history_mode(HistoryMode::Client);
        let fork = world.process().fork(&session, None, options).await.unwrap();
        assert_eq!(fork.turn_count(), 3);
        assert_eq!(fork.record().expires_at, None);
    }
}
