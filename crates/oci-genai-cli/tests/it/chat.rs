//! `chat`: in a pipe, and in a terminal as a person has it.

use oci_genai_emulator::{Effect, Fault};
use serde_json::Value;

use crate::terminal::Terminal;
use crate::world::{World, stderr, stdout};

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_a_pipe_is_a_turn() {
    let world = World::new().await;
    let mut chat = world.program(&["chat", "--session", "piped"]);
    let lines = "Hello.\n\nrecall:\nof two\\\nlines\n/usage\n";
    let output = chat.write_stdin(lines).assert().success();
    let text = stdout(&output);
    let mut answers = text.lines();
    assert_eq!(
        answers.next(),
        Some("I can see no earlier messages. You just said: \"Hello.\".")
    );
    assert_eq!(answers.next(), Some("Hello."), "{text}");
    assert!(text.contains("You just said: \"of two\nlines\"."), "{text}");
    assert!(text.contains("turns: 3"), "{text}");
    assert_eq!(stderr(&output), "", "nothing but answers");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_ends_with_the_first_error() {
    let world = World::new().await;
    for (lines, code, words) in [
        ("/nosuch\nHello.\n", 2, "unknown command /nosuch"),
        ("/rewind\n", 2, "no turns yet"),
        ("/open nosuch\n", 2, "sessions list"),
    ] {
        let output = world
            .program(&["chat"])
            .write_stdin(lines)
            .assert()
            .code(code);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    world.refuses(
        &["chat", "--session", "ses_nosuch"],
        &["ses_nosuch", "sessions list"],
    );
    world.refuses(&["chat", "--expires-after", "soon"], &["soon"]);
    world.refuses(&["chat", "extra"], &["extra"]);
    let mut keyless = world.program(&["chat"]);
    keyless
        .env("OCI_GENAI_API_KEY", "sk-wrong")
        .write_stdin("Hello.\n");
    let output = keyless.assert().code(1);
    assert!(stderr(&output).contains("401"), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_asked_nothing_leaves_nothing() {
    let world = World::new().await;
    world
        .program(&["chat"])
        .write_stdin("/help\n/tools\n")
        .assert()
        .success();
    assert_eq!(
        world.json(&["sessions", "list", "--json"]),
        Value::Array(vec![])
    );
    assert!(
        world.emulator.requests().is_empty(),
        "nothing was asked of the service"
    );
    world
        .program(&["chat"])
        .write_stdin("Three ideas\n")
        .assert()
        .success();
    let list = world.json(&["sessions", "list", "--json"]);
    assert_eq!(
        list[0]["title"], "Three ideas",
        "an unnamed one has a title"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_offered_when_asked_for() {
    let world = World::new().await;
    let lines = "call:random_number {\"low\":7,\"high\":7}\n/tools on\ncall:random_number {\"low\":7,\"high\":7}\n";
    let output = world
        .program(&["chat"])
        .write_stdin(lines)
        .assert()
        .success();
    let text = stdout(&output);
    assert!(
        text.starts_with("I can see no earlier messages."),
        "not offered at first: {text}"
    );
    assert!(text.ends_with("random_number returned: 7\n"), "{text}");
    assert!(
        stderr(&output).contains("[calling random_number]"),
        "{}",
        stderr(&output)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn instructions_are_for_the_chat() {
    let world = World::new().await;
    world.ask("s", "Hello.");
    let chat = |arguments: &[&str]| {
        let mut chat = world.program(&[&["chat", "--session", "s"], arguments].concat());
        chat.write_stdin("And now?\n").assert().success();
        world.last_request()["instructions"].clone()
    };
    assert_eq!(chat(&["--instructions", "Be kind."]), "Be kind.");
    assert_eq!(chat(&[]), Value::Null);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_script() {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    let world = World::new().await;
    world.ask("s", "Remember me.");
    let mut child = Command::new(crate::world::binary())
        .env_clear()
        .envs(world.variables())
        .current_dir(world.folder())
        .args(["chat", "--session", "s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = b"slow:40 count:100\nNever asked.\n";
    child.stdin.as_mut().unwrap().write_all(lines).unwrap();
    let mut some = [0_u8; 4];
    let out = child.stdout.as_mut().unwrap();
    out.read_exact(&mut some).unwrap();
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    let answer = world.ask("s", "recall:");
    assert!(
        answer.contains("Remember me.") && !answer.contains("Never asked."),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_talks() {
    let world = World::new().await;
    let mut chat = Terminal::start(&world, &["chat", "--session", "offsite"]);
    chat.prompts("offsite> ");
    chat.enters("Give me **three** ideas.");
    chat.shows("You just said: \"Give me three ideas.\".");
    chat.prompts("offsite> ");
    assert!(
        chat.raw().contains("\u{1b}[1mthree\u{1b}[0m"),
        "bold text is bold: {}",
        chat.raw()
    );
    assert!(
        !chat.screen().contains("Thinking"),
        "no sign of waiting is left:\n{}",
        chat.screen()
    );
    // The line editor: the arrow brings the line back, Ctrl-U removes it, Tab completes.
    chat.types("\u{1b}[A");
    chat.shows("offsite> Give me **three** ideas.\n");
    chat.types("\u{15}/us\t\r");
    chat.shows("turns: 1");
    chat.prompts("offsite> ");
    // A turn of two lines: Alt-Enter, then a backslash.
    chat.types("one\u{1b}\rtwo\\\rthree\r");
    chat.shows("said: \"one\ntwo\nthree\".");
    chat.prompts("offsite> ");
    chat.enters("recall:");
    chat.shows("Give me three ideas.\none\ntwo\nthree");
    chat.prompts("offsite> ");
    chat.types("\u{4}");
    chat.shows("Continue with: oci-genai chat --session \"offsite\"");
    assert_eq!(chat.ends(), 0);
    // The next chat knows the lines of this one.
    let mut again = Terminal::start(&world, &["chat", "--session", "offsite"]);
    again.shows("Continuing after turn 3.");
    again.prompts("offsite> ");
    again.types("\u{1b}[A");
    again.shows("offsite> recall:");
    again.types("\u{3}");
    again.shows("/quit ends the chat");
    again.prompts("offsite> ");
    again.enters("/quit");
    assert_eq!(again.ends(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_an_answer_and_the_chat_goes_on() {
    let world = World::new().await;
    let mut chat = Terminal::start(&world, &["chat", "--session", "s"]);
    chat.prompts("s> ");
    chat.enters("Remember me.");
    chat.shows("You just said");
    chat.prompts("s> ");
    chat.enters("slow:40 count:100");
    chat.shows("1 2 3");
    chat.types("\u{3}");
    chat.shows("[stopped]");
    chat.shows("[the service completed the response: it is turn 2, `/rewind` undoes it]");
    chat.prompts("s> ");
    chat.enters("/rewind");
    chat.shows("Rewound to the end of turn 1.");
    chat.prompts("s> ");
    chat.enters("recall:");
    chat.shows("\nRemember me.");
    chat.prompts("s> ");
    assert!(!chat.screen().contains("Thinking"), "{}", chat.screen());
    // Stopped before the first word, and ended at once: the session is in order all the same.
    chat.enters("slow:2000 count:3");
    chat.shows("Thinking");
    chat.types("\u{3}");
    chat.shows("slow:2000 count:3\n[stopped]");
    chat.prompts("s> ");
    chat.enters("/quit");
    assert_eq!(chat.ends(), 0);
    assert!(world.ask("s", "recall:").contains("Remember me."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_the_service_never_began_leaves_nothing() {
    let world = World::new().await;
    let silence = Fault::new(Effect::Latency { ms: 600_000 });
    let faults = world.emulator.faults();
    faults.add(silence.route("POST /responses")).unwrap();
    let mut chat = Terminal::start(&world, &["chat", "--session", "s"]);
    chat.prompts("s> ");
    chat.enters("Hello.");
    chat.shows("Thinking");
    chat.types("\u{3}");
    chat.shows("[stopped]");
    chat.shows("[nothing of it was kept]");
    chat.prompts("s> ");
    chat.enters("/quit");
    assert_eq!(chat.ends(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_branch_export_and_start_a_new_session() {
    let world = World::new().await;
    let mut chat = Terminal::start(&world, &["chat", "--session", "a"]);
    for text in ["First.", "Second."] {
        chat.prompts("a> ");
        chat.enters(text);
        chat.shows(&format!("You just said: \"{text}\""));
    }
    chat.prompts("a> ");
    chat.enters("/fork b 1");
    chat.shows("Continuing in the copy \"b\" after turn 1.");
    chat.prompts("b> ");
    chat.enters("Third.");
    chat.shows(
        "I can see 2 earlier messages. The first was: \"First.\". You just said: \"Third.\"",
    );
    chat.prompts("b> ");
    chat.enters("/rewind");
    chat.shows("Rewound to the end of turn 1.");
    chat.prompts("b> ");
    chat.enters("/rewind 5");
    chat.shows("a number from 0 to 0");
    chat.prompts("b> ");
    chat.enters("/export b.jsonl");
    chat.shows("lines to b.jsonl.");
    chat.prompts("b> ");
    chat.enters("/export b.jsonl");
    chat.shows("b.jsonl exists; name another file");
    chat.prompts("b> ");
    chat.enters("/open a");
    chat.prompts("a> ");
    chat.enters("/new");
    chat.prompts("> ");
    chat.enters("/new a");
    chat.shows("a session named \"a\" exists");
    chat.prompts("> ");
    chat.enters("Fresh.");
    chat.shows("I can see no earlier messages. You just said: \"Fresh.\"");
    chat.prompts("> ");
    chat.enters("/sessions");
    chat.shows("TITLE");
    chat.prompts("> ");
    assert!(chat.screen().lines().all(|line| line.chars().count() <= 80));
    chat.enters("/quit");
    assert_eq!(chat.ends(), 0);
    let exported = std::fs::read_to_string(world.path("b.jsonl")).unwrap();
    assert!(
        exported.contains("First.") && !exported.contains("Third."),
        "{exported}"
    );
    let list = world.json(&["sessions", "list", "--json"]);
    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_color_means_no_colours() {
    let world = World::new().await;
    let mut chat = Terminal::with(&world, &["chat"], &[("NO_COLOR", "1")]);
    chat.prompts("> ");
    chat.enters("**bold** and `code`");
    chat.shows("**bold** and `code`\".");
    chat.prompts("> ");
    chat.enters("slow:20 count:50");
    chat.shows("1 2 3");
    chat.types("\u{3}");
    chat.shows("[stopped]");
    chat.prompts("> ");
    chat.types("\u{4}");
    assert_eq!(chat.ends(), 0);
    assert_eq!(chat.colour(), None, "{:?}", chat.raw());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_before_something_is_lost() {
    let world = World::new().await;
    world.ask("a", "Hello.");
    world.prints(&[
        "ask",
        "--session",
        "brief",
        "--expires-after",
        "1ms",
        "Hello.",
    ]);
    for (arguments, question) in [
        (
            &["sessions", "purge"][..],
            "Remove these from this machine (1)? [y/N]",
        ),
        (
            &["sessions", "delete", "a"],
            "its conversation on the service? [y/N]",
        ),
        (&["sessions", "rewind", "a", "0"], "after turn 0? [y/N]"),
    ] {
        for (answer, says) in [("", "Nothing was changed."), ("n", "Nothing was changed.")] {
            let mut terminal = Terminal::start(&world, arguments);
            terminal.shows(question);
            terminal.enters(answer);
            terminal.shows(says);
            assert_eq!(terminal.ends(), 0);
        }
    }
    assert_eq!(
        world
            .json(&["sessions", "list", "--json"])
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let mut terminal = Terminal::start(&world, &["sessions", "purge"]);
    terminal.shows("[y/N]");
    terminal.enters("y");
    terminal.shows("Removed: 1.");
    assert_eq!(terminal.ends(), 0);
    let mut terminal = Terminal::start(&world, &["sessions", "delete", "a", "--yes"]);
    terminal.shows("Deleted the session");
    assert_eq!(terminal.ends(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_fit_the_terminal() {
    let world = World::new().await;
    world.ask(&"a-very-long-name-".repeat(10), "Hello.");
    let chat = "A question that is as long as questions tend to be when people write them\n";
    world
        .program(&["chat"])
        .write_stdin(chat)
        .assert()
        .success();
    let mut terminal = Terminal::start(&world, &["sessions", "list"]);
    assert_eq!(terminal.ends(), 0);
    let screen = terminal.screen();
    assert_eq!(
        screen.trim_end().lines().count(),
        3,
        "a row is a line:\n{screen}"
    );
    assert!(screen.contains('…'), "{screen}");
    let list = world.json(&["sessions", "list", "--json"]);
    let unnamed = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"].is_null());
    let id = unnamed.unwrap()["id"].as_str().unwrap();
    assert!(screen.contains(id), "an id can be copied:\n{screen}");
}
