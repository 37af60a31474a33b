//! Streams from servers that misbehave.

use std::error::Error as _;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use oci_genai::time::ManualClock;
use oci_genai::types::{ResponseStatus, StreamEvent};
use oci_genai::{
    Delta, Error, ErrorKind, ResponseExt, ResponseStream, RetrySafety, StreamDefect, StreamEventExt,
};

use crate::scripted::{End, Reply, Scripted, events, json};

pub(crate) const CREATED: &str = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"in_progress","output":[]}}"#;
const HEL: &str = r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hel","sequence_number":1}"#;
const LO: &str = r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"lo","sequence_number":2}"#;
const COMPLETED: &str = r#"{"type":"response.completed","sequence_number":3,"response":{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}}"#;
const STORED: &str = r#"{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}]}"#;

async fn open(server: &Scripted) -> ResponseStream {
    server
        .client()
        .responses()
        .create("Hi")
        .store(false)
        .stream()
        .await
        .unwrap()
}

/// Returns the text deltas and how the stream ended.
async fn read(mut stream: ResponseStream) -> (String, Result<(), Error>) {
    let mut text = String::new();
    loop {
        match stream.try_next().await {
            Ok(Some(event)) => text.push_str(event.text_delta().unwrap_or_default()),
            Ok(None) => return (text, Ok(())),
            Err(error) => return (text, Err(error)),
        }
    }
}

#[tokio::test]
async fn bytes_one_by_one_with_every_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let snowman = HEL.replace("Hel", "H☃l");
        let wire = [CREATED, &snowman, LO, COMPLETED]
            .map(|data| format!(": hello{end}event: x{end}data: {data}{end}{end}"))
            .concat();
        let chunks = wire.bytes().map(|byte| vec![byte]).collect();
        let server = Scripted::start(vec![Reply::Stream(chunks, End::Clean)]).await;
        let (text, outcome) = read(open(&server).await).await;
        outcome.unwrap();
        assert_eq!(text, "H☃llo", "{end:?}");
    }
}

#[tokio::test]
async fn it_ends_with_the_completing_event_while_the_connection_stays_open() {
    let server = Scripted::start(vec![events(&[CREATED, HEL, LO, COMPLETED], End::Open)]).await;
    let (text, outcome) = read(open(&server).await).await;
    assert_eq!((text.as_str(), outcome.is_ok()), ("Hello", true));
    server.closed.notified().await;
}

#[tokio::test]
async fn the_last_event_counts_without_its_blank_line() {
    let mut chunks: Vec<Vec<u8>> = [CREATED, HEL]
        .map(|data| format!("data: {data}\n\n").into_bytes())
        .into();
    chunks.push(format!("data: {COMPLETED}").into_bytes());
    let server = Scripted::start(vec![Reply::Stream(chunks, End::Clean)]).await;
    let response = open(&server).await.final_response().await.unwrap();
    assert_eq!(response.output_text(), "Hello");
    assert!(response.is_completed());
}

const ADDED: &str = r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","status":"in_progress","content":[]}}"#;
const DONE: &str = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello","annotations":[]}]}}"#;
/// A closing event without the output.
const EMPTY: &str = r#"{"type":"response.completed","sequence_number":9,"response":{"id":"resp_1","object":"response","created_at":1,"model":"m","status":"completed","output":[]}}"#;

#[tokio::test]
async fn a_stream_without_a_closing_event_is_complete_if_every_item_is_done() {
    let body = [CREATED, ADDED, HEL, LO, DONE];
    let with_done = [CREATED, ADDED, HEL, LO, DONE, "[DONE]", "never read"];
    let garbled = [
        CREATED,
        ADDED,
        HEL,
        LO,
        DONE,
        r#"{"type":"response.completed",}"#,
    ];
    for reply in [
        events(&body, End::Clean),
        events(&with_done, End::Open),
        events(&garbled, End::Open),
    ] {
        let server = Scripted::start(vec![reply]).await;
        let mut stream = open(&server).await;
        let mut last = None;
        while let Some(event) = stream.next().await {
            last = Some(event.unwrap());
        }
        let Some(StreamEvent::Completed(last)) = last else {
            panic!("{last:?}");
        };
        assert_eq!(last.response.output_text(), "Hello");
        assert_eq!(last.response.usage, None);
        assert!(stream.defects().contains(&StreamDefect::NoClosingEvent));
        let response = stream.final_response().await.unwrap();
        assert!(response.is_completed());
        assert_eq!(
            (response.id.as_str(), response.model.as_str()),
            ("resp_1", "m")
        );
    }
}

