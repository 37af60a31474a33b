//! Parses the commands of a chat.

use std::path::PathBuf;

/// A parsed command.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Help,
    New { name: Option<String> },
    Sessions { text: Option<String> },
    Open { name: String },
    Fork { name: String, at: Option<u64> },
    Rewind { to: Option<u64> },
    Tools { offer: Option<bool> },
    Usage,
    Export { file: Option<PathBuf> },
    Quit,
}

/// A parsed line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Typed {
    Nothing,
    Text(String),
    Command(Command),
    /// An unknown or incomplete command; the text explains the usage.
    Wrong(String),
}

/// Each command with its arguments and description.
const COMMANDS: [(&str, &str, &str); 10] = [
    ("/help", "", "List these commands"),
    ("/new", "[NAME]", "Start a new session"),
    (
        "/sessions",
        "[TEXT]",
        "List the sessions, or those that match a text",
    ),
    ("/open", "NAME", "Continue another session"),
    (
        "/fork",
        "NAME [TURN]",
        "Copy this session, up to a turn, and continue in the copy",
    ),
    (
        "/rewind",
        "[TURN]",
        "Rewind to the end of a turn, or undo the last one",
    ),
    (
        "/tools",
        "[on|off]",
        "Show the local tools, and enable or disable them",
    ),
    ("/usage", "", "Show the token usage"),
    ("/export", "[FILE]", "Export this session as JSON Lines"),
    ("/quit", "", "End the chat (also Ctrl-D)"),
];

/// Returns the names of the commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, ..)| *name)
}

/// Returns the list that `/help` prints.
pub(super) fn help() -> String {
    let mut text = String::new();
    for (name, takes, does) in COMMANDS {
        let usage = format!("{name} {takes}");
        text.push_str(&format!("{usage:<18}  {does}\n"));
    }
    text.push_str(
        "\nAlt-Enter, or a backslash at the end of a line, adds another line.\n\
         Ctrl-C stops an answer. A space before a slash makes it a question.",
    );
    text
}

/// Parses a line. A command is a slash and a word; `/etc/hosts` is not one.
pub(super) fn read(line: &str) -> Typed {
    let text = line.trim();
    if text.is_empty() {
        return Typed::Nothing;
    }
    let (name, rest) = match text.split_once(char::is_whitespace) {
        Some((name, rest)) => (name, rest.trim()),
        None => (text, ""),
    };
    let is_name = name.len() > 1 && name[1..].chars().all(|c| c.is_ascii_lowercase());
    if !line.starts_with('/') || !is_name {
        return Typed::Text(text.to_owned());
    }
    let one = (!rest.is_empty()).then(|| rest.to_owned());
    let known = match name {
        "/help" if one.is_none() => Some(Command::Help),
        "/usage" if one.is_none() => Some(Command::Usage),
        "/quit" if one.is_none() => Some(Command::Quit),
        "/new" => Some(Command::New { name: one }),
        "/sessions" => Some(Command::Sessions { text: one }),
        "/open" => one.map(|name| Command::Open { name }),
        "/export" => Some(Command::Export {
            file: one.map(PathBuf::from),
        }),
        "/fork" => fork(rest),
        "/rewind" => match one.map(|turn| turn.parse()) {
            None => Some(Command::Rewind { to: None }),
            Some(Ok(turn)) => Some(Command::Rewind { to: Some(turn) }),
            Some(Err(_)) => None,
        },
        "/tools" => match rest {
            "" => Some(Command::Tools { offer: None }),
            "on" => Some(Command::Tools { offer: Some(true) }),
            "off" => Some(Command::Tools { offer: Some(false) }),
            _ => None,
        },
        _ => None,
    };
    known.map_or_else(|| Typed::Wrong(wrong(name)), Typed::Command)
}

/// Parses a name, which may contain spaces, and an optional turn number after it.
fn fork(rest: &str) -> Option<Command> {
    let (name, at) = match rest.rsplit_once(char::is_whitespace) {
        Some((name, last)) => match last.parse() {
            Ok(turn) => (name.trim(), Some(turn)),
            Err(_) => (rest, None),
        },
        None => (rest, None),
    };
    (!name.is_empty()).then(|| Command::Fork {
        name: name.to_owned(),
        at,
    })
}

fn wrong(name: &str) -> String {
    match COMMANDS.iter().find(|(known, ..)| *known == name) {
        Some((_, "", _)) => format!("{name} takes no arguments"),
        Some((_, takes, _)) => format!("write {name} {takes}"),
        None => format!("unknown command {name}; /help lists the commands"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let command = |line: &str| match read(line) {
            Typed::Command(command) => command,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(command("/help"), Command::Help);
        assert_eq!(command("/new "), Command::New { name: None });
        assert_eq!(command("/rewind 2"), Command::Rewind { to: Some(2) });
        assert_eq!(command("/tools on"), Command::Tools { offer: Some(true) });
        let fork = |name: &str, at| Command::Fork {
            name: name.to_owned(),
            at,
        };
        assert_eq!(command("/fork two words 3"), fork("two words", Some(3)));
        assert_eq!(command("/fork b"), fork("b", None));
        for (line, word) in [
            ("/fork", "/fork NAME [TURN]"),
            ("/open", "/open NAME"),
            ("/rewind x", "[TURN]"),
            ("/tools maybe", "[on|off]"),
            ("/usage now", "no arguments"),
            ("/nosuch", "/help"),
        ] {
            match read(line) {
                Typed::Wrong(text) => assert!(text.contains(word), "{text}"),
                other => panic!("{line}: {other:?}"),
            }
        }
        for text in ["hello", "/etc/hosts is what?", " /help", "/", "/A"] {
            assert_eq!(read(text), Typed::Text(text.trim().to_owned()));
        }
        assert_eq!(read("  "), Typed::Nothing);
    }

    #[test]
    fn help_fits_a_terminal() {
        let help = help();
        assert!(help.lines().all(|line| line.len() <= 80), "{help}");
        assert!(names().all(|name| help.contains(name)));
    }
}
