//! Bodies of another kind than requested, or in another wrapping.

use std::io::Write as _;

use futures_util::TryStreamExt;
use oci_genai::time::ManualClock;
use oci_genai::{
    Client, Defect, DefectKind, Delta, Error, ErrorKind, RetrySafety, StreamEventExt, Tolerant,
};
use serde_json::{Value, json};

use crate::scripted::{self, End, Reply, Scripted};

fn response(text: &str) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": [
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]},
    ]})
}

fn stream_text(text: &str) -> String {
    let created = json!({"type": "response.created", "response": {"id": "resp_1", "object": "response", "status": "in_progress"}});
    let delta = json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": text});
    let completed = json!({"type": "response.completed", "response": response(text)});
    [created, delta, completed]
        .map(|event| format!("data: {event}\n\n"))
        .concat()
}

fn chunks(headers: &'static str, body: &str) -> Reply {
    // Split anywhere.
    let chunks = body.as_bytes().chunks(7).map(<[u8]>::to_vec).collect();
    Reply::Chunks(headers, chunks, End::Clean)
}

const TYPES: [&str; 5] = [
    "content-type: text/plain; charset=utf-8\r\n",
    "content-type: application/octet-stream\r\n",
    "content-type: application/json\r\n",
    "content-type: text/event-stream\r\n",
    "",
];

async fn streamed(client: &Client) -> Result<String, Error> {
    let stream = client
        .responses()
        .create("Hi")
        .store(false)
        .stream()
        .await?;
    let mut text = String::new();
    let mut stream = std::pin::pin!(stream);
    while let Some(event) = stream.try_next().await? {
        text.push_str(event.text_delta().unwrap_or_default());
    }
    Ok(text)
}

async fn asked(client: &Client) -> Result<String, Error> {
    Ok(client.responses().create("Hi").send().await?.output_text())
}

#[tokio::test]
async fn a_stream_is_read_with_any_content_type() {
    for headers in TYPES {
        for before in ["", "\u{FEFF}", ": hello\n\n", "\n\nevent: x\n"] {
            let body = format!("{before}{}", stream_text("hello"));
            let server = Scripted::start(vec![chunks(headers, &body)]).await;
            assert_eq!(
                streamed(&server.client()).await.unwrap(),
                "hello",
                "{headers} {before}"
            );
        }
    }
}

#[tokio::test]
async fn a_complete_response_is_replayed_as_a_stream() {
    for headers in TYPES {
        for body in [
            response("hello").to_string(),
            serde_json::to_string_pretty(&response("hello")).unwrap(),
            format!("\u{FEFF}{}", response("hello")),
            format!("{}\n\ndata: [DONE]\n\n", response("hello")),
        ] {
            let server = Scripted::start(vec![chunks(headers, &body)]).await;
            assert_eq!(
                streamed(&server.client()).await.unwrap(),
                "hello",
                "{headers} {body}"
            );
        }
    }
    let server = Scripted::start(vec![scripted::json(200, response("hello"))]).await;
    let stream = server
        .client()
        .responses()
        .create("Hi")
        .stream()
        .await
        .unwrap();
    let deltas: Vec<Delta> = stream.deltas().try_collect().await.unwrap();
    assert_eq!(deltas, [Delta::Text("hello".into())]);
}

#[tokio::test]
async fn a_response_on_one_line_is_read_while_the_connection_stays_open() {
    let line = format!("{}\n", response("hello")).into_bytes();
    let headers = "content-type: application/json\r\n";
    let server = Scripted::start(vec![Reply::Chunks(headers, vec![line], End::Open)]).await;
    assert_eq!(streamed(&server.client()).await.unwrap(), "hello");
}

#[tokio::test]
async fn events_without_framing_are_a_stream() {
    let lines = stream_text("hello")
        .replace("data: ", "")
        .replace("\n\n", "\n");
    let headers = "content-type: application/x-ndjson\r\n";
    let server = Scripted::start(vec![chunks(headers, &lines)]).await;
    assert_eq!(streamed(&server.client()).await.unwrap(), "hello");
}

