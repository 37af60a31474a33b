//! `proxy --usage` and `usage`, and `proxy --failover`.

use std::path::Path;

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use serde_json::{Value, json};

use crate::proxy::Proxy;
use crate::support::{Home, run};

fn lines(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Returns the sorted names of the members. A build of the whole workspace keeps their order.
fn names(line: &Value) -> Vec<&str> {
    let object = line.as_object().unwrap();
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn calls_are_logged_and_summed_up_by_model_and_day() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let log = home.path().join("usage.jsonl");
    let options = ["--usage", log.to_str().unwrap(), "--map", "gpt-4o=m"];
    let proxy = Proxy::start(&mut home.client(&emulator), &options).await;
    let token = proxy.token.clone();
    let turn = |model: &str| json!({"model": model, "input": "What is in my secret diary?"});
    let whole = proxy.ok("/responses", turn("gpt-4o")).await;
    let mut streamed = turn("n");
    streamed["stream"] = json!(true);
    let stream = proxy.post("/responses", streamed).await;
    assert!(stream.text().await.unwrap().contains("response.completed"));
    proxy.ok("/conversations", json!({})).await;
    let mut refused = turn("m");
    refused["conversation"] = json!("conv_none");
    assert_eq!(proxy.post("/responses", refused).await.status(), 404);
    proxy.kill("-TERM");
    assert_eq!(proxy.ended().await.0, Some(0));

    let written = lines(&log);
    assert_eq!(
        written.len(),
        3,
        "what calls no model is left out: {written:?}"
    );
    assert_eq!(
        names(&written[0]),
        [
            "cached_tokens",
            "duration_ms",
            "input_tokens",
            "model",
            "operation",
            "outcome",
            "output_tokens",
            "reasoning_tokens",
            "request_id",
            "response_id",
            "response_status",
            "status",
            "time",
        ]
    );
    assert_eq!(written[0]["model"], "m", "the name that was sent");
    assert_eq!(written[0]["input_tokens"], whole["usage"]["input_tokens"]);
    assert_eq!(written[0]["response_id"], whole["id"]);
    assert_eq!(written[1]["model"], "n");
    assert!(written[1]["output_tokens"].as_u64().unwrap() > 0);
    assert_eq!(written[2]["status"], 404);
    assert!(
        !names(&written[2]).contains(&"input_tokens"),
        "unknown is absent"
    );
    let text = std::fs::read_to_string(&log).unwrap();
    for secret in [&token, DEFAULT_API_KEY, "diary"] {
        assert!(!text.contains(secret), "{secret:?} is in {text}");
    }

    // Another proxy appends.
    let proxy = Proxy::start(&mut home.client(&emulator), &options).await;
    proxy.ok("/responses", turn("m")).await;
    proxy.kill("-TERM");
    proxy.ended().await;
    let written = lines(&log);
    assert_eq!(written.len(), 4);

    let ran = run(home.program().arg("usage").arg(&log).arg("--json")).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let sums: Value = serde_json::from_str(&ran.stdout).unwrap();
    let sum = |member: &str, model: &str| -> u64 {
        let of = written.iter().filter(|line| line["model"] == model);
        of.filter_map(|line| line[member].as_u64()).sum()
    };
    // The run may have gone past midnight.
    let mut requests = 0;
    for row in sums["rows"].as_array().unwrap() {
        requests += row["requests"].as_u64().unwrap();
        assert!(row["day"].as_str().unwrap().starts_with("20"), "{row}");
    }
    assert_eq!(requests, 4);
    let input = sum("input_tokens", "m") + sum("input_tokens", "n");
    assert_eq!(sums["total"]["input_tokens"], input);
    assert_eq!(sums["total"]["requests"], 4);
    assert_eq!(sums["total"]["errors"], 1);
    assert_eq!(sums["total"]["unknown"], 0);
    assert_eq!(sums["unreadable_lines"], 0);

    let ran = run(home.program().arg("usage").arg(&log)).await;
    let table: Vec<&str> = ran.stdout.lines().collect();
    let headings: Vec<&str> = table[0].split_whitespace().collect();
    assert_eq!(
        headings,
        [
            "DAY", "MODEL", "REQUESTS", "ERRORS", "INPUT", "CACHED", "OUTPUT", "UNKNOWN"
        ]
    );
    let last: Vec<&str> = table.last().unwrap().split_whitespace().collect();
    assert_eq!(
        last[..4],
        ["total", "4", "1", &input.to_string()],
        "{table:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn the_log_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let log = home.path().join("usage.jsonl");
    let options = ["--usage", log.to_str().unwrap()];
    let proxy = Proxy::start(&mut home.client(&emulator), &options).await;
    let mode = std::fs::metadata(&log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(proxy);
    std::fs::set_permissions(&log, PermissionsExt::from_mode(0o644)).unwrap();
    let proxy = Proxy::start(&mut home.client(&emulator), &options).await;
    proxy.kill("-TERM");
    let (_, said) = proxy.ended().await;
    assert!(
        said.contains("usage.jsonl") && said.contains("chmod"),
        "{said}"
    );
}

#[tokio::test]
async fn a_program_that_proxy_runs_is_logged_to_its_last_response() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let program = assert_cmd::cargo::cargo_bin!("oci-genai").display();
    let ask = format!(
        "OCI_GENAI_BASE_URL=$OPENAI_BASE_URL OCI_GENAI_API_KEY=$OPENAI_API_KEY {program} ask Hello"
    );
    let mut command = home.client(&emulator);
    let arguments = [
        "proxy",
        "run",
        "--usage",
        "usage.jsonl",
        "--",
        "sh",
        "-c",
        &ask,
    ];
    let ran = run(command.args(arguments)).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let written = lines(&home.path().join("usage.jsonl"));
    assert_eq!(written.len(), 1, "{written:?}");
    // The program may leave when it has seen the last event.
    assert_eq!(written[0]["response_status"], "completed");
    assert!(written[0]["output_tokens"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_log_that_cannot_be_used_is_named() {
    let (home, emulator) = (Home::new(), Emulator::start().await.unwrap());
    let mut proxy = home.client(&emulator);
    let ran = run(proxy.args(["proxy", "--usage", "absent/usage.jsonl"])).await;
    ran.assert_error(2, &["absent/usage.jsonl", "write"]);
    let ran = run(home.program().args(["usage", "absent.jsonl"])).await;
    ran.assert_error(2, &["absent.jsonl", "read"]);
    home.write("empty.jsonl", "");
    let ran = run(home.program().args(["usage", "empty.jsonl"])).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("holds no usage"), "{ran:?}");
    home.write("other.txt", "dear diary\n{}\n");
    let ran = run(home.program().args(["usage", "other.txt"])).await;
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("Left out 2"), "{ran:?}");
}

#[tokio::test]
async fn only_requests_that_keep_no_state_fail_over() {
    let (home, away) = (Home::new(), Emulator::start().await.unwrap());
    let target = format!("{}={DEFAULT_PROJECT}", away.base_url());
    let mut command = home.client(&away);
    // Nobody listens there.
    command
        .env("OCI_GENAI_BASE_URL", "http://127.0.0.1:9/openai/v1")
        .env("OCI_GENAI_PROJECT", "ocid1.generativeaiproject.oc1..home");
    let proxy = Proxy::start(&mut command, &["--failover", &target]).await;
    let mut turn = json!({"model": "m", "input": "Hello", "store": false});
    proxy.ok("/responses", turn.clone()).await;
    turn["store"] = json!(true);
    assert_eq!(proxy.post("/responses", turn).await.status(), 502);
    assert_eq!(away.requests().len(), 1);

    for (value, word) in [("no-such-region-1", "no-such-region-1"), ("http://", "URL")] {
        let ran = run(home.client(&away).args(["proxy", "--failover", value])).await;
        ran.assert_error(2, &["--failover", word]);
    }
}
