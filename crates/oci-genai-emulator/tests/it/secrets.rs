//! Secrets that end up where they do not belong: in no error, log, page or file of the emulator.

use std::error::Error;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use http::{Response, StatusCode};
use oci_genai_emulator::{
    Effect, Emulator, EmulatorBuilder, Fault, FaultCredential, Scenario, Script, Upstream,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::{Desk, answer, log};

/// A secret of each kind, and the part of it that is nowhere to be seen.
const SECRETS: [(&str, &str); 5] = [
    ("sk-live-Xq7Lw3Ty9Rk1Vb5Nc8Mx", "Xq7Lw3Ty9Rk1"),
    (
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJVbGsifQ.Pw8Zt4Kd1Hs6Gf0Ra3",
        "VbGsifQ",
    ),
    (
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0Bc4Yt2Jm\n-----END PRIVATE KEY-----\n",
        "ADANBgkqhkiG",
    ),
    (
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA0Zx3Lq\\n-----END RSA PRIVATE KEY-----",
        "AIBAAKCAQEA0",
    ),
    (
        "Hy6Tg2Bn8Jm4Kl0Po9Iu5Ty1Re3Wq7As2Df4Gh6Jk8Lz",
        "Po9Iu5Ty1Re3",
    ),
];

/// Everything that an error can be made to say.
fn said(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    text
}

fn hides(text: &str, what: &str) {
    for (_, part) in SECRETS {
        if let Some(at) = text.find(part) {
            let around = text
                .char_indices()
                .filter(|(index, _)| index.abs_diff(at) < 200);
            let around: String = around.map(|(_, character)| character).collect();
            panic!("{what}: {part}: …{around}…");
        }
    }
}

async fn refused(builder: EmulatorBuilder, what: &str) {
    hides(&format!("{builder:?}"), what);
    match builder.start().await {
        Ok(emulator) => panic!("{what}: started: {emulator:?}"),
        Err(error) => hides(&said(&error), what),
    }
}

#[tokio::test]
async fn no_setting_is_repeated_that_may_be_a_secret() {
    let log = log();
    let build = Emulator::builder;
    for (secret, _) in SECRETS {
        let broken = format!("{secret}\n");
        refused(build().api_key(&broken), "API key").await;
        refused(build().api_key_in_region("r", &broken), "foreign key").await;
        refused(build().project(&broken), "project").await;
        refused(build().region(format!("{secret}!")), "region").await;
        refused(build().allow_host(format!("{secret} ")), "host").await;
        refused(build().data(format!("/nowhere/{secret}/x")), "data").await;
        refused(build().record(format!("/nowhere/{secret}/x")), "recording").await;
        let fault = Fault::new(Effect::Locked).route(secret);
        refused(build().fault(fault), "route").await;
        for url in [
            secret.to_owned(),
            format!("ftp://me:{secret}@127.0.0.1/v1"),
            format!("http://models.example/v1?key={secret}"),
            format!("http://{secret}:x@models.example/v1"),
            format!("http://me:{secret}@models.example/v1#{secret}"),
        ] {
            // A key over plain HTTP is refused, and so is what is no URL.
            let upstream = Upstream::new(url).with_api_key("sk-any");
            refused(build().upstream(upstream), "upstream").await;
        }
        let local = || Upstream::new("http://127.0.0.1:1/v1");
        let upstream = local().with_api_key(format!("{secret}\u{1}"));
        refused(build().upstream(upstream), "upstream's key").await;
        let upstream = local().with_project(format!("{secret}\u{1}"));
        refused(build().upstream(upstream), "upstream's project").await;
    }
    hides(&log.text(), "the log");
}

#[tokio::test]
async fn no_file_is_repeated_that_may_hold_a_secret() {
    let log = log();
    let folder = tempfile::TempDir::new().unwrap();
    let write = |text: String| {
        let path = folder.path().join("file");
        std::fs::write(&path, text).unwrap();
        path
    };
    for (secret, _) in SECRETS {
        let json = |pattern: &str| {
            let quoted = serde_json::to_string(secret).unwrap();
            pattern.replace("SECRET", quoted.trim_matches('"'))
        };
        for pattern in [
            "SECRET",
            r#""SECRET""#,
            r#"{"SECRET": 1}"#,
            r#"{"rules": "SECRET"}"#,
            r#"{"rules": [{"SECRET": 1}]}"#,
            r#"{"rules": [{"answer": [{"SECRET": "la"}]}]}"#,
            r#"{"rules": [{"answer": [], "times": "SECRET"}]}"#,
            r#"{"faults": "SECRET"}"#,
            r#"{"seed": "SECRET"}"#,
            r#"{"faults": [{"effect": "SECRET"}]}"#,
            r#"{"faults": [{"effect": "locked", "SECRET": 1}]}"#,
            r#"{"faults": [{"effect": "locked", "times": "SECRET"}]}"#,
            r#"{"faults": [{"effect": "locked", "route": "SECRET"}]}"#,
            r#"{"faults": [{"effect": "status", "status": "SECRET"}]}"#,
            r#"{"faults": [{"effect": "status", "status": 400, "retry_after": ["SECRET"]}]}"#,
            r#"{"faults": [{"effect": "status", "status": 400, "retry_after": {"SECRET": 1}}]}"#,
            r#"{"faults": [{"effect": "content_type", "value": "SECRET\n"}]}"#,
            r#"[{"change": "SECRET"}]"#,
        ] {
            let path = write(json(pattern));
            hides(
                &said(
                    &Script::load(&path)
                        .map_or_else(Box::<dyn Error>::from, |script| {
                            format!("{}", script.rules.len()).into()
                        })
                        .as_ref(),
                ),
                pattern,
            );
            if let Err(error) = Scenario::read(&path) {
                hides(&said(&error), pattern);
            }
            refused(Emulator::builder().data(&path), pattern).await;
            refused(Emulator::builder().record(&path), pattern).await;
            if let Err(error) = json(pattern).parse::<Fault>() {
                hides(&said(&error), pattern);
            }
            for damaged in [
                format!("{{\"oci_genai_emulator\":1}}\n{}\n", json(pattern)),
                format!("{{\"oci_genai_emulator\":2}}\n{}\n", json(pattern)),
            ] {
                refused(Emulator::builder().data(write(damaged)), pattern).await;
            }
        }
        for line in [
            "SECRET",
            "locked,SECRET",
            "locked,SECRET=1",
            "locked,times=SECRET",
            "status,status=400,credential=SECRET,tims=2",
            "locked,credential=SECRET,credential=SECRET",
        ] {
            let error = line.replace("SECRET", secret).parse::<Fault>().unwrap_err();
            hides(&said(&error), line);
        }
        let credential = FaultCredential::from(secret);
        hides(&format!("{credential} {credential:?}"), "credential");
    }
    hides(&log.text(), "the log");
}

#[tokio::test]
async fn no_oci_configuration_is_repeated_that_may_hold_a_secret() {
    let log = log();
    let folder = tempfile::TempDir::new().unwrap();
    let write = |text: String| {
        let path = folder.path().join("config");
        std::fs::write(&path, text).unwrap();
        path
    };
    for (secret, _) in SECRETS {
        refused(Emulator::builder().oci_config(secret), "OCI config").await;
        let path = format!("/nowhere/{secret}");
        refused(Emulator::builder().oci_config(path), "OCI config").await;
        for text in [
            secret.to_owned(),
            format!(
                "[DEFAULT]\nuser={secret}\nfingerprint={secret}\nkey_file={secret}\ntenancy={secret}\nregion={secret}\n"
            ),
            format!("[{secret}]\nkey_file=/nowhere/{secret}\nfingerprint=aa\nuser=u\ntenancy=t\n"),
            format!("[DEFAULT]\nkey_file=/dev/null\nsecurity_token_file={secret}\n"),
            format!("[DEFAULT]\n{secret}\n"),
        ] {
            refused(Emulator::builder().oci_config(write(text.clone())), &text).await;
        }
        // The key file itself.
        let key = folder.path().join("key.pem");
        std::fs::write(&key, secret).unwrap();
        let text = format!(
            "[DEFAULT]\nuser=ocid1.user.oc1..a\ntenancy=ocid1.tenancy.oc1..a\nfingerprint={}\nkey_file={}\n",
            ["aa"; 16].join(":"),
            key.display()
        );
        refused(Emulator::builder().oci_config(write(text)), "the key file").await;
    }
    hides(&log.text(), "the log");
}

/// A server that says the same to everybody.
async fn server(status: StatusCode, headers: Vec<(&'static str, String)>, body: String) -> String {
    let app = Router::new().fallback(move || {
        let mut response = Response::builder().status(status);
        for (name, value) in &headers {
            response = response.header(*name, value);
        }
        let response = response.body(Body::from(body.clone())).unwrap();
        async move { response }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    format!("127.0.0.1:{}", address.port())
}

/// All that the owner of an emulator can look at.
async fn shown_by(desk: &Desk, folder: &Path) -> String {
    let mut text = format!("{:?} {:?}", desk.emulator, desk.emulator.requests());
    text += &serde_json::to_string(&desk.emulator.requests()).unwrap();
    for path in ["requests", "projects", "faults"] {
        let url = format!("{}/{path}", desk.emulator.control_url());
        text += &reqwest::get(url).await.unwrap().text().await.unwrap();
    }
    for file in std::fs::read_dir(folder).unwrap() {
        text += &String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap());
    }
    text
}

#[tokio::test]
async fn what_an_upstream_repeats_of_its_key_is_masked() {
    let log = log();
    for (key, _) in [SECRETS[0], SECRETS[4]] {
        let ok = StatusCode::OK;
        let encoded: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let event = |event: Value| format!("data: {event}\n\n");
        let fail = json!({"message": format!("bad key {key}"), "code": key});
        for (api, status, headers, body) in [
            (
                "",
                StatusCode::UNAUTHORIZED,
                vec![],
                json!({"error": {"message": format!("Incorrect API key: Bearer {key}")}})
                    .to_string(),
            ),
            (
                "",
                StatusCode::FORBIDDEN,
                vec![],
                json!({"message": format!("{}…", &key[..20])}).to_string(),
            ),
            (
                "",
                StatusCode::BAD_GATEWAY,
                vec![],
                format!("<html>{key}</html>"),
            ),
            (
                "",
                StatusCode::FOUND,
                vec![(
                    "location",
                    format!("http://me:{encoded}@elsewhere.example/x?key={encoded}"),
                )],
                String::new(),
            ),
            ("", ok, vec![], event(json!({"error": fail}))),
            ("", ok, vec![], key.repeat(5 * 1024 * 1024 / key.len())),
            (
                "/responses",
                ok,
                vec![],
                event(json!({"type": "error", "code": key, "message": key})),
            ),
            (
                "/responses",
                ok,
                vec![],
                event(json!({"type": "response.failed", "response": {"error": fail}})),
            ),
        ] {
            let folder = tempfile::TempDir::new().unwrap();
            let address = server(status, headers, body).await;
            let mut first = None;
            for upstream in [
                Upstream::new(format!("http://{address}/v1{api}")).with_api_key(key),
                Upstream::new(format!(
                    "http://me:{encoded}@{address}/v1{api}?key={encoded}"
                )),
                Upstream::new(format!(
                    "http://{encoded}@127.0.0.1:9/v1{api}?key={encoded}"
                )),
            ] {
                hides(&format!("{upstream:?}"), "the upstream");
                let emulator = Emulator::builder()
                    .upstream(upstream)
                    .record(folder.path().join("said.json"))
                    .data(folder.path().join("data.jsonl"));
                hides(&format!("{emulator:?}"), "the builder");
                let mut started = emulator.clone().start().await;
                while started.is_err() {
                    // The one before has not let go of the data file yet.
                    tokio::task::yield_now().await;
                    started = emulator.clone().start().await;
                }
                let desk = Desk::over(started.unwrap());
                let response = desk
                    .ok("/responses", json!({"model": "m", "input": "x"}))
                    .await;
                assert_eq!(response["status"], "failed", "{response}");
                let message = response["error"]["message"].to_string();
                first.get_or_insert(message);
                hides(&response.to_string(), "the response");
                hides(&shown_by(&desk, folder.path()).await, "what the owner sees");
            }
            // The words are there all the same.
            let message = first.unwrap();
            if status == StatusCode::UNAUTHORIZED {
                assert!(
                    message.contains("401")
                        && message.contains("Incorrect API key: Bearer [masked]"),
                    "{message}"
                );
            }
            if status == StatusCode::FOUND {
                assert!(
                    message.contains("points to http://elsewhere.example/x"),
                    "{message}"
                );
            }
        }
    }
    hides(&log.text(), "the log");
}

#[tokio::test]
async fn what_a_model_says_stays_as_it_came() {
    let (key, _) = SECRETS[0];
    let delta = json!({"choices": [{"delta": {"content": key}, "finish_reason": "stop"}]});
    let address = server(StatusCode::OK, vec![], format!("data: {delta}\n\n")).await;
    let upstream = Upstream::new(format!("http://{address}/v1")).with_api_key(key);
    let desk = Desk::over(
        Emulator::builder()
            .upstream(upstream)
            .start()
            .await
            .unwrap(),
    );
    let response = desk
        .ok("/responses", json!({"model": "m", "input": "x"}))
        .await;
    assert_eq!(crate::support::text(&response), key);
}

#[tokio::test]
async fn no_request_is_shown_with_its_credentials() {
    let log = log();
    let folder = tempfile::TempDir::new().unwrap();
    let (key, _) = SECRETS[0];
    let emulator = Emulator::builder().api_key("sk-emulator").api_key(key);
    let emulator = emulator.data(folder.path().join("data.jsonl"));
    let desk = Desk::over(emulator.start().await.unwrap());
    let origin = format!("http://{}", desk.emulator.address());
    let http = Client::new();
    for (secret, _) in SECRETS
        .into_iter()
        .filter(|(secret, _)| !secret.contains('\n'))
    {
        let token = format!(
            r#"Signature algorithm="rsa-sha256",headers="date",keyId="ST${secret}",signature="{secret}",version="1""#
        );
        let other = format!(
            r#"Signature algorithm="{secret}",headers="date {secret}",keyId="{secret}",signature="{secret}",version="{secret}""#
        );
        let plain = format!("Bearer {secret}");
        for authorization in [
            plain.clone(),
            format!("Basic {secret}"),
            secret.to_owned(),
            token,
            other,
        ] {
            let request = |method: Method, path: &str| {
                http.request(method, format!("{origin}{path}"))
                    .header("authorization", &authorization)
                    .header("openai-project", oci_genai_emulator::DEFAULT_PROJECT)
            };
            let page = request(Method::GET, &format!("/openai/v1/responses/{secret}"))
                .query(&[("api_key", secret), ("after", secret)])
                .header("x-api-key", secret)
                .header("api-key", secret)
                .header("opc-obo-token", secret)
                .header("cookie", format!("session={secret}"))
                .header("x-note", format!("key {secret}"));
            answer(page.send().await.unwrap()).await;
            for path in [
                "/v1/authentication/refresh",
                "/v1/x509",
                "/v1/resourcePrincipalSessionToken",
                "/resourcePrincipalSessionTokens",
            ] {
                for body in [
                    json!({"currentToken": secret, "certificate": secret, "publicKey": secret,
                        "resourcePrincipalToken": secret, "servicePrincipalSessionToken": secret,
                        "sessionPublicKey": secret, "podKey": secret}),
                    json!(secret),
                    json!({"currentToken": [secret]}),
                ] {
                    let sent = request(Method::POST, path)
                        .json(&body)
                        .send()
                        .await
                        .unwrap();
                    hides(&sent.text().await.unwrap(), path);
                }
            }
        }
        let tools = json!([{"type": "mcp", "server_label": "s", "server_url": "https://tools.example/",
            "authorization": secret, "headers": {"x-key": secret}}]);
        let response = desk
            .ok(
                "/responses",
                json!({"model": "m", "input": "x", "tools": tools}),
            )
            .await;
        hides(&response.to_string(), "the tools of a response");
        for (method, path) in [
            (Method::POST, "faults"),
            (Method::PUT, "faults"),
            (Method::POST, "projects"),
            (Method::POST, "clock"),
            (Method::PATCH, "faults/1"),
        ] {
            for body in [
                json!(secret),
                json!({secret: 1}),
                json!({"effect": secret}),
                json!({"on": secret}),
                json!({"advance_ms": secret}),
                json!({"ocid": [secret]}),
                json!({"effect": "locked", "credential": secret}),
            ] {
                let url = format!("{}/{path}", desk.emulator.control_url());
                let sent = http
                    .request(method.clone(), url)
                    .json(&body)
                    .send()
                    .await
                    .unwrap();
                hides(&sent.text().await.unwrap(), path);
            }
        }
        desk.emulator.faults().clear();
    }
    let shown = shown_by(&desk, folder.path()).await;
    hides(&shown, "what the owner sees");
    // What is no secret is there.
    assert!(
        shown.contains("x-note") && shown.contains("after=") && shown.contains("tools.example")
    );
    hides(&log.text(), "the log");
}
