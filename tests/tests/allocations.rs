//! Counts the allocations of the hot paths. There is only one test function, because the counter
//! belongs to the process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::time::{Duration, SystemTime};

use futures_util::{StreamExt as _, stream};
use oci_genai::StreamEventExt as _;
use oci_genai::sse::Decoder;
use oci_genai::types::StreamEvent;
use oci_genai_auth::{KeyId, PrivateKey, RequestSigner};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Runs `work`, and returns its result with the number of allocations and allocated bytes.
fn counted<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = dhat::HeapStats::get();
    let value = work();
    let after = dhat::HeapStats::get();
    let blocks = after.total_blocks - before.total_blocks;
    (value, blocks, after.total_bytes - before.total_bytes)
}

#[test]
fn hot_paths_stay_within_their_allocation_limits() {
    let _profiler = dhat::Profiler::builder().testing().build();
    a_text_delta_costs_two_allocations();
    signing_does_not_copy_the_body();
    an_open_stream_uses_less_than_64_kib();
}

/// One allocation for the item's id and one for the text; the caller owns both.
fn a_text_delta_costs_two_allocations() {
    const EVENTS: u64 = 1000;
    let stream: String = (0..EVENTS)
        .map(|number| {
            format!(
                "event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"item_id\":\
                 \"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"word \",\"logprobs\":[],\
                 \"sequence_number\":{number}}}\n\n"
            )
        })
        .collect();
    let mut decoder = Decoder::new();
    decoder.push(stream);
    let (deltas, blocks, _) = counted(|| {
        let mut deltas = 0;
        while let Some(frame) = decoder.next_frame().unwrap() {
            let event: StreamEvent = serde_json::from_slice(&frame.data).unwrap();
            deltas += u64::from(event.text_delta().is_some());
        }
        deltas
    });
    assert_eq!(deltas, EVENTS);
    // Up to eight more for the decoder itself.
    assert!(
        blocks <= 2 * EVENTS + 8,
        "{blocks} allocations for {EVENTS} events"
    );
}

fn signing_does_not_copy_the_body() {
    let key_id = KeyId::api_key("ocid1.tenancy.oc1..t", "ocid1.user.oc1..u", "00");
    let signer = RequestSigner::new(key_id, PrivateKey::generate().unwrap());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_446_500);
    let sign = |body: &[u8]| {
        let request = http::Request::post("https://example.com/openai/v1/responses")
            .body(())
            .unwrap();
        let (mut parts, ()) = request.into_parts();
        let ((), _, bytes) = counted(|| signer.sign(&mut parts, body, now).unwrap());
        assert!(parts.headers.contains_key("authorization"));
        bytes
    };
    sign(b"warm up");
    let (small, large) = (sign(&[b'x'; 1024]), sign(&vec![b'x'; 4 * 1024 * 1024]));
    assert!(
        large < small + 1024,
        "{small} bytes for 1 KiB, {large} for 4 MiB"
    );
}

/// A waiting stream holds only its part of one event, apart from its connection.
fn an_open_stream_uses_less_than_64_kib() {
    const STREAMS: usize = 200;
    const EVENT: &str = "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":0,\
        \"content_index\":0,\"delta\":\"word \",\"logprobs\":[],\"sequence_number\":4}\n\n";
    let service = tower::service_fn(|_: http::Request<oci_genai_api::Body>| async {
        let first = Ok::<_, std::convert::Infallible>(EVENT);
        let body = stream::iter([first]).chain(stream::pending());
        let body = oci_genai_api::Body::wrap_stream(body);
        let response = http::Response::builder()
            .header("content-type", "text/event-stream")
            .body(body);
        Ok::<_, oci_genai_api::BoxError>(response.unwrap())
    });
    let client = oci_genai::Client::builder()
        .base_url("http://127.0.0.1:9/openai/v1")
        .project("ocid1.generativeaiproject.oc1..p")
        .api_key("sk-test")
        .model("m")
        .http_service(service)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let open = async || {
        let mut stream = client.responses().create("hello").stream().await.unwrap();
        assert!(stream.next().await.unwrap().unwrap().text_delta().is_some());
        stream
    };
    runtime.block_on(async {
        let _first = open().await;
        let mut streams = Vec::with_capacity(STREAMS);
        let before = dhat::HeapStats::get().curr_bytes;
        for _ in 0..STREAMS {
            streams.push(open().await);
        }
        let each = (dhat::HeapStats::get().curr_bytes - before) / STREAMS;
        println!("{each} bytes for an open stream");
        assert!(
            each + size_of_val(&streams[0]) < 64 * 1024,
            "{each} bytes for an open stream"
        );
    });
}
