//! The client of this workspace.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use oci_genai::sse::Decoder;
use oci_genai::types::StreamEvent;
use oci_genai::{Client, ResponseStream, StreamEventExt as _};

pub(crate) struct Ours {
    client: Client,
}

fn builder() -> oci_genai::ClientBuilder {
    Client::builder()
        .project(super::PROJECT)
        .api_key(super::KEY)
        .model("m")
}

impl Ours {
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            client: builder().base_url(base_url).build().unwrap(),
        }
    }

    pub(crate) async fn calls(&self, count: usize, input: &str) {
        for _ in 0..count {
            let response = self.client.responses().create(input).await.unwrap();
            assert!(!response.output.is_empty());
        }
    }

    pub(crate) async fn stream(&self) {
        drain(&self.client).await;
    }

    /// Opens a stream and reads one event.
    pub(crate) async fn open(&self, input: &str) -> ResponseStream {
        let mut stream = self
            .client
            .responses()
            .create(input)
            .stream()
            .await
            .unwrap();
        stream.next().await.unwrap().unwrap();
        stream
    }
}

async fn drain(client: &Client) {
    let mut stream = client.responses().create("stream").stream().await.unwrap();
    let mut deltas = 0;
    while let Some(event) = stream.next().await {
        deltas += usize::from(event.unwrap().text_delta().is_some());
    }
    assert!(deltas > 0);
}

/// Reads a stream from memory with the whole client.
pub(crate) async fn stream_from(chunks: &[Bytes]) {
    let chunks = chunks.to_vec();
    let service = tower::service_fn(move |_: http::Request<oci_genai_api::Body>| {
        let body =
            oci_genai_api::Body::wrap_stream(stream::iter(chunks.clone()).map(Ok::<_, Infallible>));
        async move {
            Ok::<_, oci_genai_api::BoxError>(
                http::Response::builder()
                    .header("content-type", "text/event-stream")
                    .body(body)
                    .unwrap(),
            )
        }
    });
    let client = builder()
        .base_url("http://127.0.0.1:9/openai/v1")
        .http_service(service)
        .build()
        .unwrap();
    drain(&client).await;
}

/// Reads a stream from memory with the decoder and the generated types alone.
pub(crate) fn decode(chunks: &[Bytes]) {
    let (mut decoder, mut deltas) = (Decoder::new(), 0);
    for chunk in chunks {
        decoder.push(chunk.clone());
        while let Some(frame) = decoder.next_frame().unwrap() {
            if &frame.data[..] == b"[DONE]" {
                continue;
            }
            let text = std::str::from_utf8(&frame.data).unwrap();
            let event: StreamEvent = serde_json::from_str(text).unwrap();
            deltas += usize::from(event.text_delta().is_some());
        }
    }
    assert!(deltas > 0);
}
