//! Files with a person's words are theirs alone.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::terminal::Terminal;
use crate::world::{World, stderr};

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    metadata.permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_creates_others_cannot_read() {
    let world = World::new().await;
    world.ask("offsite", "Hello.");
    let folder = world.path(".local/share/oci-genai");
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    world.prints(&["ask", "--session", "a", "--store", "other.sqlite", "Hello."]);
    assert_eq!(mode(&world.path("other.sqlite")), 0o600);
    world.prints(&["sessions", "export", "offsite", "-o", "offsite.jsonl"]);
    assert_eq!(mode(&world.path("offsite.jsonl")), 0o600);
    let export = &[
        "sessions",
        "export",
        "offsite",
        "-o",
        "again.jsonl",
        "--force",
    ];
    world.prints(export);
    assert_eq!(mode(&world.path("again.jsonl")), 0o600);

    let mut chat = Terminal::start(&world, &["chat", "--session", "offsite"]);
    chat.prompts("offsite> ");
    chat.enters("Hello again.");
    chat.shows("I can see 2 earlier messages.");
    chat.prompts("offsite> ");
    chat.enters("/export said.jsonl");
    chat.shows("lines to said.jsonl");
    chat.prompts("offsite> ");
    chat.enters("/quit");
    assert_eq!(chat.ends(), 0);
    assert_eq!(mode(&world.path("said.jsonl")), 0o600);
    assert_eq!(mode(&folder.join("sessions.history")), 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_can_read_is_named_once_with_the_command_that_closes_it() {
    let world = World::new().await;
    world.ask("offsite", "Hello.");
    let folder = world.path(".local/share/oci-genai");
    let store = folder.join("sessions.sqlite");
    set_mode(&folder, 0o755);
    set_mode(&store, 0o644);
    let list = world.run(&["sessions", "list", "--json"]).success();
    let said = stderr(&list);
    for command in [
        format!("chmod 700 {}", folder.display()),
        format!("chmod 600 {}", store.display()),
    ] {
        assert_eq!(said.matches(&command).count(), 1, "{said}");
        let closed = std::process::Command::new("sh")
            .args(["-c", &command])
            .status();
        assert!(closed.unwrap().success());
    }
    let list = world.run(&["sessions", "list", "--json"]).success();
    assert_eq!(stderr(&list), "");

    let file = world.write("offsite.jsonl", "");
    set_mode(&file, 0o640);
    let export = &[
        "sessions",
        "export",
        "offsite",
        "-o",
        "offsite.jsonl",
        "--force",
    ];
    let said = stderr(&world.run(export).success());
    assert!(
        said.contains("mode 640") && said.contains("chmod 600"),
        "{said}"
    );
    set_mode(&store, 0o660);
    let said = world.prints(&["doctor", "--free"]);
    assert!(said.contains("chmod 600"), "{said}");
    let quiet = world.run(&["sessions", "list", "-q"]).success();
    assert_eq!(stderr(&quiet), "");
}