#[tokio::test]
async fn done_ends_an_incomplete_stream_with_the_received_part() {
    // The item began and is not done; no item at all; only reasoning.
    let reasoning = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"r","summary":[]}}"#;
    for (data, came) in [
        (vec![CREATED, HEL, LO, "[DONE]", "never read"], "Hello"),
        (vec![CREATED, "[DONE]"], ""),
        (vec![CREATED, reasoning, "[DONE]"], ""),
    ] {
        let server = Scripted::start(vec![events(&data, End::Open)]).await;
        let error = open(&server).await.final_response().await.unwrap_err();
        assert!(error.is_interrupted(), "{error:?}");
        assert_eq!(error.retry_safety(), RetrySafety::Unknown);
        let response = error.into_response().unwrap();
        assert_eq!(response.status, Some(ResponseStatus::Incomplete));
        assert_eq!(response.output_text(), came);
        let reason = response.incomplete_details.unwrap().reason.unwrap();
        assert_eq!(reason.as_str(), "stream_interrupted");
    }
}

#[tokio::test]
async fn a_stream_that_ends_early_is_an_error_with_the_received_part() {
    let server = Scripted::start(vec![
        events(&[CREATED, HEL], End::Clean),
        events(&[CREATED, HEL], End::Clean),
    ])
    .await;
    let (text, outcome) = read(open(&server).await).await;
    let error = outcome.unwrap_err();
    assert_eq!(text, "Hel");
    assert!(error.is_interrupted());
    assert_eq!(error.request_id(), Some("STREAM/1"));
    assert_eq!(error.response_id(), Some("resp_1"));
    assert_eq!(error.response().unwrap().output_text(), "Hel");
    let error = open(&server).await.final_response().await.unwrap_err();
    assert!(error.is_interrupted());
    assert_eq!(error.response().unwrap().output_text(), "Hel");
}

#[tokio::test]
async fn a_cut_connection_is_an_error_with_the_received_part() {
    let server = Scripted::start(vec![events(&[CREATED, HEL], End::Cut)]).await;
    let error = open(&server).await.final_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.retry_safety(), RetrySafety::Unknown);
    assert_eq!(error.response().unwrap().output_text(), "Hel");
    assert!(error.response().unwrap().is_incomplete());
    assert!(error.source().is_some());
}

#[tokio::test]
async fn an_empty_stream_is_an_error() {
    for reply in [events(&[], End::Clean), events(&["[DONE]"], End::Clean)] {
        let server = Scripted::start(vec![reply]).await;
        let error = open(&server).await.final_response().await.unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert!(error.response().is_none());
    }
}

#[tokio::test]
async fn errors_inside_a_stream_are_errors_in_every_shape() {
    for data in [
        r#"{"type":"error","code":"server_error","message":"It broke.","param":null,"sequence_number":2}"#,
        r#"{"type":"error","error":{"type":"server_error","code":"server_error","message":"It broke."}}"#,
        r#"{"error":{"code":"server_error","message":"It broke."}}"#,
        r#"{"code":"server_error","message":"It broke."}"#,
    ] {
        let server = Scripted::start(vec![events(&[CREATED, HEL, data, LO], End::Open)]).await;
        let (text, outcome) = read(open(&server).await).await;
        let error = outcome.unwrap_err();
        assert_eq!(text, "Hel");
        assert_eq!(error.kind(), ErrorKind::Service, "{data}");
        assert_eq!(error.code(), Some("server_error"), "{data}");
        assert_eq!(error.message(), "It broke.");
        assert_eq!(error.response_id(), Some("resp_1"));
    }
}

