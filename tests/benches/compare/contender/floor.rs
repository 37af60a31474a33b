//! The baselines: bare reqwest and serde_json for calls, bare memchr and serde_json for streams.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(crate) struct Floor {
    client: reqwest::Client,
    url: String,
}

impl Floor {
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            client: reqwest::Client::new(),
            url: format!("{base_url}/responses"),
        }
    }

    /// Sends the client's own request, byte for byte except ids, and reads the client's own types,
    /// so that both do the same work.
    pub(crate) async fn calls(&self, count: usize, input: &str) {
        for _ in 0..count {
            let body = self
                .client
                .post(&self.url)
                .header("accept", "application/json")
                .header("user-agent", oci_genai::middleware::DEFAULT_USER_AGENT)
                .header("openai-project", super::PROJECT)
                .header("opc-request-id", hexadecimal(32))
                .header("opc-retry-token", hexadecimal(30))
                .bearer_auth(super::KEY)
                .json(&Body { model: "m", input })
                .send()
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            let response: oci_genai::types::Response = serde_json::from_slice(&body).unwrap();
            assert!(!response.output.is_empty());
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a str,
}

fn hexadecimal(digits: usize) -> String {
    let mut text = format!("{:032X}", fastrand::u128(..));
    text.truncate(digits);
    text
}

/// A text delta. All other events are skipped after a look at the data line.
#[derive(Deserialize)]
#[allow(dead_code, reason = "parsing them is the work")]
struct TextDelta<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    item_id: String,
    output_index: i64,
    content_index: i64,
    delta: String,
    sequence_number: i64,
}

pub(crate) fn decode(chunks: &[Bytes]) {
    let (mut buffer, mut deltas) = (Vec::new(), 0);
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &buffer[start..]) {
            let line = &buffer[start..start + end];
            start += end + 1;
            if let Some(data) = line.strip_prefix(b"data: ")
                && memchr::memmem::find(&data[..data.len().min(64)], b"output_text.delta").is_some()
            {
                let event: TextDelta<'_> = serde_json::from_slice(data).unwrap();
                deltas += usize::from(!event.delta.is_empty());
            }
        }
        buffer.drain(..start);
    }
    assert!(deltas > 0);
}
