//! Bad input for every option of every command but `emulator`, whose own tests have theirs: an error that names the
//! option or the value and the fix, the exit code, and nothing on standard output.

use crate::help::COMMANDS;
use crate::world::{World, stderr, stdout};

/// Commands, each with arguments that are enough for it.
const ENOUGH: &[(&[&str], &[&str])] = &[
    (&["quickstart"], &[]),
    (&["ask"], &["Hello."]),
    (&["chat"], &[]),
    (&["sessions", "list"], &[]),
    (&["sessions", "show"], &["offsite"]),
    (&["sessions", "search"], &["ideas"]),
    (&["sessions", "fork"], &["offsite", "copy"]),
    (&["sessions", "rewind"], &["offsite", "0"]),
    (&["sessions", "export"], &["offsite"]),
    (&["sessions", "import"], &["offsite.jsonl"]),
    (&["sessions", "delete"], &["offsite"]),
    (&["sessions", "purge"], &[]),
    (&["doctor"], &[]),
    (&["usage"], &["usage.jsonl"]),
    (&["completions"], &["bash"]),
    (&["man"], &["pages"]),
];

/// Values that an option cannot have, and what the error says then.
const VALUES: &[(&str, &str, &[&str])] = &[
    ("--config", "gone.toml", &["gone.toml", "--config"]),
    ("--config", "notes.md", &["notes.md", "line 2", "TOML"]),
    ("--context", "gone", &["--context", "gone", "config.toml"]),
    ("--auth", "password", &["--auth", "password", "api-key"]),
    ("--region", "us-chicgo-1", &["us-chicgo-1", "us-chicago-1"]),
    ("--project", "two\nlines", &["project", "header"]),
    ("--compartment", "two\nlines", &["compartment", "header"]),
    ("--model", "two words", &["two words", "blanks"]),
    ("--base-url", "here", &["here", "absolute URL"]),
    ("--base-url", "ftp://127.0.0.1/v1", &["ftp"]),
    ("--oci-config", "gone", &["gone", "cannot be read"]),
    ("--oci-config", "notes.md", &["notes.md"]),
    ("--profile", "GONE", &["configuration", "oci setup config"]),
    ("--store", "folder", &["folder", "--store"]),
    ("--store", "notes.md", &["notes.md", "--store"]),
    (
        "--store",
        "gone/sessions.sqlite",
        &["gone/sessions.sqlite", "--store"],
    ),
    ("--memory", "elephant", &["--memory", "elephant", "local"]),
    (
        "--expires-after",
        "soon",
        &["--expires-after", "soon", "30days"],
    ),
    ("--expires-after", "", &["--expires-after", "30days"]),
    ("--instructions", "", &["--instructions", "value"]),
    ("--file", "", &["--file", "value"]),
    ("--file", "gone.txt", &["gone.txt", "read"]),
    ("--file", "folder", &["folder", "read"]),
    ("--image", "", &["--image", "value"]),
    ("--image", "notes.md", &["notes.md", "PNG", "--file"]),
    ("--schema", "gone.json", &["gone.json", "read"]),
    ("--schema", "notes.md", &["notes.md", "JSON schema"]),
    ("--session", "ses_nosuch", &["ses_nosuch", "sessions list"]),
    ("--session", "", &["name", "1 to 256"]),
    ("--turn-id", "", &["turn id", "1 to 256"]),
    ("--last", "few", &["--last", "few"]),
    ("--last", "-1", &["--last", "-1"]),
    ("--at", "few", &["--at", "few"]),
    ("--at", "9", &["no turn 9"]),
    (
        "--output",
        "gone/offsite.jsonl",
        &["gone/offsite.jsonl", "write"],
    ),
    ("--output", "notes.md", &["notes.md", "--force"]),
];

