//! Sessions behind a gateway that answers in the service's place, over real sockets.

use std::sync::Arc;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_emulator::{Effect, Fault};
use oci_genai_session::clock::{ManualTimeSource, Timestamp};
use oci_genai_session::store::InMemoryStore;
use oci_genai_session::tool::{Tools, tool};
use oci_genai_session::{
    ErrorKind, HistoryMode, RecoveryAction, Session, SessionOptions, Sessions,
};
use serde_json::Value;

use crate::gateway::{Gateway, Trick};
use crate::net::{Net, PROJECT, assert_same};
use crate::world::{KINDS, decisions};

async fn behind_a_gateway(history_mode: HistoryMode) -> (Net, Gateway, Session) {
    let net = Net::new().await;
    let gateway = Gateway::before(&net.emulator.base_url()).await;
    let client = Client::builder()
        .base_url(gateway.base_url())
        .api_key("sk-emulator")
        .project(PROJECT)
        .model("m")
        // With all of the client's own retries.
        .retry(RetryConfig::new().jitter(|| 0.0))
        .build()
        .unwrap();
    let clock = ManualTimeSource::new(Timestamp::from_millis(1_700_000_000_000));
    let sessions = Sessions::builder(client, net.store.clone())
        .clock(clock)
        .build();
    let options = SessionOptions::new().name("s").history_mode(history_mode);
    let session = sessions.create(options).await.unwrap();
    session.send("one").await.unwrap();
    (net, gateway, session)
}

async fn say(
    session: &Session,
    text: &str,
    streaming: bool,
) -> oci_genai_session::Result<oci_genai_session::Turn> {
    match streaming {
        true => session.stream(text).finish().await,
        false => session.send(text).await,
    }
}

#[tokio::test]
async fn an_empty_503_after_delivery_is_looked_into_and_the_turn_stands_there_once() {
    for streaming in [false, true] {
        for status in [503, 502, 504, 500, 408, 499] {
            let (net, gateway, session) = behind_a_gateway(HistoryMode::Conversation).await;
            gateway.then([Trick::Status(status)]);
            let turn = say(&session, "two", streaming).await.unwrap();
            assert_eq!(decisions(&turn), [RecoveryAction::Adopted], "{status}");
            assert_eq!(gateway.delivered(), 2, "{status}");
            assert!(turn.output_text().contains("2 earlier messages"));
            assert_same(&net, &session).await;
            let third = session.send("three").await.unwrap();
            assert!(third.output_text().contains("4 earlier messages"));
        }
    }
}

#[tokio::test]
async fn where_nothing_can_be_looked_at_a_gateways_503_costs_one_more_request() {
    for history_mode in [HistoryMode::PreviousResponse, HistoryMode::Client] {
        for streaming in [false, true] {
            let (_net, gateway, session) = behind_a_gateway(history_mode).await;
            gateway.then([Trick::Status(503)]);
            let turn = say(&session, "two", streaming).await.unwrap();
            assert_eq!(decisions(&turn), [RecoveryAction::ResentUnverified]);
            assert_eq!(gateway.delivered(), 3, "{history_mode}");
            // A gateway that does it again and again is given up on, and the session goes on.
            gateway.then([Trick::Status(503); 9]);
            let error = say(&session, "three", streaming).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AnswerLost, "{history_mode}");
            assert_eq!(gateway.delivered(), 5, "{history_mode}");
            gateway.clear();
            let turn = session.send("four").await.unwrap();
            assert!(
                turn.output_text().contains("4 earlier messages"),
                "{history_mode}"
            );
            assert_eq!(gateway.delivered(), 6);
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_bought_once() {
    for history_mode in KINDS {
        let (net, gateway, session) = behind_a_gateway(history_mode).await;
        gateway.then([Trick::Unreadable]);
        let result = session.send("two").await;
        assert_eq!(gateway.delivered(), 2, "{history_mode}");
        let seen = match history_mode {
            HistoryMode::Conversation => {
                assert_eq!(decisions(&result.unwrap()), [RecoveryAction::Adopted]);
                4
            }
            _ => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::NoOutput);
                2
            }
        };
        let turn = session.send("three").await.unwrap();
        let seen = format!("{seen} earlier messages");
        assert!(
            turn.output_text().contains(&seen),
            "{history_mode}: {}",
            turn.output_text()
        );
        assert_eq!(gateway.delivered(), 3);
        if history_mode == HistoryMode::Conversation {
            assert_same(&net, &session).await;
        }
    }
}

