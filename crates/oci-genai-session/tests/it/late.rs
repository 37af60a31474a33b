//! Requests that land after their caller has given up on them.

use std::time::Duration;

use oci_genai::Client;
use oci_genai::middleware::RetryConfig;
use oci_genai_session::{Decision, MemoryKind, Policy, SessionOptions, Sessions};

use crate::net::{Net, PROJECT, assert_same};
use crate::world::decisions;

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
    let mut policy = Policy::default();
    policy.settle = Duration::from_millis(20);
    policy.poll_first = Duration::from_millis(10);
    policy.poll_most = Duration::from_millis(50);
    let sessions = Sessions::builder(client, net.store.clone())
        .policy(policy)
        .build();
    let options = SessionOptions::new().memory(MemoryKind::Conversation);
    let session = sessions.create(options).await.unwrap();
    session.send("one").await.unwrap();
    // The answer takes longer than the client waits: the session looks, finds nothing yet, and has to be careful.
    let turn = session.send("two slow:1500").await.unwrap();
    assert!(
        turn.output_text().contains("2 earlier messages"),
        "{}",
        turn.output_text()
    );
    assert_eq!(decisions(&turn).last(), Some(&Decision::Adopted));
    // Nor does anything land later.
    net.emulator.until_idle().await;
    assert_eq!(net.items(&session).len(), 4);
    assert_same(&net, &session).await;
}