#[tokio::test]
async fn a_named_error_event_needs_no_json() {
    let chunks = vec![b"event: error\ndata: upstream went away\n\n".to_vec()];
    let server = Scripted::start(vec![Reply::Stream(chunks, End::Clean)]).await;
    let error = open(&server).await.final_response().await.unwrap_err();
    assert_eq!(error.message(), "upstream went away");
}

#[tokio::test]
async fn a_failed_response_is_an_error_with_the_response() {
    let failed = COMPLETED
        .replace("response.completed", "response.failed")
        .replace(
            r#""status":"completed""#,
            r#""status":"failed","error":{"code":"server_error","message":"Out of luck."}"#,
        );
    let server = Scripted::start(vec![
        events(&[CREATED, HEL, &failed], End::Clean),
        json(
            200,
            failed
                .split_once(r#""response":"#)
                .unwrap()
                .1
                .strip_suffix('}')
                .unwrap(),
        ),
    ])
    .await;
    let streamed = open(&server).await.final_response().await.unwrap_err();
    let plain = server
        .client()
        .responses()
        .create("Hi")
        .send()
        .await
        .unwrap_err();
    for error in [streamed, plain] {
        assert!(error.is_failed());
        assert_eq!(error.retry_safety(), RetrySafety::Completed);
        assert_eq!(error.code(), Some("server_error"));
        assert!(error.to_string().contains("Out of luck."), "{error}");
        assert_eq!(error.response().unwrap().id, "resp_1");
    }
}

#[tokio::test]
async fn heartbeats_and_unknown_events_do_no_harm() {
    let chunks = [
        ": comment\n\n",
        "event: ping\ndata: {}\n\n",
        "event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":9}\n\n",
        "data:\n\n",
        "data: {\"type\":\"response.invented\",\"news\":[1]}\n\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into_iter()
    .chain([CREATED, HEL, LO, COMPLETED].map(|data| format!("data: {data}\n\n").into_bytes()))
    .collect();
    let server = Scripted::start(vec![Reply::Stream(chunks, End::Clean)]).await;
    let mut stream = open(&server).await;
    let first = stream.next().await.unwrap().unwrap();
    let StreamEvent::Unknown(unknown) = first else {
        panic!("{first:?}");
    };
    assert_eq!(unknown.as_value()["news"][0], 1);
    assert_eq!(stream.heartbeats(), 4);
    assert_eq!(
        stream.final_response().await.unwrap().output_text(),
        "Hello"
    );
}

#[tokio::test]
async fn a_garbled_event_is_a_defect_and_the_stream_continues() {
    let data = [
        CREATED,
        "{broken",
        HEL,
        r#"{"type":"response.in_progress",}"#,
        LO,
        COMPLETED,
    ];
    let server = Scripted::start(vec![events(&data, End::Clean)]).await;
    let mut stream = open(&server).await;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        text.push_str(event.unwrap().text_delta().unwrap_or_default());
    }
    assert_eq!(text, "Hello");
    assert_eq!(stream.defects(), [StreamDefect::GarbledEvent; 2]);
}

#[tokio::test]
async fn a_garbled_closing_event_is_an_error_with_the_received_part() {
    let broken = &COMPLETED[..COMPLETED.len() - 2];
    let named = b"event: response.completed\ndata: {broken\n\n".to_vec();
    for last in [format!("data: {broken}\n\n").into_bytes(), named] {
        let mut chunks: Vec<Vec<u8>> = [CREATED, HEL, LO]
            .map(|data| format!("data: {data}\n\n").into_bytes())
            .into();
        chunks.push(last);
        let server = Scripted::start(vec![Reply::Stream(chunks, End::Open)]).await;
        let error = open(&server).await.final_response().await.unwrap_err();
        assert!(error.is_decode(), "{error:?}");
        assert_eq!(error.response().unwrap().output_text(), "Hello");
    }
}

