//! Responses that come about after their caller has lost sight of them.

use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_session::{HistoryMode, RecoveryAction, SessionConfig, SessionOptions, Sessions};

use crate::double::Fault;
use crate::net::{Net, PROJECT, assert_same};
use crate::world::{World, decisions, history};

#[tokio::test]
async fn a_response_still_being_made_is_waited_for_and_adopted() {
    for history_mode in [HistoryMode::Conversation, HistoryMode::PreviousResponse] {
        let world = World::new();
        let session = world.session(history_mode).await;
        session.send("one").await.unwrap();
        world.service.fail(Fault::Cut);
        world.service.work_for(3);
        let turn = session.stream("two").finish().await.unwrap();
        assert_eq!(turn.output_text(), "1 questions before; you said: two");
        assert_eq!(
            decisions(&turn),
            [RecoveryAction::Waited, RecoveryAction::Adopted]
        );
        assert_eq!(world.service.requests().len(), 2);
        assert_eq!(history(&session).await.len(), 4);
    }
}

#[tokio::test]
async fn a_request_under_way_is_not_sent_again_while_its_conversation_is_locked() {
    let net = Net::new().await;
    // A client that would wait for a lock by itself, and then send.
    let client = Client::builder()
        .base_url(net.emulator.base_url())
        .api_key("sk-emulator")
        .project(PROJECT)
        .model("m")
        .attempt_timeout(Duration::from_millis(150))
        .retry(
            RetryConfig::new()
                .base_delay(Duration::from_millis(400))
                .jitter(|| 1.0),
        )
        .build()
        .unwrap();
    let mut policy = SessionConfig::default();
    policy.resend_delay = Duration::from_millis(20);
    policy.initial_backoff = Duration::from_millis(10);
    policy.max_backoff = Duration::from_millis(50);
    let sessions = Sessions::builder(client, net.store.clone())
        .config(policy)
        .build();
    let options = SessionOptions::new().history_mode(HistoryMode::Conversation);
    let session = sessions.create(options).await.unwrap();
    session.send("one").await.unwrap();
    // The answer takes longer than the client waits: the session looks, finds nothing yet, and has to be careful.
    let turn = session.send("two slow:1500").await.unwrap();
    assert!(
        turn.output_text().contains("2 earlier messages"),
        "{}",
        turn.output_text()
    );
    assert_eq!(decisions(&turn).last(), Some(&RecoveryAction::Adopted));
    // Nor does anything land later.
    net.emulator.wait_until_idle().await;
    assert_eq!(net.items(&session).len(), 4);
    assert_same(&net, &session).await;
}
