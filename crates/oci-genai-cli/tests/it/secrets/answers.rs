//! Credentials that the service repeats.

use oci_genai_emulator::DEFAULT_PROJECT;
use tokio::io::AsyncWriteExt as _;

use super::{COMMANDS, MORE_COMMANDS, Runs, Secret, api_key, pem, token};
use crate::support::{Home, header, read_request};

/// How a service repeats what it was sent.
const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "401 Unauthorized",
        "application/json",
        r#"{"code":"NotAuthenticated","message":"Not accepted: {sent}"}"#,
    ),
    (
        "401 Unauthorized",
        "text/html",
        "<html><h1>Denied</h1><p>authorization: {sent}</p></html>",
    ),
    (
        "401 Unauthorized",
        "text/plain",
        "Incorrect API key provided: {sent}.",
    ),
    (
        "500 Internal Server Error",
        "application/json",
        r#"{"error":{"message":"headers: [Authorization: {sent}]","code":"{sent}","param":"{sent}"}}"#,
    ),
    (
        "400 Bad Request",
        "application/json",
        r#"{"authorization":"{sent}"}"#,
    ),
    (
        "404 Not Found",
        "application/json",
        r#"{"code":"404","message":"{\"error\":{\"message\":\"{sent}\"}}"}"#,
    ),
    (
        "200 OK",
        "application/json",
        r#"{"error":{"message":"who is {sent}?","type":"x","code":"y"}}"#,
    ),
    ("200 OK", "text/html", "<html>{sent}</html>"),
    (
        "302 Found\r\nlocation: https://jane:Pa55wOrd-of-Jane@127.0.0.1:9/{sent}?token={sent}",
        "text/plain",
        "{sent}",
    ),
];

/// Answers every request with one of these, in which the request's credential stands.
async fn echo(answer: (&'static str, &'static str, &'static str)) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(head) = read_request(&mut stream).await else {
                continue;
            };
            let (status, kind, text) = answer;
            let sent = header(&head, "authorization");
            let in_json = sent.replace(
                '"',
                if text.contains("\\\"") {
                    "\\\\\\\""
                } else {
                    "\\\""
                },
            );
            let body = text.replace(
                "{sent}",
                if kind.ends_with("json") {
                    &in_json
                } else {
                    sent
                },
            );
            let status = status.replace("{sent}", &sent.replace(['"', ' '], "+"));
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn in_what_the_service_repeats() {
    let signing = Home::new();
    let (key, file) = signing.key("key.pem");
    signing.oci_profile(&key, &file, "");
    let session = Home::new();
    let (key, file) = session.key("key.pem");
    session.oci_profile(&key, &file, "user=\nsecurity_token_file=~/token");
    session.write("token", &token());
    let bare = Home::new();
    let claims = token().split('.').nth(1).unwrap().to_owned();
    let secret = |name, text: String| Secret {
        name,
        hidden: vec![text.clone(), "Pa55wOrd-of-Jane".to_owned()],
        text,
    };
    let mut runs = Runs::default();
    for answer in ANSWERS {
        let url = echo(*answer).await;
        for (home, secret) in [
            (&bare, secret("an API key", api_key())),
            (
                &bare,
                secret(
                    "an API key of no known form",
                    "3vTq9ZbX0LmKj7RwHs5NpYc2Ud8".to_owned(),
                ),
            ),
            (&session, secret("a token", claims.clone())),
            (&signing, secret("a signature", pem())),
        ] {
            for command in COMMANDS.into_iter().chain(MORE_COMMANDS) {
                let mut program = home.program();
                program
                    .args(command)
                    .env("OCI_GENAI_BASE_URL", &url)
                    .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
                    .env("OCI_CLI_FEDERATION_ENDPOINT", "http://127.0.0.1:9");
                if std::ptr::eq(home, &bare) {
                    program.env("OCI_GENAI_API_KEY", &secret.text);
                }
                runs.add(
                    format!("{} {}, {}", answer.0, answer.1, command.join(" ")),
                    &secret,
                    program,
                );
            }
        }
    }
    runs.check().await;
}
