//! What is sent in bodies, and what comes back in them.

use calls::types::{Counter, CounterLimit, Embeddings, EmbeddingsVector, Order, Seen};

use crate::server::{Server, response, seen};

#[tokio::test]
async fn bytes_go_up_and_down() {
    let server = Server::start(&seen()).await;
    let bytes = vec![0, 159, 146, 150, 10];
    server
        .client()
        .upload("a b", bytes.clone())
        .send()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(request.line, "PUT /v1/content/a%20b HTTP/1.1");
    assert!(
        request
            .headers
            .contains("content-type: application/octet-stream")
    );
    assert_eq!(request.body, bytes);
    let server = Server::start(&response("200 OK", "application/octet-stream", "\0\u{1}x")).await;
    let mut stream = server
        .client()
        .download("x")
        .send()
        .await
        .unwrap()
        .into_inner_stream();
    let mut came = Vec::new();
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        came.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(came, b"\0\x01x");
}

#[tokio::test]
async fn forms_have_lists_and_objects() {
    let server = Server::start(&seen()).await;
    let order: Order = serde_json::from_value(serde_json::json!({
        "name": "a & b",
        "amount": 3,
        "express": true,
        "items": [{"id": "x", "count": 1, "tags": ["t", "u"]}, {"id": "y"}],
        "metadata": {"k 1": "v=1"},
        "expand": ["a", "b.c"],
        "codes": [1, 2],
        "words": ["p", "q"],
        "colors": ["red", "green"],
        "address": {"city": "Köln", "zip": "1"},
        "unknown": {"deep": [1]},
    }))
    .unwrap();
    server.client().order(&order).send().await.unwrap();
    let request = server.only();
    let kind = "content-type: application/x-www-form-urlencoded";
    assert!(request.headers.contains(kind), "{request:?}");
    let body = String::from_utf8(request.body).unwrap();
    let mut pairs: Vec<&str> = body.split('&').collect();
    pairs.sort_unstable();
    let mut expected = [
        "name=a+%26+b",
        "amount=3",
        "express=true",
        "items%5B0%5D%5Bid%5D=x",
        "items%5B0%5D%5Bcount%5D=1",
        "items%5B0%5D%5Btags%5D%5B0%5D=t",
        "items%5B0%5D%5Btags%5D%5B1%5D=u",
        "items%5B1%5D%5Bid%5D=y",
        "metadata%5Bk+1%5D=v%3D1",
        "expand%5B0%5D=a",
        "expand%5B1%5D=b.c",
        "codes=1%2C2",
        "words=p%7Cq",
        "colors=red",
        "colors=green",
        "city=K%C3%B6ln",
        "zip=1",
        "deep%5B0%5D=1",
    ];
    expected.sort_unstable();
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn bodies_of_any_type_are_bytes_with_their_type() {
    let done = response("204 No Content", "text/plain", "");
    let bytes = vec![0xff, 0xd8, 0];
    let server = Server::start(&response("200 OK", "application/octet-stream", "x")).await;
    server.client().page("<a/>").send().await.unwrap();
    let request = server.only();
    let accepted = "accept: application/octet-stream\r\n";
    assert!(request.headers.contains(accepted), "{request:?}");
    assert!(
        request
            .headers
            .contains("content-type: application/xml\r\n"),
        "{request:?}"
    );
    assert_eq!(request.body, b"<a/>");
    let server = Server::start(&done).await;
    server.client().picture(bytes.clone()).send().await.unwrap();
    let request = server.only();
    assert!(
        request.headers.contains("content-type: image/jpeg\r\n"),
        "{request:?}"
    );
    assert_eq!(request.body, bytes);
    let server = Server::start(&done).await;
    server
        .client()
        .anything(bytes.clone())
        .send()
        .await
        .unwrap();
    let request = server.only();
    let kind = "content-type: application/octet-stream\r\n";
    assert!(request.headers.contains(kind), "{request:?}");
}

#[tokio::test]
async fn whole_numbers_have_64_bits_without_a_sign() {
    let json = r#"{"value":18446744073709551615,"limit":18446744073709551614,"all":[0,9223372036854775808]}"#;
    let server = Server::start(&response("200 OK", "application/json", json)).await;
    let counter = Counter::new(u64::MAX)
        .limit(u64::MAX - 1)
        .all([0_u64, 1 << 63]);
    let client = server.client();
    let came = client
        .count(u64::MAX, &counter)
        .step(7)
        .send()
        .await
        .unwrap();
    assert_eq!(came.into_inner(), counter);
    let request = server.only();
    assert_eq!(
        request.line,
        "PUT /v1/counters/18446744073709551615?step=7 HTTP/1.1"
    );
    assert_eq!(request.body, json.as_bytes());
    assert_eq!(counter.limit, Some(CounterLimit::Integer(u64::MAX - 1)));
}

#[tokio::test]
async fn lists_of_different_types_are_told_apart() {
    for (json, expected) in [
        ("[0.5,1]", EmbeddingsVector::Numbers(vec![0.5, 1.0])),
        (
            "[[0.5],[1]]",
            EmbeddingsVector::Lists(vec![vec![0.5], vec![1.0]]),
        ),
        (r#"["AAA="]"#, EmbeddingsVector::Texts(vec!["AAA=".into()])),
        ("[]", EmbeddingsVector::Numbers(vec![])),
    ] {
        let text = format!(r#"{{"vector":{json}}}"#);
        let embeddings: Embeddings = serde_json::from_str(&text).unwrap();
        assert_eq!(embeddings.vector, expected, "{json}");
    }
    let odd = r#"{"vector":[0.5,"x"]}"#;
    let embeddings: Embeddings = serde_json::from_str(odd).unwrap();
    assert_eq!(serde_json::to_string(&embeddings).unwrap(), odd);
}

#[tokio::test]
async fn json_of_another_type_is_named_and_asked_for() {
    let server = Server::start(&response(
        "200 OK",
        "application/vnd.api+json",
        r#"{"ok":true}"#,
    ))
    .await;
    let seen = Seen::new().ok(true);
    let came = server.client().patch(&seen).send().await.unwrap();
    assert_eq!(came.into_inner(), seen);
    let request = server.only();
    for header in [
        "content-type: application/merge-patch+json\r\n",
        "accept: application/vnd.api+json\r\n",
    ] {
        let headers = format!("{}\r\n", request.headers);
        assert!(headers.contains(header), "{header} is not in {headers}");
    }
    assert_eq!(request.body, br#"{"ok":true}"#);
}
