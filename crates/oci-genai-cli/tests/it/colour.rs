//! Colours: on a terminal, not where `NO_COLOR` is set, and never in a pipe.

use oci_genai_emulator::DEFAULT_PROJECT;

use crate::terminal::Terminal;
use crate::world::{World, stderr, stdout};

/// What shows something in colour or in bold, and the exit code it ends with.
const SHOWN: &[(&[&str], u32)] = &[
    (&["--help"], 0),
    (&["ask", "-h"], 0),
    (&["help", "sessions", "list"], 0),
    (&["ask", "**bold** and `code`"], 0),
    (&["ask", "--session", "s", "**bold** and `code`"], 0),
    (&["sessions", "list"], 0),
    (&["sessions", "search", "s"], 0),
    (&["sessions", "show", "s"], 0),
    (&["doctor"], 0),
    (&["doctor", "--project", "ocid1.other"], 1),
    // An error of the program, and one of the command line.
    (&["sessions", "show", "nosuch"], 2),
    (&["sessions", "show", "--nosuch"], 2),
    // A warning in the log.
    (&["ask", "-v", "Hello."], 0),
];

#[tokio::test(flavor = "multi_thread")]
async fn they_are_for_terminals_that_have_them() {
    let world = World::new().await;
    world.ask("s", "**Hello.**");
    for (arguments, code) in SHOWN {
        let mut terminal = Terminal::start(&world, arguments);
        assert_eq!(terminal.ends(), *code, "{}", terminal.screen());
        assert!(
            terminal.colour().is_some(),
            "{arguments:?}: {:?}",
            terminal.raw()
        );
        for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            let mut terminal = Terminal::with(&world, arguments, &[variable]);
            assert_eq!(terminal.ends(), *code, "{}", terminal.screen());
            assert_eq!(
                terminal.colour(),
                None,
                "{variable:?} {arguments:?}: {:?}",
                terminal.raw()
            );
        }
        // Set to nothing, the variable says nothing.
        let mut terminal = Terminal::with(&world, arguments, &[("NO_COLOR", "")]);
        assert_eq!(terminal.ends(), *code, "{}", terminal.screen());
        assert!(terminal.colour().is_some(), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_none() {
    let world = World::new().await;
    world.ask("s", "**Hello.**");
    for (arguments, code) in SHOWN {
        let output = world.run(arguments).code(i32::try_from(*code).unwrap());
        let all = stdout(&output) + &stderr(&output);
        assert!(!all.is_empty(), "{arguments:?}");
        assert!(!all.contains('\u{1b}'), "{arguments:?}: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_and_its_errors_have_them() {
    let world = World::new().await;
    let talk = |variables: &[(&str, &str)]| {
        let mut chat = Terminal::with(&world, &["chat", "--session", "s"], variables);
        chat.prompts("s> ");
        chat.enters("**bold**");
        chat.shows("You just said: ");
        chat.prompts("s> ");
        chat.enters("/rewind 7");
        chat.shows("error: ");
        chat.prompts("s> ");
        chat.enters("/sessions");
        chat.shows("TURNS");
        chat.prompts("s> ");
        chat.enters("/quit");
        assert_eq!(chat.ends(), 0);
        chat
    };
    let plain = talk(&[("NO_COLOR", "1")]);
    assert_eq!(plain.colour(), None, "{:?}", plain.raw());
    assert!(
        plain.screen().contains("\"**bold**\""),
        "{}",
        plain.screen()
    );
    let coloured = talk(&[]);
    assert!(coloured.colour().is_some(), "{:?}", coloured.raw());
    assert!(
        coloured.screen().contains("\"bold\""),
        "{}",
        coloured.screen()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_emulators_log_has_them() {
    let world = World::new().await;
    for (variables, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")], false)] {
        let mut terminal = Terminal::with(&world, &["emulator"], variables);
        terminal.shows("\"event\":\"ready\"");
        let screen = terminal.screen().replace('\n', "");
        let start = screen.find("http://").unwrap();
        let url: String = screen[start..].split('"').next().unwrap().to_owned();
        let asked = world
            .program(&["ask", "Hello.", "--project", DEFAULT_PROJECT])
            .args(["--base-url", &url])
            .assert();
        asked.success();
        terminal.shows("200 POST   /responses");
        assert_eq!(
            terminal.colour().is_some(),
            coloured,
            "{:?}",
            terminal.raw()
        );
        terminal.types("\u{3}");
        assert_eq!(terminal.ends(), 0);
    }
}
