//! Files with people's words are their owner's alone.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use oci_genai_emulator::{Emulator, Upstream};
use serde_json::json;

use crate::support::{Desk, log};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// An emulator that keeps data and a recording in this folder, with another one behind it.
async fn keeping(folder: &Path) -> (Desk, Desk) {
    let behind = Desk::new().await;
    let url = format!("{}/responses", behind.emulator.base_url());
    let upstream = Upstream::new(url)
        .with_api_key(oci_genai_emulator::DEFAULT_API_KEY)
        .with_project(oci_genai_emulator::DEFAULT_PROJECT);
    let emulator = Emulator::builder()
        .upstream(upstream)
        .record(folder.join("said.json"))
        .data(folder.join("data.jsonl"));
    (Desk::over(emulator.start().await.unwrap()), behind)
}

#[tokio::test]
async fn new_and_rewritten_files_are_private() {
    let folder = tempfile::TempDir::new().unwrap();
    let (desk, _behind) = keeping(folder.path()).await;
    for _ in 0..2 {
        desk.ok(
            "/responses",
            json!({"model": "m", "input": "a secret wish"}),
        )
        .await;
        for name in ["said.json", "data.jsonl"] {
            let path = folder.path().join(name);
            assert_eq!(mode(&path), 0o600, "{name}");
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.contains("a secret wish"), "{name}");
        }
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "something was left beside the files");
}

#[tokio::test]
async fn files_that_others_can_read_are_named_once_and_left_as_they_are() {
    let log = log();
    let folder = tempfile::TempDir::new().unwrap();
    let paths = ["said.json", "data.jsonl"].map(|name| folder.path().join(name));
    for path in &paths {
        std::fs::write(path, "").unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o644)).unwrap();
    }
    let (desk, _behind) = keeping(folder.path()).await;
    desk.ok("/responses", json!({"model": "m", "input": "x"}))
        .await;
    let text = log.text();
    for path in &paths {
        assert_eq!(mode(path), 0o644);
        let command = format!("chmod 600 {}", path.display());
        let named = text.lines().filter(|line| line.contains(&command));
        assert_eq!(named.count(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_recording_does_not_take_the_place_of_other_things() {
    let folder = tempfile::TempDir::new().unwrap();
    let letter = folder.path().join("letter");
    std::fs::write(&letter, "Dear aunt,").unwrap();
    let upstream = Upstream::new("http://127.0.0.1:1/v1");
    let builder = Emulator::builder().upstream(upstream).record(&letter);
    let error = builder.start().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("not a recording"), "{source}");
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear aunt,");
    // Nor is a file written into that somebody put beside it.
    let (said, target) = (
        folder.path().join("said.json"),
        folder.path().join("target"),
    );
    std::os::unix::fs::symlink(&target, folder.path().join("said.json.new")).unwrap();
    let (desk, _behind) = keeping(folder.path()).await;
    desk.ok("/responses", json!({"model": "m", "input": "x"}))
        .await;
    assert!(said.exists() && !target.exists());
}
