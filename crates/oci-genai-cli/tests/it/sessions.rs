//! `sessions`: each of its commands, for people and for scripts.

use predicates::str::contains;
use serde_json::Value;

use crate::world::{World, stderr, stdout};

async fn offsite() -> World {
    let world = World::new().await;
    world.ask("offsite", "Give me three ideas.");
    world.ask("offsite", "Which is the cheapest?");
    world.ask("other", "Something about budgets.");
    world
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_listed() {
    let world = World::new().await;
    let empty = world.run(&["sessions", "list"]).success().stdout("");
    assert!(
        stderr(&empty).contains("ask --session"),
        "it says how to begin one"
    );
    assert_eq!(world.prints(&["sessions", "list", "--json"]), "[]\n");
    world.ask("offsite", "Hello.");
    let table = world.prints(&["sessions", "list"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "NAME     TURNS  CHANGED");
    assert!(lines[1].starts_with("offsite      1  "), "{table}");
    let list = world.json(&["sessions", "list", "--json"]);
    assert_eq!(names(&list), ["offsite"]);
    assert_eq!(list[0]["turns"], 1);
    assert!(
        list[0]["conversation_id"]
            .as_str()
            .unwrap()
            .starts_with("conv_")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_are_whole_in_a_pipe() {
    let world = World::new().await;
    let name = "a-very-long-name-".repeat(10);
    world.ask(&name, "Hello.");
    assert!(world.prints(&["sessions", "list"]).contains(&name));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_hidden_in_a_list() {
    let world = World::new().await;
    let name = "off\u{202e}site\u{200b} 👩\u{200d}🚀";
    let shown = r"off\u{202e}site\u{200b} 👩‍🚀";
    let answer = world.ask(name, "Is\u{2066} it\u{feff}?");
    assert!(
        answer.contains("Is\u{2066} it\u{feff}?"),
        "an answer in a pipe is as it came: {answer}"
    );
    for arguments in [
        &["sessions", "list"][..],
        &["sessions", "search", "off"],
        &["sessions", "search", "--content", "off"],
        &["sessions", "show", name],
    ] {
        let text = world.prints(arguments);
        assert!(text.contains(shown), "{arguments:?}: {text:?}");
        assert!(
            !text.contains(['\u{202e}', '\u{200b}', '\u{1b}', '\u{2066}', '\u{feff}']),
            "{arguments:?}: {text:?}"
        );
    }
    let said = world.prints(&["sessions", "show", name]);
    assert_eq!(said.matches(r"Is\u{2066} it\u{feff}?").count(), 2, "{said}");
    let list = world.json(&["sessions", "list", "--json"]);
    assert_eq!(names(&list), [name], "a script gets the name itself");
    let gone = world
        .run(&["sessions", "show", "gone\u{202e}\u{1b}"])
        .code(2);
    assert!(
        stderr(&gone).contains(r"gone\u{202e}\u{1b}"),
        "{}",
        stderr(&gone)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_shown_with_what_was_said() {
    let world = offsite().await;
    let text = world.prints(&["sessions", "show", "offsite"]);
    for part in [
        "Session       offsite\n",
        "Turns         2\n",
        "Conversation  conv_",
        "1> Give me three ideas.\nI can see no earlier messages.",
        "2> Which is the cheapest?\nI can see 2 earlier messages.",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    let last = world.prints(&["sessions", "show", "offsite", "--last", "1"]);
    assert!(!last.contains("1> ") && last.contains("2> "), "{last}");
    let json = world.json(&["sessions", "show", "offsite", "--json"]);
    assert_eq!(json["transcript"][0]["question"], "Give me three ideas.");
    assert_eq!(json["transcript"][1]["state"], "committed");
    // Its id leads to it, too.
    let id = json["id"].as_str().unwrap();
    assert_eq!(
        world.prints(&["sessions", "show", id]).lines().next(),
        Some("Session       offsite")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_found_by_name_and_by_content() {
    let world = offsite().await;
    let found = world.json(&["sessions", "search", "OFF", "--json"]);
    assert_eq!(names(&found), ["offsite"]);
    let none = world
        .run(&["sessions", "search", "cheapest"])
        .success()
        .stdout("");
    assert!(stderr(&none).contains("--content"));
    let said = world.json(&["sessions", "search", "--content", "CHEAPEST", "--json"]);
    assert_eq!(names(&said), ["offsite"]);
    assert_eq!(said[0]["matching_turns"], serde_json::json!([2]));
    assert!(
        world
            .prints(&["sessions", "search", "budgets", "--content"])
            .contains("other")
    );
    world.refuses(&["sessions", "search", " "], &["search text is empty"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_goes_its_own_way() {
    let world = offsite().await;
    let fork = world
        .run(&["sessions", "fork", "offsite", "cheap", "--at", "1"])
        .success()
        .stdout("");
    assert!(stderr(&fork).contains("1 turn."), "{}", stderr(&fork));
    assert!(
        world
            .ask("cheap", "And now?")
            .contains("2 earlier messages")
    );
    assert!(
        world
            .ask("offsite", "And now?")
            .contains("4 earlier messages")
    );
    world
        .run(&["sessions", "fork", "offsite", "here", "--memory", "local"])
        .success();
    let here = world.json(&["sessions", "show", "here", "--json"]);
    assert_eq!(
        (&here["memory"], &here["conversation_id"]),
        (&"local".into(), &Value::Null)
    );
    assert!(world.ask("here", "And now?").contains("6 earlier messages"));
    world.refuses(
        &["sessions", "fork", "offsite", "cheap"],
        &["cheap", "already"],
    );
    world.refuses(
        &["sessions", "fork", "offsite", "x", "--at", "9"],
        &["no turn 9"],
    );
    world.refuses(
        &["sessions", "fork", "offsite", "x", "--at", "-1"],
        &["--at"],
    );
    world.refuses(
        &["sessions", "fork", "offsite", "x", "--memory", "elephant"],
        &["elephant", "local"],
    );
    world.refuses(&["sessions", "fork", "offsite"], &["NEW_NAME"]);
    world.refuses(&["sessions", "fork", "offsite", ""], &["name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewound_session_has_forgotten() {
    let world = offsite().await;
    world
        .run(&["sessions", "rewind", "offsite", "1"])
        .success()
        .stdout("");
    let answer = world.ask("offsite", "recall:");
    assert!(
        answer.contains("three ideas") && !answer.contains("cheapest"),
        "{answer}"
    );
    world
        .run(&["sessions", "rewind", "offsite", "0", "--yes"])
        .success();
    assert!(
        world
            .ask("offsite", "Hello.")
            .contains("no earlier messages")
    );
    world.refuses(&["sessions", "rewind", "offsite", "7"], &["no turn 7"]);
    world.refuses(&["sessions", "rewind", "offsite", "two"], &["two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_a_session_elsewhere() {
    let world = offsite().await;
    let lines = world.prints(&["sessions", "export", "offsite"]);
    assert!(lines.lines().count() >= 7, "{lines}");
    for line in lines.lines() {
        serde_json::from_str::<Value>(line).expect("each line is JSON");
    }
    world
        .run(&["sessions", "export", "offsite", "--output", "o.jsonl"])
        .success()
        .stdout("");
    assert_eq!(
        std::fs::read_to_string(world.path("o.jsonl")).unwrap(),
        lines
    );
    let there = &["sessions", "export", "offsite", "-o", "o.jsonl"];
    world.refuses(there, &["o.jsonl", "--force"]);
    world
        .run(&["sessions", "export", "offsite", "-o", "o.jsonl", "--force"])
        .success();
    // Into another store: from a file, and from a pipe.
    for (store, file) in [("b.sqlite", "o.jsonl"), ("c.sqlite", "-")] {
        let mut import = world.program(&["sessions", "import", file, "--store", store]);
        import
            .write_stdin(lines.clone())
            .assert()
            .success()
            .stdout("");
        let shown = world.json(&["sessions", "show", "offsite", "--json", "--store", store]);
        assert_eq!(shown["transcript"][1]["question"], "Which is the cheapest?");
        let answer = world.prints(&["ask", "--session", "offsite", "--store", store, "recall:"]);
        assert!(answer.contains("Give me three ideas."), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_export_is_not_imported() {
    let world = offsite().await;
    let lines = world.prints(&["sessions", "export", "offsite"]);
    world.write("o.jsonl", &lines);
    world.refuses(
        &["sessions", "import", "o.jsonl"],
        &["the store has a session of that id or name", "--store"],
    );
    world.write(
        "broken.jsonl",
        lines.replacen("\"kind\":\"turn\"", "\"kind\":\"tum\"", 1),
    );
    let other = |file| ["sessions", "import", file, "--store", "b.sqlite"];
    world.refuses(&other("broken.jsonl"), &["line 2"]);
    world.write("empty.jsonl", "");
    world.refuses(&other("empty.jsonl"), &["no session"]);
    world.write("binary.jsonl", [0xff, 0xfe, b'\n']);
    world.refuses(&other("binary.jsonl"), &["binary.jsonl"]);
    world.refuses(&other("nosuch.jsonl"), &["nosuch.jsonl"]);
    assert_eq!(
        world.json(&["sessions", "list", "--json", "--store", "b.sqlite"]),
        Value::Array(vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_session_is_gone_on_the_service_too() {
    let world = offsite().await;
    let shown = world.json(&["sessions", "show", "offsite", "--json"]);
    let conversation = shown["conversation_id"].as_str().unwrap().to_owned();
    let project = oci_genai_emulator::DEFAULT_PROJECT;
    assert!(
        world
            .emulator
            .project(project)
            .conversation(&conversation)
            .is_some()
    );
    world
        .run(&["sessions", "delete", "offsite"])
        .success()
        .stdout("")
        .stderr(contains("offsite"));
    assert!(
        world
            .emulator
            .project(project)
            .conversation(&conversation)
            .is_none()
    );
    assert_eq!(
        names(&world.json(&["sessions", "list", "--json"])),
        ["other"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_outlived_its_time_is_purged() {
    let world = World::new().await;
    world
        .run(&["sessions", "purge"])
        .success()
        .stderr(contains("No session has expired"));
    let ask = |name: &str, span: &str| {
        world.prints(&["ask", "--session", name, "--expires-after", span, "Hello."])
    };
    ask("brief", "1ms");
    ask("long", "30days");
    let dry = world.run(&["sessions", "purge", "--dry-run"]).success();
    assert!(
        stdout(&dry).contains("brief") && !stdout(&dry).contains("long"),
        "{}",
        stdout(&dry)
    );
    assert_eq!(names(&world.json(&["sessions", "list", "--json"])).len(), 2);
    world
        .run(&["sessions", "purge", "--yes"])
        .success()
        .stderr(contains("Removed: 1."));
    assert_eq!(
        names(&world.json(&["sessions", "list", "--json"])),
        ["long"]
    );
    world.refuses(
        &["ask", "--session", "x", "--expires-after", "soon", "Hello."],
        &["soon", "30days"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_session_is_wrong_use_with_a_cure() {
    let world = World::new().await;
    for arguments in [
        &["show", "nosuch"][..],
        &["fork", "nosuch", "x"],
        &["rewind", "nosuch", "1"],
        &["export", "nosuch"],
        &["delete", "nosuch"],
    ] {
        let all = [&["sessions"], arguments].concat();
        world.refuses(&all, &["\"nosuch\"", "oci-genai sessions list"]);
    }
    world.refuses(&["sessions", "show", "x", "--last", "few"], &["few"]);
    world.refuses(&["sessions", "nosuch"], &["nosuch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_needs_no_settings() {
    let world = offsite().await;
    for arguments in [
        &["list"][..],
        &["show", "offsite"],
        &["search", "off"],
        &["export", "offsite"],
        &["purge"],
    ] {
        let all = [&["sessions"], arguments].concat();
        let mut command = world.program(&all);
        for variable in [
            "OCI_GENAI_BASE_URL",
            "OCI_GENAI_API_KEY",
            "OCI_GENAI_PROJECT",
        ] {
            command.env_remove(variable);
        }
        command.assert().success();
    }
}
