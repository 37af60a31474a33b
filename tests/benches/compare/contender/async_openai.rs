//! async-openai, the most used peer.

use std::convert::Infallible;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_openai::types::responses::{
    CreateResponse, CreateResponseArgs, ResponseStream, ResponseStreamEvent,
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

pub(crate) struct Peer {
    client: Client<OpenAIConfig>,
}

fn config(base_url: &str) -> OpenAIConfig {
    OpenAIConfig::new()
        .with_api_base(base_url)
        .with_api_key(super::KEY)
        .with_project_id("bench")
}

fn request(input: &str) -> CreateResponse {
    CreateResponseArgs::default()
        .model("m")
        .input(input)
        .build()
        .unwrap()
}

impl Peer {
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            client: Client::with_config(config(base_url)),
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
        drain(&self.client).await;
    }

    /// Opens a stream and reads one event.
    pub(crate) async fn open(&self, input: &str) -> ResponseStream {
        let responses = self.client.responses();
        let mut stream = responses.create_stream(request(input)).await.unwrap();
        stream.next().await.unwrap().unwrap();
        stream
    }
}

async fn drain(client: &Client<OpenAIConfig>) {
    let mut stream = client
        .responses()
        .create_stream(request("stream"))
        .await
        .unwrap();
    let mut deltas = 0;
    while let Some(event) = stream.next().await {
        deltas += usize::from(matches!(
            event.unwrap(),
            ResponseStreamEvent::ResponseOutputTextDelta(_)
        ));
    }
    assert!(deltas > 0);
}

/// Reads a stream from memory with the whole client.
pub(crate) async fn stream_from(chunks: &[Bytes]) {
    let chunks = chunks.to_vec();
    let service = tower::service_fn(move |_: HttpRequestFactory| {
        let body =
            reqwest::Body::wrap_stream(stream::iter(chunks.clone()).map(Ok::<_, Infallible>));
        async move {
            let response = http::Response::builder()
                .header("content-type", "text/event-stream")
                .body(body);
            Ok::<_, OpenAIError>(reqwest::Response::from(response.unwrap()))
        }
    });
    let client =
        Client::with_config(config("http://127.0.0.1:9/openai/v1")).with_http_service(service);
    drain(&client).await;
}