#[tokio::test]
async fn an_event_beyond_the_limit_ends_the_stream() {
    let server = Scripted::start(vec![events(&[CREATED, &"x".repeat(5000)], End::Open)]).await;
    let client = server.builder().max_event_bytes(1000).build().unwrap();
    let stream = client
        .responses()
        .create("Hi")
        .store(false)
        .stream()
        .await
        .unwrap();
    let error = stream.final_response().await.unwrap_err();
    assert!(error.is_decode());
    let shown = format!("{error:#}");
    assert!(
        shown.contains("1000 bytes") && shown.contains("max_event_bytes"),
        "{shown}"
    );
    assert!(error.source().is_some());
}

#[tokio::test]
async fn an_error_in_place_of_a_stream_keeps_its_message() {
    let html = "<html><title>Sign in</title><body>to the proxy</body></html>";
    for (reply, kind, text) in [
        (
            json(400, r#"{"error":{"code":"bad","message":"No such tool."}}"#),
            ErrorKind::Service,
            "No such tool.",
        ),
        (
            json(200, r#"{"error":{"code":"bad","message":"Late error."}}"#),
            ErrorKind::Service,
            "Late error.",
        ),
        (
            Reply::Body(200, "content-type: text/html\r\n", html.to_owned()),
            ErrorKind::Decode,
            "Sign in to the proxy",
        ),
        (
            Reply::Body(404, "content-type: text/html\r\n", html.to_owned()),
            ErrorKind::Service,
            "Sign in to the proxy",
        ),
    ] {
        let server = Scripted::start(vec![reply]).await;
        let error = server
            .client()
            .responses()
            .create("Hi")
            .stream()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_stall_is_detected_despite_heartbeats() {
    let heartbeat = b": still here\n\n".to_vec();
    let chunks = vec![
        format!("data: {CREATED}\n\n").into_bytes(),
        heartbeat.clone(),
        heartbeat,
    ];
    let server = Scripted::start(vec![Reply::Stream(chunks, End::Open)]).await;
    let clock = ManualClock::new();
    let client = server
        .builder()
        .clock(clock.clone())
        .stall_timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    let mut stream = client
        .responses()
        .create("Hi")
        .store(false)
        .stream()
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    let waiting = tokio::spawn(async move {
        let error = stream.next().await.unwrap().unwrap_err();
        (error, stream.heartbeats())
    });
    while clock.slept().is_empty() {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(29));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    clock.advance(Duration::from_secs(1));
    let (error, _) = waiting.await.unwrap();
    assert!(error.is_timeout());
    assert!(error.to_string().contains("30s"), "{error}");
}

#[tokio::test]
async fn the_deadline_includes_the_stream() {
    let server = Scripted::start(vec![events(&[CREATED, HEL], End::Open)]).await;
    let clock = ManualClock::new();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let mut stream = client
        .responses()
        .create("Hi")
        .timeout(Duration::from_secs(60))
        .stream()
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    clock.advance(Duration::from_secs(60));
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(error.to_string().contains("60s"), "{error}");
    assert_eq!(error.response().unwrap().output_text(), "Hel");
}

#[tokio::test]
async fn a_background_stream_is_resumed_where_it_was_interrupted() {
    let server = Scripted::start(vec![
        events(&[CREATED, HEL], End::Cut),
        json(503, "{}"),
        // The server repeats an event that was received before.
        events(&[HEL, LO], End::Cut),
        events(&[COMPLETED], End::Clean),
    ])
    .await;
    let stream = server
        .client()
        .responses()
        .create("Hi")
        .background(true)
        .stream()
        .await
        .unwrap();
    let (text, outcome) = read(stream).await;
    outcome.unwrap();
    assert_eq!(text, "Hello");
    let lines: Vec<String> = server
        .received()
        .iter()
        .map(|r| r.line().to_owned())
        .collect();
    assert!(
        lines[1].starts_with("GET /openai/v1/responses/resp_1?"),
        "{lines:?}"
    );
    assert!(lines[1].contains("starting_after=1") && lines[1].contains("stream=true"));
    assert!(lines[3].contains("starting_after=2"));
}

#[tokio::test]
async fn a_stored_response_is_retrieved_when_its_stream_is_interrupted() {
    let in_progress = STORED.replace("completed", "in_progress");
    let server = Scripted::start(vec![
        events(&[CREATED, HEL], End::Cut),
        json(200, in_progress),
        json(200, STORED),
    ])
    .await;
    let stream = server
        .client()
        .responses()
        .create("Hi")
        .stream()
        .await
        .unwrap();
    let response = stream.final_response().await.unwrap();
    assert!(response.is_completed());
    assert_eq!(response.output_text(), "Hello");
    assert!(
        server.received()[2]
            .line()
            .starts_with("GET /openai/v1/responses/resp_1 ")
    );
}

#[tokio::test]
async fn an_interruption_without_recovery_reports_the_received_part() {
    let server = Scripted::start(vec![
        events(&[CREATED, HEL], End::Cut),
        json(404, r#"{"error":{"message":"No response resp_1."}}"#),
    ])
    .await;
    let stream = server
        .client()
        .responses()
        .create("Hi")
        .stream()
        .await
        .unwrap();
    let error = stream.final_response().await.unwrap_err();
    assert_eq!(error.response().unwrap().output_text(), "Hel");
    assert!(error.hint().unwrap().contains("No response resp_1."));
}

#[tokio::test]
async fn dropping_closes_the_connection_and_cancel_stops_the_response() {
    let server = Scripted::start(vec![
        events(&[CREATED, HEL], End::Open),
        events(&[CREATED, HEL], End::Open),
        json(200, STORED.replace("completed", "cancelled")),
    ])
    .await;
    let mut stream = open(&server).await;
    stream.next().await.unwrap().unwrap();
    drop(stream);
    server.closed.notified().await;

    let mut stream = open(&server).await;
    stream.next().await.unwrap().unwrap();
    let cancelled = stream.cancel().await.unwrap();
    assert_eq!(cancelled.status, Some(ResponseStatus::Cancelled));
    server.closed.notified().await;
    assert!(
        server.received()[2]
            .line()
            .starts_with("POST /openai/v1/responses/resp_1/cancel ")
    );
}

#[tokio::test]
async fn deltas_have_distinct_kinds() {
    let data = [
        CREATED,
        r#"{"type":"response.reasoning_summary_text.delta","item_id":"r","output_index":0,"summary_index":0,"delta":"Hm"}"#,
        r#"{"type":"response.reasoning_text.delta","item_id":"r","output_index":0,"content_index":0,"delta":"so"}"#,
        r#"{"type":"response.function_call_arguments.delta","item_id":"f","output_index":1,"delta":"{}"}"#,
        r#"{"type":"response.refusal.delta","item_id":"m","output_index":2,"content_index":0,"delta":"No"}"#,
        r#"{"type":"response.output_text.delta","item_id":"n","output_index":3,"content_index":0,"delta":"Yes"}"#,
        EMPTY,
    ];
    let server = Scripted::start(vec![events(&data, End::Clean)]).await;
    let mut deltas = open(&server).await.deltas();
    let mut seen = Vec::new();
    while let Some(delta) = deltas.next().await {
        seen.push(delta.unwrap());
    }
    assert_eq!(
        seen,
        [
            Delta::ReasoningSummary("Hm".into()),
            Delta::Reasoning("so".into()),
            Delta::FunctionArguments {
                output_index: 1,
                delta: "{}".into()
            },
            Delta::Refusal("No".into()),
            Delta::Text("Yes".into()),
        ]
    );
    let response = deltas.stream().response().unwrap();
    assert_eq!(response.output_text(), "Yes");
    assert_eq!(response.refusal().unwrap(), "No");
    assert_eq!(response.reasoning_summary(), "Hm");
}

#[tokio::test]
async fn an_item_that_never_began_but_is_done_is_kept() {
    let done = r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}"#;
    let server = Scripted::start(vec![events(&[CREATED, HEL, done, EMPTY], End::Clean)]).await;
    let response = open(&server).await.final_response().await.unwrap();
    assert_eq!(response.output_text(), "Hel");
    assert_eq!(response.function_calls().next().unwrap().name, "f");
}