#[tokio::test]
async fn a_response_in_progress_is_awaited() {
    let mut queued = response("");
    queued["status"] = json!("queued");
    queued["output"] = json!([]);
    let server = Scripted::start(vec![
        scripted::json(200, &queued),
        scripted::json(200, &queued),
        scripted::json(200, response("hello")),
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
    assert_eq!(response.output_text(), "hello");
    assert!(
        server.received()[2]
            .line()
            .starts_with("GET /openai/v1/responses/resp_1 ")
    );
}

#[tokio::test]
async fn a_stream_in_place_of_a_response_is_read() {
    for headers in TYPES {
        for body in [
            stream_text("hello"),
            format!(
                "\u{FEFF}: hello\n\n{}data: [DONE]\n\n",
                stream_text("hello")
            ),
        ] {
            let server =
                Scripted::start(vec![chunks(headers, &body), chunks(headers, &body)]).await;
            let client = server.client();
            assert_eq!(asked(&client).await.unwrap(), "hello", "{headers} {body}");
            let found = client.responses().retrieve("resp_1").await.unwrap();
            assert_eq!(found.output_text(), "hello");
        }
    }
    let cut: String = stream_text("hello")
        .split_inclusive("\n\n")
        .take(2)
        .collect();
    let server = Scripted::start(vec![chunks("", &cut)]).await;
    let error = asked(&server.client()).await.unwrap_err();
    assert!(error.is_interrupted(), "{error:?}");
    assert_eq!(error.response().unwrap().output_text(), "hello");
    let broken = "data: {\"error\":{\"message\":\"Broke.\",\"code\":7}}\n\n";
    let server = Scripted::start(vec![chunks("", broken)]).await;
    let error = asked(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Service, "Broke.")
    );
}

#[tokio::test]
async fn json_is_read_despite_surrounding_bytes() {
    for body in [
        format!("\u{FEFF}{}", response("hello")),
        format!("{}data: [DONE]\n\n", response("hello")),
        response("hello")
            .to_string()
            .replace("\"created_at\":1", "\"created_at\":NaN"),
        response("@")
            .to_string()
            .replace('@', "hello")
            .replace("\"m\"", "\"\\ud83d\""),
    ] {
        let reply = || scripted::json(200, &body);
        let server = Scripted::start(vec![reply(), reply()]).await;
        let client = server.client();
        assert_eq!(asked(&client).await.unwrap(), "hello", "{body}");
        let raw = client.responses().create("Hi").send_raw().await.unwrap();
        assert_eq!(raw.response().unwrap().output_text(), "hello", "{body}");
    }
    let empty = json!({"object": "response", "status": "completed", "output": []});
    let failed = json!({"object": "response", "status": "failed", "error": {"code": "x", "message": "Broke."}});
    for (body, kind) in [
        (empty.to_string(), ErrorKind::NoOutput),
        (failed.to_string(), ErrorKind::ResponseFailed),
        ("<html>".to_owned(), ErrorKind::Decode),
        (stream_text(""), ErrorKind::NoOutput),
    ] {
        let server = Scripted::start(vec![scripted::json(200, &body)]).await;
        let raw = server.client().responses().create("Hi").send_raw().await;
        assert_eq!(raw.unwrap().response().unwrap_err().kind(), kind, "{body}");
    }
}

#[tokio::test]
async fn an_error_object_in_a_success_is_an_error() {
    let quota = json!({"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota", "param": null}});
    let other = json!({"error": {"message": "You broke it", "code": 500}});
    for (body, retry_safety, code) in [
        (&quota, RetrySafety::Rejected, "insufficient_quota"),
        (&other, RetrySafety::Unknown, "500"),
    ] {
        let in_stream = format!("data: {body}\n\n");
        let with_words = format!("{body}\n\ndata: [DONE]\n\n");
        for reply in [
            scripted::json(200, body),
            chunks(TYPES[3], &body.to_string()),
            chunks(TYPES[0], &in_stream),
            chunks(TYPES[3], &in_stream),
            scripted::json(200, with_words),
        ] {
            let server = Scripted::start(vec![reply]).await;
            let error = streamed(&server.client()).await.unwrap_err();
            assert_words(&error, retry_safety, code);
            assert_eq!(server.received().len(), 1);
        }
        let server =
            Scripted::start(vec![scripted::json(200, body), scripted::json(200, body)]).await;
        let client = server.client();
        assert_words(&asked(&client).await.unwrap_err(), retry_safety, code);
        let conversation = client.conversations().create().await.unwrap_err();
        assert_words(&conversation, retry_safety, code);
        assert_eq!(server.received().len(), 2);
    }
}

