//! openai-oxide, the peer that advertises speed.

use std::convert::Infallible;
use std::pin::pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use openai_oxide::config::ClientConfig;
use openai_oxide::streaming::SseStream;
use openai_oxide::types::responses::{ResponseCreateRequest, ResponseStreamEvent};
use openai_oxide::{OpenAI, OpenAIError};

pub(crate) struct Oxide {
    client: OpenAI,
}

impl Oxide {
    pub(crate) fn new(base_url: &str) -> Self {
        let config = ClientConfig::new(super::KEY)
            .base_url(base_url)
            .project("bench");
        Self {
            client: OpenAI::with_config(config),
        }
    }

    pub(crate) async fn calls(&self, count: usize, input: &str) {
        for _ in 0..count {
            let response = self
                .client
                .responses()
                .create(request(input))
                .await
                .unwrap();
            assert!(!response.output.is_empty());
        }
    }

    pub(crate) async fn stream(&self) {
        let stream = self
            .client
            .responses()
            .create_stream(request("stream"))
            .await;
        drain(stream.unwrap()).await;
    }
}

fn request(input: &str) -> ResponseCreateRequest {
    ResponseCreateRequest::new("m").input(input)
}

async fn drain(stream: impl Stream<Item = Result<ResponseStreamEvent, OpenAIError>>) {
    let (mut stream, mut deltas) = (pin!(stream), 0);
    while let Some(event) = stream.next().await {
        deltas += usize::from(matches!(
            event.unwrap(),
            ResponseStreamEvent::ResponseOutputTextDelta { .. }
        ));
    }
    assert!(deltas > 0);
}

/// Reads a stream from memory with its decoder and types. Its whole client cannot read from memory.
pub(crate) async fn stream_from(chunks: &[Bytes]) {
    let bytes = stream::iter(chunks.to_vec()).map(Ok::<_, Infallible>);
    let response = http::Response::new(reqwest::Body::wrap_stream(bytes));
    drain(SseStream::<ResponseStreamEvent>::new(response.into())).await;
}
