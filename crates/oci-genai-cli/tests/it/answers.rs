//! Answers that are no answer, or only a part of one: what is printed, what is said, and the exit code.

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT};
use serde_json::{Value, json};

use crate::support::{Home, Ran, answering, run};

const ASK: &[&str] = &["ask", "Hello."];
const WHOLE: &[&str] = &["ask", "--no-stream", "Hello."];
const JSON: &[&str] = &["ask", "--json", "Hello."];

fn http(kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn events(events: &[Value]) -> String {
    let lines = events.iter().map(|event| format!("data: {event}\n\n"));
    http("text/event-stream", &lines.collect::<String>())
}

fn response(status: &str, output: Value) -> Value {
    json!({
        "id": "resp_1", "object": "response", "created_at": 1, "model": "m",
        "status": status, "output": output,
    })
}

fn message(text: &str) -> Value {
    json!({
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{ "type": "output_text", "text": text, "annotations": [] }],
    })
}

fn created() -> Value {
    json!({ "type": "response.created", "response": response("in_progress", json!([])) })
}

fn delta(text: &str) -> Value {
    json!({
        "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
        "content_index": 0, "delta": text,
    })
}

fn completed(output: Value) -> Value {
    json!({ "type": "response.completed", "response": response("completed", output) })
}

async fn asked(answer: String, arguments: &[&str], more: &[&str]) -> Ran {
    let url = answering(answer).await;
    let home = Home::new();
    let mut command = home.program();
    command
        .env("OCI_GENAI_BASE_URL", url)
        .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .args(arguments)
        .args(more);
    run(&mut command).await
}

#[tokio::test]
async fn an_answer_without_output_is_an_error() {
    let nothing = response("completed", json!([])).to_string();
    for (answer, arguments) in [
        (events(&[created(), completed(json!([]))]), ASK),
        (http("application/json", &nothing), ASK),
        (http("application/json", &nothing), WHOLE),
        (http("application/json", &nothing), JSON),
        (
            http(
                "application/json",
                &response(
                    "completed",
                    json!([{
                        "type": "reasoning", "id": "rs_1", "summary": [],
                    }]),
                )
                .to_string(),
            ),
            WHOLE,
        ),
    ] {
        let ran = asked(answer, arguments, &[]).await;
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("output"), "{arguments:?}: {ran:?}");
        if arguments == JSON {
            assert_eq!(
                ran.json()["output"],
                json!([]),
                "the answer is printed as it came"
            );
        } else {
            assert_eq!(ran.stdout, "", "{arguments:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let refusal = json!([{
        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{ "type": "refusal", "refusal": "I would rather not." }],
    }]);
    for (answer, arguments) in [
        (events(&[created(), completed(refusal.clone())]), ASK),
        (
            http(
                "application/json",
                &response("completed", refusal).to_string(),
            ),
            WHOLE,
        ),
    ] {
        let ran = asked(answer, arguments, &[]).await;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, "I would rather not.\n"),
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn what_came_before_an_interruption_stays_printed() {
    let part = [created(), delta("The first "), delta("half")];
    let ran = asked(events(&part), ASK, &[]).await;
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (3, "The first half\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("is printed above"), "{}", ran.stderr);

    let failed = json!({ "type": "response.failed", "response": {
        "id": "resp_1", "status": "failed", "error": { "code": "server_error", "message": "It broke." },
    } });
    let ran = asked(events(&[&part[..], &[failed]].concat()), ASK, &[]).await;
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (1, "The first half\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("It broke."), "{}", ran.stderr);
    assert!(ran.stderr.contains("is printed above"), "{}", ran.stderr);

    let ran = asked(events(&[created()]), ASK, &[]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{ran:?}");
    assert!(
        !ran.stderr.contains("above"),
        "there is nothing: {}",
        ran.stderr
    );
}

#[tokio::test]
async fn a_bound_that_is_hit_is_named_with_its_flag() {
    let long = "x".repeat(4000);
    let stream = || {
        events(&[
            created(),
            delta("Before"),
            delta(&long),
            completed(json!([message(&long)])),
        ])
    };
    let ran = asked(stream(), ASK, &["--max-event-bytes", "2000"]).await;
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stdout, "Before\n", "{ran:?}");
    for word in ["2000 bytes", "--max-event-bytes"] {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("ClientBuilder"), "{}", ran.stderr);
    let ran = asked(stream(), ASK, &["--max-event-bytes", "1_000_000"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");

    let whole = || {
        http(
            "application/json",
            &response("completed", json!([message(&long)])).to_string(),
        )
    };
    for arguments in [WHOLE, JSON] {
        let ran = asked(whole(), arguments, &["--max-response-bytes=2000"]).await;
        assert_eq!(ran.stdout, "", "{ran:?}");
        for word in ["2000 bytes", "--max-response-bytes"] {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
    }
    // The same by a file.
    let home = Home::new();
    home.write(
        ".config/oci-genai/config.toml",
        "[profiles.small]\nmax_response_bytes = 2000\nmax_event_bytes = '5_000'\n",
    );
    let mut command = home.program();
    command
        .env("OCI_GENAI_BASE_URL", answering(whole()).await)
        .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .args(["ask", "--context", "small", "--no-stream", "Hello."]);
    let ran = run(&mut command).await;
    assert!(ran.stderr.contains("2000 bytes"), "{ran:?}");
}

#[tokio::test]
async fn verbose_counts_what_was_odd_in_a_stream() {
    // The event that ends the stream lacks what came before.
    let odd = events(&[created(), delta("Hello"), completed(json!([]))]);
    let ran = asked(odd, ASK, &["-v"]).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Hello\n"), "{ran:?}");
    assert!(
        ran.stderr.contains("oci.stream.defects=1"),
        "{}",
        ran.stderr
    );
}
