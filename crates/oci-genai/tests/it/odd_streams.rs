//! Streams as compatible servers send them: without indices, with sparse closing events, or with
//! other event names.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use oci_genai::time::ManualClock;
use oci_genai::types::Response;
use oci_genai::types::{Item, ResponseStatus, StreamEvent};
use oci_genai::{
    Delta, Error, ErrorKind, ResponseExt, ResponseStream, RetrySafety, StreamDefect, StreamEventExt,
};
use serde_json::{Value, json};

use crate::scripted::{self, End, Reply, Scripted, events};

fn created() -> Value {
    json!({"type": "response.created", "sequence_number": 0, "response": response("in_progress", json!([]))})
}

fn response(status: &str, output: Value) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": status, "output": output})
}

fn message(id: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn call(id: &str, call_id: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": id, "call_id": call_id, "name": "weather", "arguments": arguments})
}

fn added(index: i64, item: &Value) -> Value {
    let mut item = item.clone();
    if item.get("content").is_some() {
        item["content"] = json!([]);
    }
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: i64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

fn delta(index: i64, id: &str, text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": id, "output_index": index, "content_index": 0, "delta": text})
}

fn completed(output: Value) -> Value {
    json!({"type": "response.completed", "sequence_number": 9, "response": response("completed", output)})
}

/// Removes members from an event.
fn without(mut event: Value, names: &[&str]) -> Value {
    for name in names {
        event.as_object_mut().unwrap().remove(*name);
    }
    event
}

fn reply(data: &[Value]) -> Reply {
    let data: Vec<String> = data.iter().map(Value::to_string).collect();
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    events(&data, End::Open)
}

async fn stream(server: &Scripted) -> ResponseStream {
    let create = server.client().responses().create("Hi").store(false);
    create.stream().await.unwrap()
}

/// Returns the text of the deltas, and the response.
async fn read(reply: Reply) -> (String, Result<Response, Error>) {
    let server = Scripted::start(vec![reply]).await;
    let mut stream = stream(&server).await;
    let mut text = String::new();
    loop {
        match stream.try_next().await {
            Ok(Some(event)) => {
                text.push_str(event.text_delta().unwrap_or_default());
                if let StreamEvent::Completed(event) = &event {
                    assert_eq!(Some(&event.response), stream.response().as_ref());
                }
            }
            Ok(None) => return (text, stream.final_response().await),
            Err(error) => return (text, Err(error)),
        }
    }
}

fn calls(response: &Response) -> Vec<(&str, &str)> {
    let calls = response.function_calls();
    calls
        .map(|call| (call.call_id.as_str(), call.arguments.as_str()))
        .collect()
}

#[tokio::test]
async fn deltas_without_indices_belong_to_their_item_or_to_the_open_item() {
    let hello = message("msg_1", "hello");
    let names = ["output_index", "content_index"];
    for unnamed in [&["x"][..], &["item_id"]] {
        let bare = |event| without(without(event, &names), unnamed);
        let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": []});
        let (text, response) = read(reply(&[
            created(),
            bare(added(0, &reasoning)),
            bare(json!({"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "delta": "hm"})),
            bare(added(1, &hello)),
            bare(delta(1, "msg_1", "hel")),
            bare(delta(1, "msg_1", "lo")),
            completed(json!([])),
        ]))
        .await;
        let response = response.unwrap();
        assert_eq!(
            (text.as_str(), response.output_text().as_str()),
            ("hello", "hello")
        );
        assert_eq!(response.reasoning_summary(), "hm");
        assert_eq!(response.output.len(), 2);
    }
}

#[tokio::test]
async fn deltas_of_items_that_never_began_are_matched_by_id() {
    let (_, response) = read(reply(&[
        created(),
        delta(0, "msg_1", "one"),
        delta(0, "msg_2", "two"),
        delta(0, "msg_1", "!"),
        completed(json!([])),
    ]))
    .await;
    let texts: Vec<String> = response
        .unwrap()
        .output
        .iter()
        .map(|item| item.output_text().unwrap().into_owned())
        .collect();
    assert_eq!(texts, ["one!", "two"]);
}

#[tokio::test]
async fn items_that_share_an_index_are_matched_by_id() {
    let arguments = |id: &str, delta: &str| json!({"type": "response.function_call_arguments.delta", "item_id": id, "output_index": 0, "delta": delta});
    let (one, two) = (call("fc_1", "call_1", ""), call("fc_2", "call_2", ""));
    let interleaved = [
        created(),
        added(0, &one),
        added(0, &two),
        arguments("fc_1", "{\"a\":"),
        arguments("fc_2", "{\"b\":"),
        arguments("fc_1", "1}"),
        arguments("fc_2", "2}"),
    ];
    let finished = [
        created(),
        added(0, &one),
        done(0, &call("fc_1", "call_1", "{\"a\":1}")),
        added(0, &two),
        done(0, &call("fc_2", "call_2", "{\"b\":2}")),
    ];
    // By the call ids, if the items have no ids.
    let unnamed = [
        created(),
        done(0, &without(call("", "call_1", "{\"a\":1}"), &["id"])),
        done(0, &without(call("", "call_2", "{\"b\":2}"), &["id"])),
    ];
    for events in [&interleaved[..], &finished, &unnamed] {
        let events = [events, &[completed(json!([]))]].concat();
        let (_, response) = read(reply(&events)).await;
        let response = response.unwrap();
        let expected = [("call_1", "{\"a\":1}"), ("call_2", "{\"b\":2}")];
        assert_eq!(calls(&response), expected);
    }
}

#[tokio::test]
async fn new_ids_in_each_event_do_not_duplicate_items() {
    let (text, response) = read(reply(&[
        created(),
        added(0, &message("a", "")),
        delta(0, "b", "hel"),
        delta(0, "c", "lo"),
        done(0, &message("d", "hello")),
        completed(json!([message("e", "hello")])),
    ]))
    .await;
    let response = response.unwrap();
    assert_eq!(
        (text.as_str(), response.output_text().as_str()),
        ("hello", "hello")
    );
    assert_eq!(response.output.len(), 1);
}

#[tokio::test]
async fn a_closing_event_erases_nothing() {
    let (hello, weather) = (message("msg_1", "hello"), call("fc_1", "call_1", "{}"));
    let before = [
        created(),
        added(0, &hello),
        delta(0, "msg_1", "hel"),
        delta(0, "msg_1", "lo"),
        done(0, &hello),
        added(1, &call("fc_1", "call_1", "")),
        done(1, &weather),
    ];
    let blank = json!({"type": "message", "id": "msg_1", "role": "assistant", "content": []});
    for last in [
        completed(json!([])),
        completed(json!([hello])),
        completed(json!([weather])),
        completed(json!([blank, call("fc_1", "call_1", "")])),
        completed(Value::Null),
        json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "background": false, "error": null}}),
        json!({"type": "response.completed", "response": {}}),
        json!({"type": "response.completed"}),
    ] {
        let server = Scripted::start(vec![reply(
            &[&before[..], std::slice::from_ref(&last)].concat(),
        )])
        .await;
        let mut stream = stream(&server).await;
        while let Some(event) = stream.next().await {
            event.unwrap();
        }
        assert_eq!(
            stream.defects(),
            [StreamDefect::IncompleteClosingEvent],
            "{last}"
        );
        let response = stream.final_response().await.unwrap();
        assert_eq!(response.output_text(), "hello", "{last}");
        assert_eq!(calls(&response), [("call_1", "{}")], "{last}");
        assert!(
            matches!(
                response.output[..],
                [Item::Message(_), Item::FunctionCall(_)]
            ),
            "{last}"
        );
        assert!(response.is_completed(), "{last}");
        let head = (
            response.id.as_str(),
            response.created_at,
            response.model.as_str(),
        );
        assert_eq!(head, ("resp_1", 1, "m"), "{last}");
        assert_eq!(response.usage, None);
        // Nothing is invented: the serialized response has no more members than were received.
        let written = serde_json::to_value(&response).unwrap();
        assert!(written.get("usage").is_none(), "{written}");
    }
}

#[tokio::test]
async fn a_complete_closing_event_is_kept_unchanged() {
    let hello = message("msg_1", "hello");
    let events = [
        created(),
        added(0, &hello),
        // This delta was never completed, and the output omits a reasoning item.
        delta(0, "msg_1", "hel"),
        added(
            1,
            &json!({"type": "reasoning", "id": "rs_1", "summary": []}),
        ),
        completed(json!([hello])),
    ];
    let server = Scripted::start(vec![reply(&events)]).await;
    let mut stream = stream(&server).await;
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    assert!(stream.defects().is_empty());
    let written = serde_json::to_value(stream.response()).unwrap();
    assert_eq!(written, response("completed", json!([hello])));
}

#[tokio::test]
async fn streams_end_under_other_names() {
    let hello = message("msg_1", "hello");
    let before = [
        created(),
        added(0, &hello),
        delta(0, "msg_1", "hello"),
        done(0, &hello),
    ];
    let done = |response: Value| json!({"type": "response.done", "response": response});
    for (last, status) in [
        (
            done(response("completed", json!([hello]))),
            ResponseStatus::Completed,
        ),
        (
            done(without(response("", json!([])), &["status"])),
            ResponseStatus::Completed,
        ),
        (json!({"type": "response.done"}), ResponseStatus::Completed),
        (
            done(response("incomplete", json!([hello]))),
            ResponseStatus::Incomplete,
        ),
    ] {
        let (_, response) = read(reply(&[&before[..], std::slice::from_ref(&last)].concat())).await;
        let response = response.unwrap();
        assert_eq!(response.output_text(), "hello", "{last}");
        assert_eq!(response.status, Some(status), "{last}");
    }
    for (last, status, words) in [
        (
            done(response("failed", json!([]))),
            ResponseStatus::Failed,
            "failed",
        ),
        (
            done(response("cancelled", json!([]))),
            ResponseStatus::Cancelled,
            "cancelled",
        ),
        (
            json!({"type": "response.cancelled", "response": {"id": "resp_1"}}),
            ResponseStatus::Cancelled,
            "cancelled",
        ),
        (
            json!({"type": "response.cancelled"}),
            ResponseStatus::Cancelled,
            "cancelled",
        ),
    ] {
        let (_, outcome) = read(reply(&[&before[..], std::slice::from_ref(&last)].concat())).await;
        let error = outcome.unwrap_err();
        assert!(
            error.is_failed() && error.to_string().contains(words),
            "{error:?}"
        );
        assert_eq!(error.retry_safety(), RetrySafety::Completed);
        let response = error.into_response().unwrap();
        assert_eq!(
            (response.output_text().as_str(), response.status),
            ("hello", Some(status))
        );
    }
}

#[tokio::test]
async fn a_missing_status_follows_from_the_event() {
    let hello = message("msg_1", "hello");
    for status in [Value::Null, json!("in_progress"), json!("queued")] {
        let mut last = completed(json!([hello]));
        last["response"]["status"] = status;
        let (_, response) = read(reply(&[created(), last])).await;
        assert!(response.unwrap().is_completed());
    }
}

#[tokio::test]
async fn an_event_takes_its_type_from_its_name() {
    let lines = |event: Value| {
        let name = event["type"].as_str().unwrap().to_owned();
        format!("event: {name}\ndata: {}\n\n", without(event, &["type"])).into_bytes()
    };
    let hello = message("msg_1", "hello");
    let chunks = [
        created(),
        added(0, &hello),
        delta(0, "msg_1", "hello"),
        completed(json!([hello])),
    ]
    .map(lines)
    .into();
    let (text, response) = read(Reply::Stream(chunks, End::Open)).await;
    assert_eq!(
        (text.as_str(), response.unwrap().output_text().as_str()),
        ("hello", "hello")
    );

    let chunks = vec![b"event: error\ndata: {\"message\":\"Broke.\"}\n\n".to_vec()];
    let (_, outcome) = read(Reply::Stream(chunks, End::Open)).await;
    assert_eq!(outcome.unwrap_err().message(), "Broke.");
}

#[tokio::test]
async fn empty_data_and_sparse_events_are_accepted() {
    let chunks = [
        "data: null\n\n".to_owned(),
        "data: {}\n\n".to_owned(),
        "event: message\ndata: {}\n\n".to_owned(),
        "data: {\"type\":\"response.in_progress\"}\n\n".to_owned(),
        "data: {\"type\":\"response.in_progress\",\"response\":{\"id\":\"resp_1\"}}\n\n".to_owned(),
        "data: {\"object\":\"chat.completion.chunk\",\"choices\":[],\"error\":null}\n\n".to_owned(),
        format!(
            "data: {}\n\n",
            completed(json!([message("msg_1", "hello")]))
        ),
    ]
    .map(String::into_bytes);
    let (_, response) = read(Reply::Stream(chunks.into(), End::Open)).await;
    assert_eq!(response.unwrap().output_text(), "hello");
}

/// Returns `true` if the idle timeout of 30 seconds ends a stream that sends such an event every 10
/// seconds.
async fn is_considered_stalled(tick: impl Fn(usize) -> Value) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let clock = ManualClock::new();
    let client = oci_genai::Client::builder()
        .base_url(url)
        .api_key("sk-test")
        .model("m")
        .clock(clock.clone())
        .attempt_timeout(None)
        .stall_timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let create = client.responses().create("Hi").store(false);
    let (events, mut read) = tokio::sync::mpsc::unbounded_channel();
    let reader = tokio::spawn(async move {
        let mut stream = create.stream().await.unwrap();
        // The two share one thread, so the test runs only when this waits for more.
        while let Some(event) = stream.next().await {
            events.send(event.is_ok()).unwrap();
        }
    });
    let (mut socket, _) = listener.accept().await.unwrap();
    let _ = socket.read(&mut [0; 4096]).await.unwrap();
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    socket.write_all(head).await.unwrap();
    let mut send = async |event: Value| {
        let line = format!("data: {event}\n\n");
        let _ = socket.write_all(line.as_bytes()).await;
        read.recv().await.unwrap()
    };
    assert!(send(created()).await);
    let mut stalled = false;
    for n in 0..8 {
        clock.advance(Duration::from_secs(10));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        if !send(tick(n)).await {
            stalled = true;
            break;
        }
    }
    reader.abort();
    stalled
}

#[tokio::test]
async fn heartbeats_are_no_progress_but_response_events_are() {
    for n in [0, 1] {
        let constant =
            move |_| json!({"type": "response.in_progress", "response": {"id": "resp_1"}, "n": n});
        assert!(is_considered_stalled(constant).await);
    }
    assert!(is_considered_stalled(|n| json!({"type": "vendor.tick", "n": n})).await);
    assert!(is_considered_stalled(|n| json!({"type": "vendor.tick", "id": n.to_string()})).await);
    assert!(is_considered_stalled(|n| json!({"type": "response.tick", "n": n, "at": 1.5})).await);
    assert!(is_considered_stalled(|n| json!({"sequence_number": n})).await);
    assert!(is_considered_stalled(|_| delta(0, "msg_1", "")).await);
    let later = |n: usize| json!({"type": "response.image.progress", "stage": n.to_string()});
    assert!(!is_considered_stalled(later).await);
    assert!(!is_considered_stalled(|_| delta(0, "msg_1", "ha")).await);
    assert!(!is_considered_stalled(|n| done(n as i64, &message(&format!("msg_{n}"), "x"))).await);
}

#[tokio::test]
async fn sequence_numbers_matter_only_on_a_resumed_connection() {
    let hello = message("msg_1", "hello");
    let numbered = |mut event: Value, number: i64| {
        event["sequence_number"] = json!(number);
        event
    };
    let background = async |replies: Vec<Reply>| {
        let server = Scripted::start(replies).await;
        let create = server.client().responses().create("Hi").background(true);
        let mut stream = create.stream().await.unwrap();
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            text.push_str(event.unwrap().text_delta().unwrap_or_default());
        }
        (text, stream.final_response().await.unwrap().output_text())
    };
    // A server whose sequence numbers are wrong.
    let events = [
        numbered(created(), 7),
        numbered(delta(0, "msg_1", "hel"), 0),
        numbered(delta(0, "msg_1", "lo"), 0),
        numbered(completed(json!([hello])), 0),
    ];
    let whole = background(vec![reply(&events)]).await;
    assert_eq!(whole, ("hello".to_owned(), "hello".to_owned()));

    let before = [
        numbered(created(), 0),
        numbered(delta(0, "msg_1", "hel"), 1),
    ];
    let before: Vec<String> = before.iter().map(Value::to_string).collect();
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after = [
        numbered(delta(0, "msg_1", "hel"), 1),
        numbered(delta(0, "msg_1", "lo"), 2),
        numbered(completed(json!([hello])), 0),
    ];
    let resumed = background(vec![scripted::events(&before, End::Cut), reply(&after)]).await;
    assert_eq!(resumed, ("hello".to_owned(), "hello".to_owned()));
}

