//! What is kept in a data file.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use futures_util::future::join_all;
use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator, EmulatorConfig, StartError};
use serde_json::{Value, json};

use crate::support::{Desk, ids, text};

async fn open(path: &Path) -> Desk {
    open_with(path, |_| {}).await
}

async fn open_with(path: &Path, change: impl Fn(&mut EmulatorConfig)) -> Desk {
    let mut config = EmulatorConfig::default();
    config.data = Some(path.to_owned());
    change(&mut config);
    // The one before lets go of the file once its last task has ended.
    for _ in 0..1000 {
        match Emulator::builder().config(config.clone()).start().await {
            Ok(emulator) => return Desk::over(emulator),
            Err(StartError::Data { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the data file stayed in use");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    everything_survives(1024 * 1024).await;
}

#[tokio::test]
async fn everything_is_there_when_the_file_was_rewritten_again_and_again() {
    everything_survives(0).await;
}

async fn everything_survives(slack: u64) {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    let open = |path| open_with(path, |config| config.data_slack = slack);
    let desk = open(&path).await;
    let id = desk.conversation().await;
    let turn = |input: &str| json!({"model": "m", "input": input, "conversation": id});
    let first = desk.ok("/responses", turn("one")).await;
    let deleted = desk.ok("/responses", turn("two")).await;
    let gone = deleted["output"][0]["id"].as_str().unwrap();
    desk.delete(&format!("/conversations/{id}/items/{gone}"))
        .await;
    desk.delete(&format!("/responses/{}", deleted["id"].as_str().unwrap()))
        .await;
    let chained = desk
        .ok(
            "/responses",
            json!({"model": "m", "input": "a", "previous_response_id": first["id"]}),
        )
        .await;
    let unfinished = desk
        .ok(
            "/responses",
            json!({"model": "m", "input": "slow:600000 x", "background": true}),
        )
        .await;
    // What is deleted at once leaves a file that is mostly of the dead.
    for _ in 0..50 {
        let passing = desk.conversation().await;
        desk.delete(&format!("/conversations/{passing}")).await;
    }
    let (_, before) = desk.get(&format!("/conversations/{id}/items")).await;
    let shown = desk.get(&format!("/conversations/{id}")).await;
    drop(desk);

    let desk = open(&path).await;
    assert_eq!(desk.get(&format!("/conversations/{id}")).await, shown);
    assert_eq!(
        desk.get(&format!("/conversations/{id}/items")).await.1,
        before
    );
    assert_eq!(ids(&before).len(), 3);
    let kept = desk
        .get(&format!("/responses/{}", first["id"].as_str().unwrap()))
        .await;
    assert_eq!(kept, (200, first));
    let next = json!({"model": "m", "input": "recall:", "previous_response_id": chained["id"]});
    assert_eq!(text(&desk.ok("/responses", next).await), "one\na");
    let path = format!("/responses/{}", unfinished["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.1["status"], "failed");
    assert!(text(&desk.ok("/responses", turn("recall:")).await).starts_with("one\ntwo"));
    let written = std::fs::read_to_string(folder.path().join("data.jsonl")).unwrap();
    assert_eq!(written.contains(r#""change":"restore""#), slack == 0);
}

#[tokio::test]
async fn what_is_complete_comes_back_as_it_was_written() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    let items = json!([
        {"type": "message", "id": "msg_a", "role": "user", "status": "completed", "unknown": null, "content": [
            {"type": "input_text", "text": "a\u{0}é", "odd": null, "more": {"y": [1, 1.5, -0.0, 1e300, u64::MAX]}},
            {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "auto"},
        ]},
        {"type": "message", "id": "msg_b", "role": "assistant", "status": "incomplete", "content": [
            {"type": "output_text", "text": "b", "annotations": []}, {"type": "refusal", "refusal": "c"}]},
        {"type": "reasoning", "id": "rs_a", "summary": [], "encrypted_content": null},
        {"type": "function_call", "id": "fc_a", "call_id": "c", "name": "f", "arguments": "{\"a\" : 1}",
            "status": "completed"},
        {"type": "function_call_output", "id": "fco_a", "call_id": "c", "output": "", "status": "completed"},
        {"type": "compaction", "id": "cmp_a", "encrypted_content": "x"},
    ]);
    let desk = open_with(&path, |config| config.data_slack = 0).await;
    let created = desk.ok("/conversations", json!({"items": items})).await;
    let list = format!(
        "/conversations/{}/items?order=asc",
        created["id"].as_str().unwrap()
    );
    assert_eq!(desk.get(&list).await.1["data"], items);
    for _ in 0..50 {
        // The file is rewritten.
        let passing = desk.conversation().await;
        desk.delete(&format!("/conversations/{passing}")).await;
    }
    drop(desk);
    let desk = open(&path).await;
    assert_eq!(desk.get(&list).await.1["data"], items);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(r#""change":"restore""#));
}

#[tokio::test]
async fn a_file_is_for_one_emulator() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    let _desk = open(&path).await;
    let error = Emulator::builder().data(&path).start().await.unwrap_err();
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("another emulator")
    );
}

/// The files of the first form, as an earlier emulator left them: one with its changes in a row, one that it
/// rewrote.
const OLD: [&str; 2] = [
    include_str!("../fixtures/data-1-appended.jsonl"),
    include_str!("../fixtures/data-1-rewritten.jsonl"),
];

#[tokio::test]
async fn a_file_without_checksums_is_opened_and_gets_them() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    for old in OLD {
        std::fs::write(&path, old).unwrap();
        let mut before = None;
        for _ in 0..2 {
            let desk = open(&path).await;
            let there = desk.emulator.project(DEFAULT_PROJECT);
            assert_eq!(there.conversations.len(), 1);
            assert_eq!(there.conversations[0].items.len(), 4);
            assert_eq!(there.responses.len(), 5);
            let chained = there
                .responses
                .iter()
                .find(|response| response["output"].to_string().contains("said: \\\"b\\\""));
            let next = json!({"model": "m", "input": "recall:", "store": false,
                "previous_response_id": chained.unwrap()["id"]});
            assert_eq!(text(&desk.ok("/responses", next).await), "one\na\nb");
            assert_eq!(*before.get_or_insert(there.clone()), there);
            let written = std::fs::read_to_string(&path).unwrap();
            assert!(written.starts_with("{\"oci_genai_emulator\":2}\n{\"sum\":"));
        }
    }
}

#[tokio::test]
async fn what_was_altered_is_refused_by_name_and_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    let desk = open(&path).await;
    for _ in 0..3 {
        desk.conversation().await;
    }
    drop(desk);
    until_free(&path).await;
    let whole = std::fs::read(&path).unwrap();
    let lines: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').collect();
    assert_eq!(lines.len(), 4);
    let line_of = |at: usize| lines.iter().filter(|end| **end < at).count() + 1;
    let mut altered: Vec<(usize, Vec<u8>)> = Vec::new();
    for at in (lines[0] + 1..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        altered.push((line_of(at), bytes));
    }
    let text = String::from_utf8(whole.clone()).unwrap();
    // The last line, altered by hand: a word, its end, a line behind it.
    let last = text.rfind("false").unwrap();
    let mut word = text.clone();
    word.replace_range(last..last + 5, "truth");
    altered.push((4, word.into_bytes()));
    altered.push((4, text.trim_end().trim_end_matches('}').as_bytes().to_vec()));
    altered.last_mut().unwrap().1.extend_from_slice(b"]\n");
    altered.push((5, format!("{text}one more").into_bytes()));
    for (line, bytes) in altered {
        std::fs::write(&path, &bytes).unwrap();
        let error = Emulator::builder().data(&path).start().await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(&format!("line {line} of")), "{source}");
        assert!(
            source.contains(&format!("head -n {}", line - 1)),
            "{source}"
        );
        assert!(
            std::fs::read(&path).unwrap() == bytes,
            "the file was changed"
        );
    }
    // What the error proposes: the lines before it are whole.
    std::fs::write(&path, &whole[..=lines[2]]).unwrap();
    let desk = open(&path).await;
    let there = desk.emulator.project(DEFAULT_PROJECT);
    assert_eq!(there.conversations.len(), 2);
}

#[tokio::test]
async fn what_is_no_file_is_no_data_file() {
    let folder = tempfile::TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for path in [pipe.to_str().unwrap(), "/dev/zero", "/dev/null", "/"] {
        let error = Emulator::builder().data(path).start().await.unwrap_err();
        let text = format!("{error}");
        assert!(text.contains(path), "{text}");
    }
}

/// Runs an emulator in a process that can be killed; started by the test below.
#[tokio::test]
#[ignore = "another test starts it"]
#[allow(clippy::print_stdout)] // the one who starts it reads the address there
async fn an_emulator_to_be_killed() {
    let Some(path) = std::env::var_os("EMULATOR_DATA") else {
        return;
    };
    let desk = open_with(Path::new(&path), |config| config.data_slack = 10_000).await;
    println!("\n{}", desk.emulator.base_url());
    std::future::pending::<()>().await;
}

fn start_to_be_killed(path: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "persistence::an_emulator_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .env("EMULATOR_DATA", path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map(Result::unwrap)
        .find(|line| line.starts_with("http://"))
        .unwrap();
    (child, url)
}

/// What was acknowledged before the emulator was killed.
#[derive(Default)]
struct Acknowledged {
    made: Vec<String>,
    deleted: Vec<String>,
}

/// Makes a small conversation that stays and a large one that goes, until nobody answers.
async fn write_on(url: &str, acknowledged: &Mutex<Acknowledged>) -> Option<()> {
    let http = reqwest::Client::new();
    let send = async |method: &str, path: &str, body: Value| {
        let request = http.request(method.parse().unwrap(), format!("{url}{path}"));
        let request = request
            .bearer_auth(DEFAULT_API_KEY)
            .header("openai-project", DEFAULT_PROJECT);
        let answer = request.json(&body).send().await.ok()?;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.ok()?;
        Some(answer["id"].as_str().unwrap().to_owned())
    };
    loop {
        let small = send("POST", "/conversations", json!({})).await?;
        acknowledged.lock().unwrap().made.push(small);
        let text = json!({"role": "user", "content": "x".repeat(4000)});
        let large = send("POST", "/conversations", json!({"items": [text]})).await?;
        send("DELETE", &format!("/conversations/{large}"), json!({})).await?;
        acknowledged.lock().unwrap().deleted.push(large);
    }
}

/// Waits until the last task of an emulator that was dropped has let go of its file.
async fn until_free(path: &Path) {
    while std::fs::File::open(path).unwrap().try_lock().is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn killing_it_while_it_rewrites_the_file_loses_nothing() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
    let acknowledged = Mutex::new(Acknowledged::default());
    for round in 1..=10 {
        let (mut child, url) = start_to_be_killed(&path);
        let killer = async {
            // Not at the same point each time: after a few more writes than in the round before.
            while acknowledged.lock().unwrap().deleted.len() < round * (20 + round) {
                tokio::task::yield_now().await;
            }
            child.kill().unwrap();
            child.wait().unwrap();
        };
        let writers = join_all((0..4).map(|_| write_on(&url, &acknowledged)));
        futures_util::future::join(killer, writers).await;
        let desk = open(&path).await;
        let there = desk.emulator.project(DEFAULT_PROJECT);
        {
            let acknowledged = acknowledged.lock().unwrap();
            for id in &acknowledged.made {
                assert!(
                    there.conversation(id).is_some(),
                    "{id} is lost in round {round}"
                );
            }
            for id in &acknowledged.deleted {
                assert!(
                    there.conversation(id).is_none(),
                    "{id} is back in round {round}"
                );
            }
        }
        drop(desk);
        until_free(&path).await;
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written.contains(r#""change":"restore""#),
        "the file was never rewritten"
    );
    let gone = 4000 * acknowledged.lock().unwrap().deleted.len();
    assert!(written.len() < gone / 2, "{} bytes", written.len());
}
