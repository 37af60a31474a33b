//! Where credentials are sent, and where they are not.

use calls::{Auth, Client};
use tokio::net::TcpListener;

use crate::server::{Server, seen};

#[tokio::test]
async fn credentials_are_where_the_document_wants_them() {
    for (auth, expected) in [
        (Auth::bearer_auth("t0p"), "authorization: Bearer t0p"),
        (
            Auth::login("ann", "päss"),
            "authorization: Basic YW5uOnDDpHNz",
        ),
        (Auth::login("a", "b"), "authorization: Basic YTpi"),
        (Auth::login("a", ""), "authorization: Basic YTo="),
        (Auth::login("", ""), "authorization: Basic Og=="),
        (Auth::api_key("k1"), "x-api-key: k1"),
        (Auth::session("s1"), "cookie: sid=s1"),
    ] {
        let shown = format!("{auth:?}");
        assert!(!shown.contains("t0p") && !shown.contains("k1"), "{shown}");
        let server = Server::start(&seen()).await;
        server
            .client()
            .with_auth(auth)
            .files()
            .send()
            .await
            .unwrap();
        let headers = server.only().raw;
        assert!(
            headers.lines().any(|line| line == expected),
            "{expected} is not in {headers}"
        );
    }
    let server = Server::start(&seen()).await;
    let client = server.client().with_auth(Auth::key_in_query("a&b"));
    client.beta_files().send().await.unwrap();
    assert_eq!(
        server.only().line,
        "GET /v1/files?beta=true&kind=a+b&key=a%26b HTTP/1.1"
    );
}

#[tokio::test]
async fn credentials_go_together_the_last_one_counts_and_open_operations_get_none() {
    let server = Server::start(&seen()).await;
    let client = server
        .client()
        .with_auth(Auth::bearer("old"))
        .with_auth(Auth::api_key("k"))
        .with_auth(Auth::bearer("new"));
    client.files().send().await.unwrap();
    let headers = server.only().headers;
    assert!(headers.contains("authorization: bearer new"), "{headers}");
    assert!(headers.contains("x-api-key: k"), "{headers}");
    assert!(!headers.contains("old"), "{headers}");

    let server = Server::start(&seen()).await;
    let client = Client::new(&server.address).with_auth(Auth::bearer("secret"));
    client.login().send().await.unwrap();
    let headers = server.only().headers;
    assert!(!headers.contains("authorization"), "{headers}");

    let server = Server::start(&seen()).await;
    let client = server.client().with_auth(Auth::bearer("a\nb"));
    let Err(error) = client.files().send().await else {
        panic!("a header was split");
    };
    let error = calls::into_transport_error(error).unwrap().to_string();
    assert_eq!(
        error,
        "a credential has a character that cannot be in a header"
    );
    assert_eq!(Client::BASE_URL, "https://eu.example.com/base");
}

/// A key in the query is in the URL, which errors of the connection show.
#[tokio::test]
async fn a_key_in_the_query_is_in_no_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&address).with_auth(Auth::key_in_query("s3cret"));
    let Err(error) = client.files().send().await else {
        panic!("nobody listens");
    };
    assert!(!format!("{error:?} {error}").contains("s3cret"));
    let error = calls::into_transport_error(error).unwrap();
    let mut next: Option<&dyn std::error::Error> = Some(error.as_ref());
    let mut count = 0;
    while let Some(error) = next {
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error}");
        (next, count) = (error.source(), count + 1);
    }
    assert!(count > 1, "the reason is lost");
}