/// Wrong arguments of one command, and what the error says.
const ARGUMENTS: &[(&[&str], &[&str])] = &[
    (&[], &["Usage: oci-genai", "quickstart"]),
    (&["nosuch"], &["nosuch", "--help"]),
    (&["session"], &["session", "sessions"]),
    (&["quickstart", "extra"], &["extra"]),
    (&["ask", " "], &["prompt is empty", "standard input"]),
    (&["ask", "Hello.", "extra"], &["extra"]),
    (&["ask", "--turn-id", "a", "Hello."], &["--session"]),
    (&["ask", "--memory", "local", "Hello."], &["--session"]),
    (&["ask", "--expires-after", "1h", "Hello."], &["--session"]),
    (&["ask", "--store", "a.sqlite", "Hello."], &["--session"]),
    (&["ask", "-q", "-v", "Hello."], &["--quiet", "--verbose"]),
    (
        &["ask", "Hello.", "--auth", "config"],
        &["oci setup config"],
    ),
    (
        &["ask", "Hello.", "--sesion", "a"],
        &["--sesion", "--session"],
    ),
    (&["ask", "Hello.", "--model"], &["--model"]),
    (&["chat", "extra"], &["extra"]),
    (&["sessions"], &["Usage: oci-genai sessions"]),
    (&["sessions", "nosuch"], &["nosuch"]),
    (&["sessions", "list", "extra"], &["extra"]),
    (&["sessions", "show"], &["<NAME>"]),
    (
        &["sessions", "show", "nosuch"],
        &["nosuch", "sessions list"],
    ),
    (&["sessions", "search"], &["<TEXT>"]),
    (&["sessions", "search", " "], &["search text is empty"]),
    (&["sessions", "fork", "offsite"], &["<NEW_NAME>"]),
    (
        &["sessions", "fork", "nosuch", "b"],
        &["nosuch", "sessions list"],
    ),
    (&["sessions", "fork", "offsite", ""], &["name", "1 to 256"]),
    (
        &["sessions", "fork", "offsite", "offsite"],
        &["offsite", "already"],
    ),
    (&["sessions", "rewind", "offsite"], &["<TURN>"]),
    (&["sessions", "rewind", "offsite", "-1"], &["<TURN>", "-1"]),
    (&["sessions", "rewind", "offsite", "9"], &["no turn 9"]),
    (
        &["sessions", "rewind", "nosuch", "0"],
        &["nosuch", "sessions list"],
    ),
    (&["sessions", "export"], &["<NAME>"]),
    (
        &["sessions", "export", "nosuch"],
        &["nosuch", "sessions list"],
    ),
    (&["sessions", "export", "offsite", "--force"], &["--output"]),
    (
        &["sessions", "import", "gone.jsonl"],
        &["gone.jsonl", "read"],
    ),
    (&["sessions", "import", "folder"], &["folder", "read"]),
    (&["sessions", "import", "notes.md"], &["line 1"]),
    (
        &["sessions", "import", "offsite.jsonl"],
        &["the store has a session of that id or name", "--store"],
    ),
    (&["sessions", "delete"], &["<NAME>"]),
    (
        &["sessions", "delete", "nosuch"],
        &["nosuch", "sessions list"],
    ),
    (&["sessions", "purge", "extra"], &["extra"]),
    (&["doctor", "extra"], &["extra"]),
    (&["usage"], &["<FILE>"]),
    (&["usage", "gone.jsonl"], &["gone.jsonl", "read"]),
    (&["completions"], &["<SHELL>", "--help"]),
    (&["completions", "tcsh"], &["tcsh", "bash"]),
    (&["man"], &["<DIR>"]),
    (&["man", "notes.md/man1"], &["notes.md/man1", "create"]),
];

/// A session to work on, and files that are not what they are taken for.
async fn offsite() -> World {
    let world = World::new().await;
    world.ask("offsite", "Give me three ideas.");
    world.prints(&["sessions", "export", "offsite", "-o", "offsite.jsonl"]);
    world.write("notes.md", "# Notes\nWe hiked.\n");
    std::fs::create_dir(world.path("folder")).unwrap();
    world
}

/// The options of a command's help, and whether each takes a value.
fn options(world: &World, command: &[&str]) -> Vec<(String, bool)> {
    let help = world.prints(&[command, &["-h"]].concat());
    let examples = help.find("Examples:").unwrap_or(help.len());
    let lines = help[..examples].lines().map(str::trim);
    let options = lines.filter(|line| line.starts_with('-')).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| word.starts_with("--"));
        let at = at.unwrap_or_else(|| panic!("no long option in {line}"));
        let name = words[at].trim_end_matches(['.', ',']).to_owned();
        let takes_value = words.get(at + 1).is_some_and(|word| word.starts_with('<'));
        (name, takes_value)
    });
    let options = options.filter(|(name, _)| name != "--help" && name != "--version");
    options.collect()
}