fn assert_words(error: &Error, retry_safety: RetrySafety, code: &str) {
    assert_eq!(error.kind(), ErrorKind::Service, "{error:?}");
    assert_eq!(error.retry_safety(), retry_safety);
    assert_eq!(error.code(), Some(code));
    assert!(error.message().starts_with("You "), "{error:?}");
    assert_eq!(error.is_permanent(), retry_safety == RetrySafety::Rejected);
    assert!(!error.hint().is_some_and(|hint| hint.contains("send fewer")));
}

#[tokio::test]
async fn other_json_is_an_error_that_shows_no_output_text() {
    for body in [
        json!({"hello": "secret"}),
        json!({"id": "x", "choices": [{"message": {"content": "secret"}}]}),
        json!(["secret"]),
        json!("secret"),
        json!({}),
    ] {
        let reply = || scripted::json(200, &body);
        let server = Scripted::start(vec![reply(), reply()]).await;
        let client = server.client();
        for error in [
            asked(&client).await.unwrap_err(),
            streamed(&client).await.unwrap_err(),
        ] {
            assert!(error.is_decode(), "{body}: {error:?}");
            assert_eq!(error.retry_safety(), RetrySafety::Completed);
            let shown = format!("{error:#} {error:?}");
            assert!(
                body.is_string() || body.is_array() || !shown.contains("secret"),
                "{shown}"
            );
            let kept: Value = serde_json::from_str(error.service_error().unwrap().body()).unwrap();
            assert_eq!(kept, body);
        }
    }
    // One criterion is enough.
    for odd in [
        json!({"object": "response", "output": {"type": "message", "role": "assistant", "content": "hello"}}),
        json!({"status": "completed", "output": ["hello"]}),
        json!({"output": [{"content": "hello"}]}),
    ] {
        let server = Scripted::start(vec![scripted::json(200, &odd)]).await;
        assert_eq!(asked(&server.client()).await.unwrap(), "hello", "{odd}");
    }
}

#[tokio::test]
async fn a_response_without_output_is_an_error() {
    for (status, output, state) in [
        (json!("completed"), json!([]), "completed"),
        (json!(null), json!([]), "completed"),
        (json!("requires_action"), json!([]), "requires_action"),
        (json!("incomplete"), json!([]), "incomplete"),
        (
            json!("completed"),
            json!([{"type": "message", "role": "assistant", "content": ""}]),
            "completed",
        ),
    ] {
        let mut body = response("");
        body["status"] = status;
        body["output"] = output;
        let server = Scripted::start(vec![scripted::json(200, &body)]).await;
        let error = asked(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoOutput, "{body}");
        assert!(error.to_string().contains(state), "{error}");
        assert_eq!(error.retry_safety(), RetrySafety::Completed);
    }
    let mut cut = response("");
    cut["status"] = json!("incomplete");
    cut["incomplete_details"] = json!({"reason": "max_output_tokens"});
    let server = Scripted::start(vec![scripted::json(200, &cut)]).await;
    assert_eq!(asked(&server.client()).await.unwrap(), "");
}

#[tokio::test]
async fn a_stalled_body_ends_with_the_stall_timeout() {
    for (headers, body) in [
        (TYPES[0], "da"),
        (TYPES[0], "some text"),
        (TYPES[2], "{\"id\":"),
        (TYPES[3], "{\"id\":"),
        ("content-type: text/html\r\n", "<html>"),
        (TYPES[4], ""),
    ] {
        let body = vec![body.as_bytes().to_vec()];
        let body = body.into_iter().filter(|chunk| !chunk.is_empty()).collect();
        let server = Scripted::start(vec![Reply::Chunks(headers, body, End::Open)]).await;
        let clock = ManualClock::new();
        let client = server
            .builder()
            .clock(clock.clone())
            .stall_timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        let waiting = tokio::spawn(async move { streamed(&client).await });
        while clock.slept().is_empty() {
            tokio::task::yield_now().await;
        }
        clock.advance(std::time::Duration::from_secs(30));
        let error = waiting.await.unwrap().unwrap_err();
        assert!(error.is_timeout(), "{headers}: {error:?}");
        server.closed.notified().await;
    }
}