#[tokio::test]
async fn text_that_is_almost_json_is_read() {
    let mut infinite = delta(0, "msg_1", "hello").to_string();
    infinite.pop();
    let infinite =
        infinite + r#","logprobs":[{"token":"a","logprob":-Infinity,"top_logprobs":[]}]}"#;
    let halves = [delta(0, "msg_1", "@1@"), delta(0, "msg_1", "@2@")].map(|event| {
        event
            .to_string()
            .replace("@1@", "\\ud83d")
            .replace("@2@", "\\ude00")
    });
    let last = completed(json!([])).to_string();
    let data = [
        &created().to_string(),
        &infinite,
        &halves[0],
        &halves[1],
        &last,
    ];
    let (text, response) = read(events(&data.map(String::as_str), End::Open)).await;
    // Two halves of one character become that character.
    assert_eq!(text, "hello😀");
    assert_eq!(response.unwrap().output_text(), text);
}

#[tokio::test]
async fn the_services_error_messages_reach_the_caller() {
    let quota = "You exceeded your current quota";
    for (data, code, words, retry_safety) in [
        // Sparse, as a number, beside the response.
        (
            json!({"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow down."}}}),
            Some("rate_limit_exceeded"),
            "Slow down.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"error": {"code": 503, "message": "Overloaded."}}}),
            Some("503"),
            "Overloaded.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"status": "failed", "error": null}, "error": {"code": "upstream_error", "message": "Upstream broke."}}),
            Some("upstream_error"),
            "Upstream broke.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"status": "failed", "error": {"code": "insufficient_quota", "message": quota}}}),
            Some("insufficient_quota"),
            quota,
            RetrySafety::Rejected,
        ),
        (
            json!({"type": "response.failed", "response": {"error": "Broke."}}),
            None,
            "Broke.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"last_error": {"code": "x", "message": "Broke."}}}),
            Some("x"),
            "Broke.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"status_details": {"error": {"code": "x", "message": "Broke."}}}}),
            Some("x"),
            "Broke.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "code": "x", "message": "Broke."}),
            Some("x"),
            "Broke.",
            RetrySafety::Completed,
        ),
        (
            json!({"type": "response.failed", "response": {"incomplete_details": {"reason": "content_filter"}}}),
            None,
            "content_filter",
            RetrySafety::Completed,
        ),
        (
            json!({"error": {"message": quota, "code": 429}}),
            Some("429"),
            quota,
            RetrySafety::Rejected,
        ),
        (
            json!({"error": {"message": "Broke.", "code": 500}}),
            Some("500"),
            "Broke.",
            RetrySafety::Unknown,
        ),
        (
            json!({"type": "response.error", "error": {"message": "Broke."}}),
            None,
            "Broke.",
            RetrySafety::Unknown,
        ),
        (
            json!({"type": "server_error", "error": {"message": "Broke.", "code": "x"}}),
            Some("x"),
            "Broke.",
            RetrySafety::Unknown,
        ),
        (
            json!({"detail": "Broke."}),
            None,
            "Broke.",
            RetrySafety::Unknown,
        ),
    ] {
        let (text, outcome) =
            read(reply(&[created(), delta(0, "msg_1", "hel"), data.clone()])).await;
        let error = outcome.unwrap_err();
        assert_eq!(text, "hel");
        assert_eq!(error.code(), code, "{data}");
        assert!(error.to_string().contains(words), "{data}: {error}");
        assert_eq!(error.retry_safety(), retry_safety, "{data}");
        assert_eq!(error.is_permanent(), words == quota, "{data}");
        assert_eq!(error.response().unwrap().output_text(), "hel", "{data}");
    }
}