#[tokio::test]
async fn the_services_final_words_end_the_turn_and_the_next_one_begins() {
    let failed = |code: &str| Effect::Fail {
        code: code.to_owned(),
        message: "these are the words".to_owned(),
    };
    let status = |status, code: &str| Effect::Status {
        status,
        code: Some(code.to_owned()),
        message: Some("these are the words".to_owned()),
        retry_after: None,
        after: false,
    };
    let event = |code: &str| Effect::ErrorEvent {
        events: 3,
        code: code.to_owned(),
        message: "these are the words".to_owned(),
    };
    for history_mode in KINDS {
        for (effect, streaming) in [
            (failed("context_length_exceeded"), false),
            (failed("context_length_exceeded"), true),
            (failed("content_filter"), true),
            (failed("insufficient_quota"), false),
            (status(429, "insufficient_quota"), false),
            (status(429, "insufficient_quota"), true),
            (status(400, "context_length_exceeded"), true),
            (event("context_length_exceeded"), true),
            (event("insufficient_quota"), true),
        ] {
            let (net, gateway, session) = behind_a_gateway(history_mode).await;
            net.fail(effect.clone());
            let error = say(&session, "two", streaming).await.unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::Rejected,
                "{history_mode} {effect:?}"
            );
            assert!(error.to_string().contains("these are the words"), "{error}");
            assert_eq!(gateway.delivered(), 2, "{history_mode} {effect:?}");
            let turn = session.send("three").await.unwrap();
            assert!(
                turn.output_text().contains("2 earlier messages"),
                "{history_mode} {effect:?}"
            );
            assert_eq!(gateway.delivered(), 3);
            if history_mode == HistoryMode::Conversation {
                assert_same(&net, &session).await;
            }
        }
    }
}

#[tokio::test]
async fn a_chain_whose_response_was_forgotten_goes_on_from_the_store() {
    let (net, gateway, session) = behind_a_gateway(HistoryMode::PreviousResponse).await;
    let second = session.send("two").await.unwrap();
    let forget = net
        .client()
        .responses()
        .delete(second.response_id().unwrap());
    forget.send().await.unwrap();
    let turn = session.send("three").await.unwrap();
    assert_eq!(decisions(&turn), [RecoveryAction::HistoryReplayed]);
    assert!(
        turn.output_text().contains("4 earlier messages"),
        "{}",
        turn.output_text()
    );
    // From there on it is a chain again.
    let delivered = gateway.delivered();
    let turn = session.send("four").await.unwrap();
    assert!(turn.recoveries().is_empty());
    assert!(turn.output_text().contains("6 earlier messages"));
    assert_eq!(gateway.delivered(), delivered + 1);
}

#[tokio::test]
async fn calls_without_ids_of_their_own_work_over_the_wire() {
    for history_mode in KINDS {
        for id in ["call_0", ""] {
            let net = Net::new().await;
            let one_id = Effect::CallId { id: id.to_owned() };
            net.emulator.faults().add(Fault::new(one_id)).unwrap();
            let tools = Tools::new().with(tool("note", "Notes", |value: Value| async move {
                Ok::<_, String>(format!("noted {value}"))
            }));
            let session = net.session(history_mode).await.with_tools(tools);
            for number in 0..2 {
                let text = format!("call:note {{\"n\":{number}}}");
                let turn = session.send(text).await.unwrap();
                let noted = format!("noted {{\"n\":{number}}}");
                assert!(
                    turn.output_text().contains(&noted),
                    "{history_mode} {id:?}: {}",
                    turn.output_text()
                );
            }
            let turn = session.send("and on").await.unwrap();
            assert!(
                turn.output_text().contains("earlier messages"),
                "{history_mode} {id:?}"
            );
        }
    }
}

#[tokio::test]
async fn another_models_sealed_thoughts_are_not_replayed() {
    let net = Net::new().await;
    let store = Arc::new(InMemoryStore::new());
    let with_model = |model: &str| {
        let client = Client::builder()
            .base_url(net.emulator.base_url())
            .api_key("sk-emulator")
            .project(PROJECT)
            .model(model)
            .build()
            .unwrap();
        let store: Arc<dyn oci_genai_session::store::Store> = store.clone();
        Sessions::new(client, store)
    };
    let options = SessionOptions::new()
        .name("s")
        .history_mode(HistoryMode::Client)
        .extra_body(
            "include",
            serde_json::json!(["reasoning.encrypted_content"]),
        )
        .extra_body("reasoning", serde_json::json!({ "effort": "low" }));
    let session = with_model("a").create(options).await.unwrap();
    session.send("one").await.unwrap();
    // The models that wrote the thoughts that each request carries.
    let thoughts = || {
        let requests = net.emulator.requests();
        let last = requests
            .iter()
            .rfind(|request| request.path.ends_with("/responses"));
        let input = last.unwrap().body["input"].as_array().unwrap().clone();
        input
            .iter()
            .filter(|item| item["type"] == "reasoning")
            .count()
    };
    session.send("two").await.unwrap();
    assert_eq!(thoughts(), 1);
    let other = with_model("b").open("s").await.unwrap();
    let turn = other.send("three").await.unwrap();
    assert_eq!(thoughts(), 0);
    assert!(
        turn.output_text().contains("4 earlier messages"),
        "{}",
        turn.output_text()
    );
    other.send("four").await.unwrap();
    assert_eq!(thoughts(), 1, "its own");
    with_model("a")
        .open("s")
        .await
        .unwrap()
        .send("five")
        .await
        .unwrap();
    assert_eq!(thoughts(), 2, "those of the first two turns");
}