#[tokio::test]
async fn an_error_names_the_exceeded_body_limit() {
    let large = response(&"x".repeat(100_000)).to_string();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(large.as_bytes()).unwrap();
    let zipped = gzip.finish().unwrap();
    assert!(zipped.len() < 1000);
    let packed = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let plain = "content-type: application/json\r\n";
    let replies = |headers, body: &[u8]| {
        vec![
            Reply::Chunks(headers, vec![body.to_vec()], End::Clean),
            Reply::Chunks(headers, vec![body.to_vec()], End::Clean),
            Reply::Chunks(headers, vec![body.to_vec()], End::Clean),
        ]
    };
    for (headers, body) in [(plain, large.as_bytes()), (packed, &zipped[..])] {
        let server = Scripted::start(replies(headers, body)).await;
        let client = server.builder().max_response_bytes(50_000).build().unwrap();
        let raw = client.responses().create("Hi").send_raw().await;
        for error in [
            asked(&client).await.unwrap_err(),
            streamed(&client).await.unwrap_err(),
            raw.unwrap_err(),
        ] {
            assert!(error.is_decode(), "{error:?}");
            assert_eq!(error.retry_safety(), RetrySafety::Completed);
            let shown = format!("{error:#}");
            assert!(
                shown.contains("50000 bytes") && shown.contains("max_response_bytes"),
                "{shown}"
            );
        }
        let server = Scripted::start(replies(headers, body)).await;
        let client = server
            .builder()
            .max_response_bytes(large.len())
            .build()
            .unwrap();
        assert_eq!(asked(&client).await.unwrap().len(), 100_000);
    }
}

#[tokio::test]
async fn an_unsupported_encoding_is_named() {
    for encoding in ["deflate", "br", "zstd"] {
        let headers: &'static str = Box::leak(
            format!("content-type: application/json\r\ncontent-encoding: {encoding}\r\n")
                .into_boxed_str(),
        );
        let reply = |status| Reply::Body(status, headers, "\u{1}\u{2}binary".to_owned());
        let server = Scripted::start(vec![reply(200), reply(200), reply(400)]).await;
        let client = server.client();
        for error in [
            asked(&client).await.unwrap_err(),
            streamed(&client).await.unwrap_err(),
        ] {
            assert!(error.is_decode(), "{error:?}");
            let shown = error.to_string();
            assert!(
                shown.contains(&format!(
                    "the response has the unsupported encoding {encoding}"
                )),
                "{shown}"
            );
        }
        let error = asked(&client).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 400);
        assert!(error.message().contains(encoding), "{error}");
    }
    let reply = Reply::Body(
        200,
        "content-encoding: identity\r\n",
        response("hello").to_string(),
    );
    let server = Scripted::start(vec![reply]).await;
    assert_eq!(asked(&server.client()).await.unwrap(), "hello");
}

