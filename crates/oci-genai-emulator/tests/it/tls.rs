//! The emulator over TLS.

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Effect, Emulator, Fault};
use reqwest::{Certificate, Client, ClientBuilder, Version};
use serde_json::json;

use crate::support::{answer, events_of};

/// A client that trusts this emulator's authority and no other.
fn trusting(emulator: &Emulator) -> ClientBuilder {
    let ca = Certificate::from_pem(emulator.ca_pem().unwrap().as_bytes()).unwrap();
    Client::builder().tls_certs_only([ca])
}

fn ask(client: &Client, emulator: &Emulator, stream: bool) -> reqwest::RequestBuilder {
    client
        .post(format!("{}/responses", emulator.base_url()))
        .bearer_auth(DEFAULT_API_KEY)
        .header("openai-project", DEFAULT_PROJECT)
        .json(&json!({"model": "m", "input": "count:3", "stream": stream}))
}

#[tokio::test]
async fn both_versions_of_http_are_served_over_tls() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    assert!(emulator.base_url().starts_with("https://127.0.0.1:"));
    assert_eq!(emulator.ready_record().ca_pem.as_deref(), emulator.ca_pem());
    for (client, version) in [
        (trusting(&emulator), Version::HTTP_2),
        (trusting(&emulator).http1_only(), Version::HTTP_11),
    ] {
        let client = client.build().unwrap();
        let response = ask(&client, &emulator, true).send().await.unwrap();
        assert_eq!(response.version(), version);
        let events = events_of(response).await;
        assert_eq!(events.last().unwrap().name, "response.completed");
        // By name as well as by address; the page of its owner, too.
        let named = format!("https://localhost:{}/inspector", emulator.address().port());
        assert_eq!(client.get(named).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn who_does_not_trust_or_speaks_plainly_gets_nothing() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let another = Emulator::builder().tls().start().await.unwrap();
    let stranger = trusting(&another).build().unwrap();
    assert!(
        ask(&stranger, &emulator, false)
            .send()
            .await
            .unwrap_err()
            .is_connect()
    );
    let plain = format!("http://{}/openai/v1/responses", emulator.address());
    assert!(Client::new().get(plain).send().await.is_err());
    assert!(emulator.requests().is_empty());
    assert!(Emulator::start().await.unwrap().ca_pem().is_none());
}

#[tokio::test]
async fn a_reset_is_a_reset_over_tls() {
    let fault = Fault::new(Effect::Reset { after: true }).times(1);
    let emulator = Emulator::builder()
        .tls()
        .fault(fault)
        .start()
        .await
        .unwrap();
    let client = trusting(&emulator).build().unwrap();
    let lost = ask(&client, &emulator, false).send().await.unwrap_err();
    assert!(lost.status().is_none());
    let (status, _) = answer(ask(&client, &emulator, false).send().await.unwrap()).await;
    assert_eq!(status, 200);
}
