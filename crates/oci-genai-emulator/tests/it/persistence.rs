//! What is kept in a data file.

use std::path::Path;

use oci_genai_emulator::{Emulator, StartError};
use serde_json::json;

use crate::support::{Desk, ids, text};

async fn open(path: &Path) -> Desk {
    // The one before lets go of the file once its last task has ended.
    for _ in 0..1000 {
        match Emulator::builder().data(path).start().await {
            Ok(emulator) => return Desk::over(emulator),
            Err(StartError::Data { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the data file stayed in use");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("data.jsonl");
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
