//! Reads everything that the Open Responses standard defines without a defect: every item, event
//! and status, in bodies and streams of our own. `cargo xtask interop open-responses` checks that
//! these match the standard's document and cover all of it.

use futures_util::TryStreamExt;
use oci_genai::ResponseExt;
use oci_genai::types::{CompactedResponse, Item, Response, StreamEvent};
use oci_genai_api::Tolerant;
use serde_json::{Map, Value, json};

use crate::scripted::{self, End, Scripted, events};

const CORPUS: &str = include_str!("open_responses.json");

struct Corpus(Map<String, Value>);

impl Corpus {
    fn read() -> Self {
        Self(serde_json::from_str(CORPUS).unwrap())
    }

    fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().unwrap()
    }

    /// Returns a response with the common members.
    fn whole(&self, own: &Value) -> Value {
        let mut response = self.0["base"].clone();
        let own = own.as_object().unwrap().clone();
        response.as_object_mut().unwrap().extend(own);
        response
    }
}

/// Asserts that the item is of a known kind and returns it.
fn known(item: &Item) {
    assert!(!matches!(item, Item::Unknown(_)), "{item:?}");
}

fn unharmed<T: Tolerant>(read: &T, written: &Value) {
    assert_eq!(read.defects(), [], "{written}");
    assert_eq!(&serde_json::to_value(read).unwrap(), written);
}

#[tokio::test]
async fn bodies_of_the_standard_have_no_defects() {
    let corpus = Corpus::read();
    for own in corpus.list("responses") {
        let written = corpus.whole(own);
        let server = Scripted::start(vec![scripted::json(200, &written)]).await;
        let retrieved = server.client().responses().retrieve("resp_1").await;
        let response: Response = retrieved.unwrap();
        unharmed(&response, &written);
        response.output.iter().for_each(known);
    }
    for written in corpus.list("compactions") {
        let compacted: CompactedResponse = serde_json::from_value(written.clone()).unwrap();
        unharmed(&compacted, written);
        compacted.output.iter().for_each(known);
    }
}

#[tokio::test]
async fn items_of_the_standard_have_no_defects_and_are_sent_unchanged() {
    let corpus = Corpus::read();
    let items = corpus.list("items");
    let page = json!({"object": "list", "data": items, "has_more": false});
    let server = Scripted::start(vec![scripted::json(200, &page)]).await;
    let client = server.client();
    let listed = client.conversations().items("conv_1").list().await.unwrap();
    assert_eq!(listed.items().len(), items.len());
    for (item, written) in listed.items().iter().zip(items) {
        known(item);
        unharmed(item, written);
    }
}

#[tokio::test]
async fn streams_of_the_standard_have_no_defects() {
    let corpus = Corpus::read();
    for (name, sequence) in corpus.0["streams"].as_object().unwrap() {
        let mut written = sequence.as_array().unwrap().clone();
        for event in &mut written {
            if let Some(response) = event.get("response") {
                event["response"] = corpus.whole(response);
            }
        }
        let lines: Vec<String> = written.iter().map(Value::to_string).collect();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.push("[DONE]");
        let server = Scripted::start(vec![events(&lines, End::Clean)]).await;
        let create = server.client().responses().create("Hi").store(false);
        let mut stream = create.stream().await.unwrap();
        let mut read = Vec::new();
        let end = loop {
            match stream.try_next().await {
                Ok(Some(event)) => read.push(event),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        for (event, written) in read.iter().zip(&written) {
            assert!(
                !matches!(event, StreamEvent::Unknown(_)),
                "{name}: {event:?}"
            );
            unharmed(event, written);
        }
        assert_eq!(stream.defects(), [], "{name}");
        let last = written.last().unwrap();
        match last["type"].as_str().unwrap() {
            "response.completed" | "response.incomplete" => {
                assert!(end.is_none(), "{name}: {end:?}");
                assert_eq!(read.len(), written.len(), "{name}");
                let response = stream.response().unwrap();
                unharmed(&response, &last["response"]);
                // The concatenated deltas equal the text of the last event.
                assert_eq!(
                    response.output.len(),
                    last["response"]["output"].as_array().unwrap().len()
                );
                assert!(!response.output.is_empty() || response.output_text().is_empty());
            }
            kind => {
                let error = end.unwrap_or_else(|| panic!("{name}: {kind} is no error"));
                let message = last
                    .pointer("/error/message")
                    .or(last.pointer("/response/error/message"));
                let message = message.unwrap().as_str().unwrap();
                assert!(error.to_string().contains(message), "{name}: {error}");
            }
        }
    }
}

/// The standard's names of two events, where the last event has no output.
#[tokio::test]
async fn reasoning_events_with_the_standards_names_are_accumulated() {
    let corpus = Corpus::read();
    let sequence = corpus.0["streams"]["reasoning, then a call"].as_array();
    let mut written = sequence.unwrap().clone();
    for event in &mut written {
        if let Some(response) = event.get("response") {
            event["response"] = corpus.whole(response);
            event["response"]["output"] = json!([]);
        }
    }
    written.retain(|event| event["type"] != "response.output_item.done");
    let lines: Vec<String> = written.iter().map(Value::to_string).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let server = Scripted::start(vec![events(&lines, End::Clean)]).await;
    let create = server.client().responses().create("Hi").store(false);
    let response = create
        .stream()
        .await
        .unwrap()
        .final_response()
        .await
        .unwrap();
    let Item::Reasoning(reasoning) = &response.output[0] else {
        panic!("{:?}", response.output);
    };
    let content = reasoning.content.as_ref().unwrap();
    assert_eq!(content[0].text, "It rains in Bergen.");
    assert_eq!(response.reasoning_summary(), "Bergen is wet.");
    let calls: Vec<_> = response.function_calls().collect();
    assert_eq!(calls[0].arguments, r#"{"city":"Bergen"}"#);
}
