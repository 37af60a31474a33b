//! When nobody answers, or somebody else.

use std::net::TcpListener;

use oci_genai_emulator::{Effect, Emulator, Fault};

use super::{doctor, doctor_with};
use crate::support::{Home, answering};

#[tokio::test]
async fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    let url = format!("http://{free}/openai/v1");
    // A proxy has no part in it: this machine is reached without one.
    command.env("ALL_PROXY", "http://127.0.0.1:9");
    let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", &url)).await;
    diagnosis.blames(
        "network",
        3,
        &["OCI_GENAI_BASE_URL", "start what should listen"],
    );
}

#[tokio::test]
async fn a_name_that_is_not_known() {
    let home = Home::new();
    let emulator = Emulator::start().await.unwrap();
    let mut command = home.client(&emulator);
    // The top-level domain is reserved for names that never exist.
    let url = "https://service.invalid/openai/v1";
    let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", url)).await;
    diagnosis.blames("network", 3, &["OCI_GENAI_BASE_URL", "name resolution"]);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted() {
    let emulator = Emulator::builder().tls().start().await.unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.blames("network", 3, &["trust the authority"]);
}

#[tokio::test]
async fn tls_where_there_is_none() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    let url = emulator.base_url().replace("http:", "https:");
    let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", url)).await;
    diagnosis.blames("network", 3, &["scheme or port", "OCI_GENAI_BASE_URL"]);
}

#[tokio::test]
async fn a_host_that_would_get_the_key_in_the_clear() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let mut command = home.client(&emulator);
    let url = "http://gateway.example/openai/v1";
    let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", url)).await;
    diagnosis.blames("region", 2, &["https", "OCI_GENAI_BASE_URL"]);
}

#[tokio::test]
async fn a_connection_that_breaks() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(Fault::new(Effect::Reset { after: false }))
        .unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.blames("network", 3, &["try again", "proxy"]);
}

#[tokio::test]
async fn an_answer_that_is_not_the_services() {
    let emulator = Emulator::start().await.unwrap();
    emulator
        .faults()
        .add(Fault::new(Effect::MalformedJson))
        .unwrap();
    let home = Home::new();
    let diagnosis = doctor(&mut home.client(&emulator)).await;
    diagnosis.blames("network", 1, &["OCI_GENAI_BASE_URL", "proxy"]);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_not_a_missing_policy() {
    let home = Home::new();
    let page = "<!doctype html><html><body><h1>Access denied by policy</h1>Category: AI\
                </body></html>";
    for status in ["403 Forbidden", "404 Not Found", "400 Bad Request"] {
        let url = answering(format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{page}",
            page.len()
        ))
        .await;
        let emulator = Emulator::start().await.unwrap();
        for options in [&[][..], &["--free"]] {
            let mut command = home.client(&emulator);
            command.env("OCI_GENAI_BASE_URL", &url);
            let diagnosis = doctor_with(&mut command, options).await;
            diagnosis.blames("network", 1, &["proxy", "pass", "OCI_GENAI_BASE_URL"]);
            let found = diagnosis.step("network")["found"].as_str().unwrap();
            assert!(found.contains("Access denied by policy"), "{found}");
            assert!(!diagnosis.change().contains("allow"), "no policy of OCI");
        }
    }
}

#[tokio::test]
async fn a_redirect_and_a_proxy_that_wants_to_know_who_asks() {
    for (head, words) in [
        ("302 Found\r\nlocation: https://login.example/", "points to"),
        ("407 Proxy Authentication Required", "HTTPS_PROXY"),
    ] {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let url = answering(answer).await;
        let home = Home::new();
        let emulator = Emulator::start().await.unwrap();
        let mut command = home.client(&emulator);
        let diagnosis = doctor(command.env("OCI_GENAI_BASE_URL", &url)).await;
        diagnosis.blames("network", 1, &[words]);
        assert_eq!(diagnosis.status("clock"), "note", "there was no date");
    }
}