#[tokio::test]
async fn the_message_of_an_error_is_found_in_any_wrapping() {
    for body in [
        "data: {\"error\":{\"message\":\"Wrong.\",\"code\":\"bad\"}}\n\n",
        "event: error\ndata: {\"code\":\"bad\",\"message\":\"Wrong.\"}\n\ndata: [DONE]\n\n",
        "\u{FEFF}{\"error\":{\"message\":\"Wrong.\",\"code\":\"bad\"}}",
        "{\"error\":{\"message\":\"Wrong.\",\"code\":\"bad\"}}\n\ndata: [DONE]\n\n",
    ] {
        let reply = || Reply::Body(400, "", body.to_owned());
        let server = Scripted::start(vec![reply(), reply()]).await;
        let client = server.client();
        for error in [
            asked(&client).await.unwrap_err(),
            streamed(&client).await.unwrap_err(),
        ] {
            assert_eq!(
                (error.message(), error.code()),
                ("Wrong.", Some("bad")),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn an_error_is_found_in_lists_and_under_other_names() {
    for (body, code) in [
        (
            json!([{"error": {"message": "You may not.", "code": "x"}}]),
            Some("x"),
        ),
        (
            json!({"errors": [{"message": "You may not.", "code": "x"}, {"message": "More."}]}),
            Some("x"),
        ),
        (json!({"errors": ["You may not."]}), None),
        (
            json!({"detail": [{"loc": ["body"], "msg": "You may not.", "type": "missing"}]}),
            None,
        ),
        (
            json!({"error": "x", "error_description": "You may not."}),
            Some("x"),
        ),
        (
            json!({"error": {"message": {"text": "You may not."}, "code": "x"}}),
            Some("x"),
        ),
    ] {
        for status in [200, 400] {
            let reply = || scripted::json(status, &body);
            let server = Scripted::start(vec![reply(), reply()]).await;
            let client = server.client();
            for error in [
                asked(&client).await.unwrap_err(),
                streamed(&client).await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Service, "{body}: {error:?}");
                assert_eq!(
                    (error.message(), error.code()),
                    ("You may not.", code),
                    "{body}"
                );
                // The form of the body is nobody's concern.
                assert!(
                    !format!("{error:#}").contains("required members"),
                    "{error:#}"
                );
            }
        }
    }
}

#[tokio::test]
async fn an_answer_of_another_success_is_read() {
    for status in [201, 202, 203] {
        let server = Scripted::start(vec![
            Reply::Body(status, TYPES[2], response("hello").to_string()),
            Reply::Body(status, TYPES[3], stream_text("hello")),
            scripted::json(status, json!({"id": "conv_1", "object": "conversation"})),
        ])
        .await;
        let client = server.client();
        assert_eq!(asked(&client).await.unwrap(), "hello", "{status}");
        assert_eq!(streamed(&client).await.unwrap(), "hello", "{status}");
        let conversation = client.conversations().create().await.unwrap();
        assert_eq!(conversation.id, "conv_1");
    }
}

#[tokio::test]
async fn a_response_in_place_of_events_is_read() {
    let whole = response("hello");
    for body in [
        format!("data: {whole}\n\ndata: [DONE]\n\n"),
        format!("event: message\ndata: {whole}\n\n"),
        format!(": working\n\n: working\n\n{whole}"),
        format!(
            ": working\n\n{}\n",
            serde_json::to_string_pretty(&whole).unwrap()
        ),
    ] {
        for headers in TYPES {
            let server =
                Scripted::start(vec![chunks(headers, &body), chunks(headers, &body)]).await;
            let client = server.client();
            assert_eq!(asked(&client).await.unwrap(), "hello", "{headers} {body}");
            let stream = client.responses().create("Hi").store(false).stream();
            let response = stream.await.unwrap().final_response().await.unwrap();
            assert_eq!(response.output_text(), "hello", "{headers} {body}");
        }
    }
}

#[tokio::test]
async fn events_without_blank_lines_are_split() {
    for name in ["", "event: x\n"] {
        let body = stream_text("hello").replace("\n\ndata", &format!("\n{name}data"));
        let server = Scripted::start(vec![chunks(TYPES[3], &body), chunks(TYPES[2], &body)]).await;
        assert_eq!(streamed(&server.client()).await.unwrap(), "hello", "{body}");
        assert_eq!(asked(&server.client()).await.unwrap(), "hello", "{body}");
    }
}

#[tokio::test]
async fn an_error_on_several_lines_of_a_stream_is_read() {
    let error = json!({"error": {"message": "You broke it", "code": 500}});
    let error = serde_json::to_string_pretty(&error).unwrap();
    let begun = stream_text("hel");
    let begun = &begun[..begun.rfind("data:").unwrap()];
    for end in [
        "",
        "\n",
        "\n\n",
        "\n\ndata: [DONE]\n\n",
        "\ndata: [DONE]\n\n",
    ] {
        let body = format!("{begun}{error}{end}");
        let server = Scripted::start(vec![chunks(TYPES[3], &body)]).await;
        let failed = streamed(&server.client()).await.unwrap_err();
        assert_words(&failed, RetrySafety::Unknown, "500");
    }
    // What is no JSON costs nothing.
    let (first, rest) = stream_text("hello")
        .split_once("\n\n")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let body = format!("{first}\n\n{{\"broken\":\n{rest}");
    let server = Scripted::start(vec![chunks(TYPES[3], &body)]).await;
    assert_eq!(streamed(&server.client()).await.unwrap(), "hello");
}

#[tokio::test]
async fn what_came_in_another_form_is_listed() {
    let mut body = response("hello");
    body["created_at"] = json!("yesterday");
    body["output"][0]["role"] = Value::Null;
    let server = Scripted::start(vec![scripted::json(200, body)]).await;
    let response = server
        .client()
        .responses()
        .create("Hi")
        .send()
        .await
        .unwrap();
    let defects: Vec<(String, DefectKind)> = Tolerant::defects(&response)
        .into_iter()
        .map(|Defect { pointer, kind, .. }| (pointer, kind))
        .collect();
    assert_eq!(
        defects,
        [
            ("/created_at".to_owned(), DefectKind::Type("a string")),
            ("/output/0/role".to_owned(), DefectKind::Null),
        ]
    );
}
