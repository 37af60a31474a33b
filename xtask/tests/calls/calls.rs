//! A crate made from `calls.yaml` talks to a server.

mod bodies;
mod credentials;
mod multipart;
mod server;

use calls::Error;
use calls::operations::TaskResponse;
use calls::types::{Id, Order, OrdersCreated, OrdersFilter, OrdersSort, Seen};

use crate::server::{Server, response, seen};

#[tokio::test]
async fn a_query_behind_a_path_is_sent_as_one() {
    let server = Server::start(&seen()).await;
    let seen: Seen = server
        .client()
        .beta_files()
        .limit(3)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(seen.ok, Some(true));
    assert_eq!(
        server.only().line,
        "GET /v1/files?beta=true&kind=a+b&limit=3 HTTP/1.1"
    );
    let server = Server::start(&self::seen()).await;
    server.client().files().send().await.unwrap();
    assert_eq!(server.only().line, "GET /v1/files HTTP/1.1");
}

#[tokio::test]
async fn unions_of_scalars_are_texts_in_paths_headers_and_queries() {
    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    let id = Id::from(7);
    server.client().move_(&id, "a&b").send().await.unwrap();
    assert_eq!(server.only().line, "POST /v1/jobs/7?to=a%26b HTTP/1.1");

    let server = Server::start(&seen()).await;
    let ids = vec![Id::from(1), Id::from("a/b")];
    let point = Id::from("north");
    let client = server.client();
    client
        .points(&point)
        .ids(&ids)
        .near_lat(0.5)
        .near_name("here & there")
        .send()
        .await
        .unwrap();
    let request = server.only();
    assert_eq!(
        request.line,
        "GET /v1/points?ids=1&ids=a%2Fb&near%5Blat%5D=0.5&near%5Bname%5D=here+%26+there HTTP/1.1"
    );
    assert!(request.headers.contains("x-point: north"), "{request:?}");
}

#[tokio::test]
async fn an_error_that_is_a_page_keeps_its_status_headers_and_words() {
    let page = "<html>Bad gateway</html>";
    let server = Server::start(&response("502 Bad Gateway", "text/html", page)).await;
    match server.client().download("x").send().await {
        Err(Error::UnexpectedResponse(response)) => {
            assert_eq!(response.status(), 502);
            assert_eq!(response.headers()["x-request-id"], "r_1");
            assert_eq!(response.text().await.unwrap(), page);
        }
        _ => panic!("another outcome"),
    }
    let json = response("404 Not Found", "application/json", r#"{"message":"none"}"#);
    let server = Server::start(&json).await;
    match server.client().download("x").send().await {
        Err(Error::ErrorResponse(problem)) => {
            assert_eq!(problem.status(), 404);
            assert_eq!(problem.into_inner().message.as_deref(), Some("none"));
        }
        _ => panic!("another outcome"),
    }
}

#[tokio::test]
async fn objects_in_a_query_are_written_in_their_style() {
    let filter: OrdersFilter = serde_json::from_value(serde_json::json!({
        "op_type": "x y", "inner": {"a": ["1", "2"]},
    }))
    .unwrap();
    let sort: OrdersSort = serde_json::from_value(serde_json::json!({
        "by": "name", "desc": true,
    }))
    .unwrap();
    let created: OrdersCreated = serde_json::from_value(serde_json::json!({"gt": 5})).unwrap();
    let server = Server::start(&seen()).await;
    let client = server.client();
    client
        .orders(&filter)
        .created(&created)
        .sort(&sort)
        .op_kind("k")
        .send()
        .await
        .unwrap();
    let line = server.only().line;
    for pair in [
        "created%5Bgt%5D=5",
        "filter%5Bop_type%5D=x+y",
        "filter%5Binner%5D%5Ba%5D%5B0%5D=1",
        "filter%5Binner%5D%5Ba%5D%5B1%5D=2",
        "op_kind=k",
        "sort=by%2Cname%2Cdesc%2Ctrue",
    ] {
        assert!(line.contains(pair), "{pair} in {line}");
    }
    // What is left out is not sent; a scalar of the union stands alone.
    let server = Server::start(&seen()).await;
    let created = OrdersCreated::from(7);
    let filter: OrdersFilter = serde_json::from_value(serde_json::json!({})).unwrap();
    let client = server.client();
    client
        .orders(&filter)
        .created(&created)
        .send()
        .await
        .unwrap();
    assert_eq!(server.only().line, "GET /v1/orders?created=7 HTTP/1.1");
}

#[tokio::test]
async fn each_success_has_its_own_variant() {
    for (status, kind, body, expected) in [
        ("200 OK", "application/json", r#"{"ok":true}"#, "Ok(Seen"),
        (
            "202 Accepted",
            "application/json",
            r#"{"id":"t"}"#,
            "Accepted(Task",
        ),
        ("204 No Content", "text/plain", "", "NoContent"),
        ("304 Not Modified", "text/plain", "", "NotModified"),
        ("206 Partial Content", "text/csv", "a,b", "Success(..)"),
    ] {
        let server = Server::start(&response(status, kind, body)).await;
        let response = server.client().task().send().await.unwrap();
        assert_eq!(response.status().as_str(), &status[..3]);
        let shown = format!("{:?}", response.into_inner());
        assert!(shown.starts_with(expected), "{shown}");
    }
    let server = Server::start(&response(
        "202 Accepted",
        "application/json",
        r#"{"id":"t"}"#,
    ))
    .await;
    let answer = server.client().task().send().await.unwrap().into_inner();
    let TaskResponse::Accepted(task) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(task.id, "t");
    let refused = response("404 Not Found", "application/json", r#"{"message":"none"}"#);
    let server = Server::start(&refused).await;
    assert!(matches!(
        server.client().task().send().await,
        Err(Error::ErrorResponse(problem)) if problem.message.as_deref() == Some("none")
    ));
}

#[tokio::test]
async fn what_may_be_left_out_is_left_out() {
    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    server.client().task().send().await.unwrap();
    let request = server.only();
    assert_eq!(request.line, "POST /v1/tasks HTTP/1.1");
    assert!(!request.headers.contains("content-type"), "{request:?}");
    assert!(
        request
            .headers
            .contains("accept: application/json, text/csv\r\n"),
        "{request:?}"
    );
    assert!(request.body.is_empty());

    let server = Server::start(&response("204 No Content", "text/plain", "")).await;
    let order = Order::new("a");
    let tags = ["x".to_owned(), "y".to_owned()];
    let client = server.client();
    client.task().tag(&tags).body(&order).send().await.unwrap();
    let request = server.only();
    assert_eq!(request.line, "POST /v1/tasks?tag=x&tag=y HTTP/1.1");
    assert_eq!(request.body, b"name=a");
}

#[tokio::test]
async fn a_response_without_a_body_is_read_whatever_the_document_says_of_it() {
    let server =
        Server::start("HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n").await;
    server.client().task_there().send().await.unwrap();
    assert_eq!(server.only().line, "HEAD /v1/tasks HTTP/1.1");
    // What a redirect leads to is any bytes.
    let server = Server::start(&response("200 OK", "application/zip", "PK")).await;
    let stream = server.client().archive().send().await.unwrap();
    assert_eq!(bytes_of(stream.into_inner_stream()).await, b"PK");
}

async fn bytes_of<E: std::fmt::Debug>(
    mut stream: impl futures_util::Stream<Item = Result<bytes::Bytes, E>> + Unpin,
) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(chunk) = futures_util::StreamExt::next(&mut stream).await {
        all.extend_from_slice(&chunk.unwrap());
    }
    all
}