#[track_caller]
fn refused(world: &World, arguments: &[&str], unset: Option<&str>, words: &[&str]) {
    let mut program = world.program(arguments);
    if let Some(variable) = unset {
        program.env_remove(variable);
    }
    let output = program.write_stdin("Hello.\n").assert().code(2);
    let (out, err) = (stdout(&output), stderr(&output));
    // The doctor's findings are its answer, whatever they are.
    let text = match arguments.first() {
        Some(&"doctor") if err.is_empty() => out,
        _ => {
            assert_eq!(out, "", "{arguments:?}");
            err
        }
    };
    for word in words {
        assert!(text.contains(word), "{arguments:?}: no {word:?} in {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_option_names_what_is_wrong() {
    let world = offsite().await;
    let before = world.emulator.requests().len();
    let commands = COMMANDS.iter().filter(|command| {
        // Without a command of its own there is nothing to be wrong about.
        !matches!(**command, [] | ["sessions"] | ["emulator"] | ["proxy", ..])
    });
    for command in commands {
        let enough = ENOUGH.iter().find(|(known, _)| known == command);
        let (_, enough) = enough.unwrap_or_else(|| panic!("{command:?} is not tried"));
        let whole = [*command, *enough].concat();
        // These read no setting.
        let reads_settings = !matches!(*command, ["completions"] | ["man"] | ["usage"]);
        for (option, takes_value) in options(&world, command) {
            if !takes_value {
                let given = format!("{option}=surely");
                refused(
                    &world,
                    &[&whole[..], &[&given]].concat(),
                    None,
                    &[option.as_str()],
                );
                continue;
            }
            let mut tried = 0;
            for (_, value, words) in VALUES.iter().filter(|(name, ..)| *name == option) {
                tried += 1;
                if !reads_settings {
                    continue;
                }
                let mut arguments = whole.clone();
                if option == "--turn-id" {
                    arguments.extend(["--session", "offsite"]);
                }
                let of_sessions = ["--memory", "--expires-after", "--store"];
                if *command == ["ask"] && of_sessions.contains(&option.as_str()) {
                    arguments.extend(["--session", "new"]);
                }
                let given = format!("{option}={value}");
                arguments.push(&given);
                // A base URL makes a region needless, and a key a profile.
                let unset = (option == "--region").then_some("OCI_GENAI_BASE_URL");
                refused(&world, &arguments, unset, words);
            }
            assert!(tried > 0, "no bad input for {option} of {command:?}");
        }
    }
    let requests = world.emulator.requests();
    let mut sent = requests[before..].iter();
    // Where something is wrong with the credential, the doctor still looks whether the service is there.
    assert!(
        sent.all(|request| request.path == "/responses/input_tokens"),
        "nothing was sent: {sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_names_what_is_wrong() {
    let world = offsite().await;
    for (arguments, words) in ARGUMENTS {
        let output = world.run(arguments).code(2).stdout("");
        let text = stderr(&output);
        for word in *words {
            assert!(text.contains(word), "{arguments:?}: no {word:?} in {text}");
        }
    }
    let shown = world.prints(&["sessions", "show", "offsite"]);
    assert!(
        shown.contains("Turns         1\n"),
        "it is as it was: {shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_says_whose_fault_it_is() {
    let world = offsite().await;
    for (command, enough) in ENOUGH {
        let asks_the_service = matches!(
            *command,
            ["quickstart" | "ask" | "chat" | "doctor"] | ["sessions", "fork" | "rewind" | "delete"]
        );
        let whole = [*command, *enough].concat();
        for (variable, value, code) in [
            ("OCI_GENAI_API_KEY", "sk-mistyped", 1),
            ("OCI_GENAI_BASE_URL", "http://127.0.0.1:9/openai/v1", 3),
        ] {
            if !asks_the_service {
                continue;
            }
            let mut program = world.program(&whole);
            program.env(variable, value).write_stdin("Hello.\n");
            let output = program.assert().code(code);
            let text = stdout(&output) + &stderr(&output);
            assert!(
                text.contains("oci-genai doctor") || *command == ["doctor"],
                "{command:?}: {text}"
            );
        }
    }
    let shown = world.prints(&["sessions", "show", "offsite"]);
    assert!(
        shown.contains("Turns         1\n"),
        "it is as it was: {shown}"
    );
}
