//! `ask`: what goes with a question, the forms of an answer, and bad input for every option.

use oci_genai_emulator::{Effect, Fault};
use serde_json::{Value, json};

use crate::world::{World, stderr, stdout};

const RESPONSES: &str = "POST /responses";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn content(world: &World) -> Vec<Value> {
    let request = world.last_request();
    let message = request["input"].as_array().unwrap().last().unwrap().clone();
    message["content"].as_array().unwrap().clone()
}

/// The arguments on their own, and as a turn of a session.
fn both<'a>(arguments: &[&'a str]) -> [Vec<&'a str>; 2] {
    let alone = [&["ask"], arguments].concat();
    let session = [&["ask", "--session", "s"], arguments].concat();
    [alone, session]
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_images_go_with_the_question() {
    let world = World::new().await;
    world.write("notes.md", "# Notes");
    world.write("chart.png", PNG);
    let arguments = [
        "--file",
        "notes.md",
        "--image",
        "chart.png",
        "What do these say?",
    ];
    for arguments in both(&arguments) {
        assert!(world.prints(&arguments).contains("What do these say?"));
        let [text, file, image] = &content(&world)[..] else {
            panic!("three parts: {:?}", content(&world));
        };
        assert_eq!(text["text"], "What do these say?");
        assert_eq!(file["type"], "input_file");
        assert_eq!(file["filename"], "notes.md");
        assert_eq!(file["file_data"], "data:text/markdown;base64,IyBOb3Rlcw==");
        let url = image["image_url"].as_str().unwrap();
        assert!(
            url.starts_with("data:image/png;base64,iVBORw0KGgo"),
            "{url}"
        );
    }
    let shown = world.prints(&["sessions", "show", "s"]);
    assert!(
        shown.contains("[file notes.md]") && shown.contains("[image]"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_passed_on() {
    let world = World::new().await;
    let (file, image) = ("https://example.com/a.pdf", "https://example.com/a.png");
    let data = "data:image/gif;base64,R0lGODlh";
    world.prints(&[
        "ask", "--file", file, "--image", image, "--image", data, "What?",
    ]);
    let parts = content(&world);
    assert_eq!(parts[1]["file_url"], file);
    assert_eq!(parts[2]["image_url"], image);
    assert_eq!(parts[3]["image_url"], data);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_attached_is_named() {
    let world = World::new().await;
    world.write("notes.md", "# Notes");
    world.write("empty.txt", "");
    world.write("large.bin", vec![0_u8; (24 << 20) + 1]);
    for (arguments, words) in [
        (["--file", "nosuch.txt"], ["nosuch.txt", "read"]),
        (["--file", "empty.txt"], ["empty.txt", "empty"]),
        (["--file", "large.bin"], ["24 MiB", "https"]),
        (
            ["--file", "http://example.com/a"],
            ["http://example.com/a", "https"],
        ),
        (["--image", "nosuch.png"], ["nosuch.png", "read"]),
        (["--image", "notes.md"], ["text/markdown", "--file"]),
        (["--image", "http://example.com/a"], ["--image", "https"]),
        (
            ["--image", "data:text/plain;base64,AA"],
            ["data:image/png", "PNG"],
        ),
    ] {
        for all in both(&[&arguments[..], &["What?"]].concat()) {
            world.refuses(&all, &words);
        }
    }
    assert!(world.emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_the_whole_response() {
    let world = World::new().await;
    for (index, arguments) in both(&["--json", "Hello."]).iter().enumerate() {
        let response = world.json(arguments);
        assert_eq!(response["object"], "response");
        assert_eq!(response["status"], "completed");
        assert!(response["id"].as_str().unwrap().starts_with("resp_"));
        let text = &response["output"][0]["content"][0]["text"];
        assert!(text.as_str().unwrap().contains("Hello."), "{text}");
        assert_eq!(response["conversation"].is_null(), index == 0, "{response}");
    }
    // With local memory the service keeps nothing to be read again.
    let local = [
        "ask",
        "--session",
        "l",
        "--memory",
        "local",
        "--json",
        "Hello.",
    ];
    let kept = world.run(&local).success();
    assert!(
        stderr(&kept).contains("does not store this response"),
        "{}",
        stderr(&kept)
    );
    let response: Value = serde_json::from_str(&stdout(&kept)).unwrap();
    assert!(
        response["output"][0]["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("Hello.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_streamed_is_the_same() {
    let world = World::new().await;
    for arguments in both(&["--no-stream", "Hello."]) {
        assert_eq!(
            world.prints(&arguments),
            "I can see no earlier messages. You just said: \"Hello.\".\n"
        );
        assert_ne!(world.last_request()["stream"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instructions_go_ahead_of_the_question() {
    let world = World::new().await;
    for arguments in both(&["--instructions", "Be brief.", "Hello."]) {
        world.prints(&arguments);
        assert_eq!(world.last_request()["instructions"], "Be brief.");
    }
    // The session began with them and keeps them.
    world.ask("s", "And now?");
    assert_eq!(world.last_request()["instructions"], "Be brief.");
    // Others are for one turn.
    world.prints(&[
        "ask",
        "--session",
        "s",
        "--instructions",
        "Be kind.",
        "And now?",
    ]);
    assert_eq!(world.last_request()["instructions"], "Be kind.");
    world.ask("s", "And then?");
    assert_eq!(world.last_request()["instructions"], "Be brief.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_shapes_the_answer() {
    let world = World::new().await;
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": { "title": { "type": "string" }, "cost": { "type": "integer" } },
        "required": ["title", "cost"],
        "additionalProperties": false,
    });
    world.write("my idea.json", schema.to_string());
    for arguments in both(&["--schema", "my idea.json", "One idea?"]) {
        let answer = world.json(&arguments);
        assert!(
            answer["title"].is_string() && answer["cost"].is_number(),
            "{answer}"
        );
        let format = world.last_request()["text"]["format"].clone();
        assert_eq!(format["name"], "my_idea");
        assert_eq!(format["strict"], true);
        assert_eq!(format["schema"]["$schema"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_cannot_be_used_is_explained() {
    let world = World::new().await;
    world.write("broken.json", "{ \"type\": ");
    world.write(
        "loose.json",
        json!({ "type": "object", "properties": { "a": { "type": "string" } } }).to_string(),
    );
    world.write(
        "list.json",
        json!({ "type": "array", "items": { "type": "string" } }).to_string(),
    );
    for (file, words) in [
        ("broken.json", ["broken.json", "JSON"]),
        ("loose.json", ["loose.json", "additionalProperties: false"]),
        ("list.json", ["$", "object"]),
        ("nosuch.json", ["nosuch.json", "read"]),
    ] {
        for arguments in both(&["--schema", file, "One idea?"]) {
            world.refuses(&arguments, &words);
        }
    }
    assert!(world.emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_do_not_fit_are_refused() {
    let world = World::new().await;
    world.refuses(&["ask", "--memory", "local", "Hello."], &["--session"]);
    world.refuses(&["ask", "--expires-after", "1h", "Hello."], &["--session"]);
    world.refuses(&["ask", "--turn-id", "a", "Hello."], &["--session"]);
    world.refuses(
        &["ask", "--session", "s", "--turn-id", "", "Hello."],
        &["turn id"],
    );
    world.ask("there", "Hello.");
    let there = ["ask", "--session", "there", "--memory", "local", "Hello."];
    let output = world.run(&there).success();
    assert!(
        stderr(&output).contains("The session \"there\" exists; --memory"),
        "{}",
        stderr(&output)
    );
    world.refuses(&["ask", "--session", "", "Hello."], &["name"]);
    world.refuses(
        &["ask", "--session", "ses_nosuch", "Hello."],
        &["ses_nosuch", "sessions list"],
    );
    world.refuses(&["ask", "  "], &["empty"]);
    world.refuses(&["ask", "--nosuch"], &["--nosuch"]);
    let nothing = world.program(&["ask"]).write_stdin("").assert().code(2);
    assert!(stderr(&nothing).contains("empty"));
    let binary = world
        .program(&["ask", "-"])
        .write_stdin([0xff, 0xfe])
        .assert()
        .code(2);
    assert!(stderr(&binary).contains("standard input"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_the_text_as_it_came() {
    let world = World::new().await;
    let answer = world.prints(&["ask", "**bold** `code`"]);
    assert!(answer.contains("**bold** `code`"), "{answer}");
    assert!(!answer.contains('\u{1b}'), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_refuses_is_its_no() {
    let world = World::new().await;
    world.ask("s", "Hello.");
    let refuse = Effect::Status {
        status: 400,
        code: Some("model_is_moody".to_owned()),
        message: Some("not today".to_owned()),
        retry_after: None,
        after: false,
    };
    let fault = world
        .emulator
        .faults()
        .add(Fault::new(refuse).route(RESPONSES))
        .unwrap();
    for arguments in both(&["Hello."]) {
        let output = world.run(&arguments).code(1).stdout("");
        assert!(stderr(&output).contains("not today"), "{}", stderr(&output));
    }
    world.emulator.faults().remove(fault);
    let fail = Effect::Fail {
        code: "server_error".to_owned(),
        message: "the model fell over".to_owned(),
    };
    world
        .emulator
        .faults()
        .add(Fault::new(fail).route(RESPONSES))
        .unwrap();
    let output = world.run(&["ask", "Hello."]).code(1);
    assert!(
        stderr(&output).contains("the model fell over"),
        "{}",
        stderr(&output)
    );
    let output = world.run(&["ask", "--json", "Hello."]).code(1);
    let response: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(response["status"], "failed", "it is printed all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_stream_is_completed() {
    let world = World::new().await;
    let cut = Effect::Cut {
        events: 8,
        reset: true,
    };
    world
        .emulator
        .faults()
        .add(Fault::new(cut).route(RESPONSES).times(1))
        .unwrap();
    let whole: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    assert_eq!(world.ask("s", "count:20"), whole.join(" ") + "\n");
    assert!(
        world.ask("s", "Hello.").contains("2 earlier messages"),
        "it was asked once"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_and_the_session_goes_on() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    let world = World::new().await;
    world.ask("s", "Remember me.");
    let local = &["--session", "local", "--memory", "local"][..];
    for (session, became) in [
        // The service finishes what it has begun, and keeps it.
        (
            &["--session", "s"][..],
            "; the service completed the response: it is turn 2, \
             `oci-genai sessions rewind \"s\" 1` undoes it\n",
        ),
        (local, "; nothing of it was kept\n"),
        (&[], "\n"),
    ] {
        let mut child = Command::new(crate::world::binary())
            .env_clear()
            .envs(world.variables())
            .current_dir(world.folder())
            .arg("ask")
            .args(session)
            .arg("slow:40 count:100")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0_u8; 4];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut some)
            .unwrap();
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{errors}");
        assert_eq!(errors, format!("error: stopped by Ctrl-C{became}"));
    }
    let answer = world.ask("s", "recall:");
    assert!(answer.contains("Remember me."), "{answer}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_leaves_no_sign_of_waiting() {
    use crate::terminal::Terminal;

    let world = World::new().await;
    let mut terminal = Terminal::start(&world, &["ask", "slow:60000 count:3"]);
    terminal.shows("Thinking");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    assert_eq!(terminal.screen().trim_end(), "error: stopped by Ctrl-C");

    // Nobody answers here.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/openai/v1", silent.local_addr().unwrap());
    let mut terminal = Terminal::with(&world, &["doctor"], &[("OCI_GENAI_BASE_URL", &url)]);
    terminal.shows("Counting tokens");
    terminal.types("\u{3}");
    assert_eq!(terminal.ends(), 130);
    let screen = terminal.screen();
    assert_eq!(
        screen.trim_end().lines().last(),
        Some("error: stopped by Ctrl-C"),
        "{screen}"
    );
}