#[tokio::test]
async fn an_error_on_a_line_of_its_own_is_read() {
    let line = "{\"error\":{\"message\":\"Broke.\",\"code\":\"x\"}}\n";
    for begun in [
        "",
        "data: {\"type\":\"response.in_progress\"}\n\n",
        ": hello\n\n",
    ] {
        let chunks = vec![begun.as_bytes().to_vec(), line.as_bytes().to_vec()];
        let chunks = chunks
            .into_iter()
            .filter(|chunk| !chunk.is_empty())
            .collect();
        let (_, outcome) = read(Reply::Stream(chunks, End::Open)).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service, "{error:?}");
        assert_eq!((error.message(), error.code()), ("Broke.", Some("x")));
    }
}

#[tokio::test]
async fn a_stream_without_output_is_an_error() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": []});
    for output in [json!([]), json!([message("msg_1", "")]), json!([reasoning])] {
        let (_, outcome) = read(reply(&[created(), completed(output.clone())])).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoOutput, "{output}");
        assert_eq!(error.retry_safety(), RetrySafety::Completed);
        assert_eq!(error.response_id(), Some("resp_1"));
    }
    let refusal = json!({"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]});
    for item in [
        refusal,
        call("fc_1", "call_1", "{}"),
        json!({"type": "later"}),
    ] {
        let (_, response) = read(reply(&[created(), completed(json!([item]))])).await;
        response.unwrap();
    }
}

#[tokio::test]
async fn missing_deltas_are_delivered_when_a_response_is_retrieved() {
    let hello = message("msg_1", "hello");
    let before =
        [created(), added(0, &hello), delta(0, "msg_1", "hel")].map(|event| event.to_string());
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let server = Scripted::start(vec![
        events(&before, End::Cut),
        scripted::json(200, response("completed", json!([hello]))),
    ])
    .await;
    let stream = server
        .client()
        .responses()
        .create("Hi")
        .stream()
        .await
        .unwrap();
    let deltas: Vec<Delta> = stream.deltas().try_collect().await.unwrap();
    assert_eq!(
        deltas,
        [Delta::Text("hel".into()), Delta::Text("lo".into())]
    );
}
