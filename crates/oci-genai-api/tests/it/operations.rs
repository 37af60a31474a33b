//! Tests of the requests that generated operations send.

use std::sync::{Arc, Mutex};

use oci_genai_api::types::{CreateResponse, Include, ListOrder};
use oci_genai_api::{Body, BoxError, Client, Error, Transport};
use tower::service_fn;

type Seen = Arc<Mutex<Vec<http::Request<Body>>>>;

/// Returns a client that records its requests, and the requests.
fn recording() -> (Client, Seen) {
    let seen: Seen = Arc::default();
    let recorder = seen.clone();
    let service = service_fn(move |request: http::Request<Body>| {
        recorder.lock().unwrap().push(request);
        async {
            let mut answer = http::Response::new(Body::from("{}"));
            *answer.status_mut() = http::StatusCode::NO_CONTENT;
            Ok::<_, BoxError>(answer)
        }
    });
    let client = Client::new_with_client(
        "http://127.0.0.1/openai/v1",
        reqwest::Client::new(),
        Transport::new(service),
    );
    (client, seen)
}

fn only(seen: &Seen) -> http::Request<Body> {
    let mut seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1, "{seen:?}");
    seen.remove(0)
}

#[tokio::test]
async fn ids_are_encoded_and_stay_in_their_segment() {
    let (client, seen) = recording();
    let _ = client.retrieve_item("conv/../x", "a b?c#d", None).await;
    assert_eq!(
        only(&seen).uri(),
        "http://127.0.0.1/openai/v1/conversations/conv%2F..%2Fx/items/a%20b%3Fc%23d"
    );
}

#[tokio::test]
async fn ids_that_lead_to_another_route_are_rejected_before_sending() {
    let (client, seen) = recording();
    for id in ["", ".", ".."] {
        match client.delete_conversation(id).await {
            Err(Error::InvalidRequest(reason)) => {
                assert!(reason.starts_with("`conversation_id`"), "{reason}");
            }
            other => panic!("{id:?}: {other:?}"),
        }
    }
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn lists_and_enums_are_sent_in_the_query() {
    let (client, seen) = recording();
    let include = vec![Include::from("a.b"), Include::from("c")];
    let _ = client
        .list_items(
            "conv_1",
            Some(3),
            Some(&ListOrder::Asc),
            Some("x y"),
            Some(&include),
        )
        .await;
    assert_eq!(
        only(&seen).uri().query(),
        Some("limit=3&order=asc&after=x+y&include=a.b&include=c")
    );
}

#[tokio::test]
async fn a_stream_requests_events_on_the_same_path() {
    let (client, seen) = recording();
    let request = CreateResponse::new().input("hello").stream(true);
    let _ = client.create_response_stream(&request).await;
    let streamed = only(&seen);
    let _ = client.create_response(&request).await;
    let whole = only(&seen);
    assert_eq!(streamed.uri(), whole.uri());
    assert_eq!(streamed.headers()["accept"], "text/event-stream");
    assert_eq!(whole.headers()["accept"], "application/json");
}

#[tokio::test]
async fn only_members_of_the_contract_are_sent() {
    let (client, seen) = recording();
    let _ = client.create_response(&CreateResponse::new()).await;
    let request = only(&seen);
    let mut names: Vec<&str> = request
        .headers()
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-type"]);
    assert_eq!(request.headers()["content-type"], "application/json");
}
