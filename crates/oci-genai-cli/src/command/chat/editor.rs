//! Reads the lines of a chat from a terminal or a pipe.
//!
//! Reading blocks, so it has its own thread. The chat does not join the thread at its end, because it may still
//! wait for input.

use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Cmd, CompletionType, Config, KeyEvent, Modifiers};
use tokio::sync::mpsc as answers;

use super::helper::Helper;
use crate::error::Error;
use crate::terminal;

/// Maximum length of a line from a pipe, in bytes. No model accepts more.
const MAX_LINE: u64 = 16 << 20;
/// Maximum number of lines in the history file.
const MAX_HISTORY: usize = 1000;

/// One input.
#[derive(Debug)]
pub(super) enum Input {
    /// A text of one or more lines.
    Text(String),
    /// Ctrl-C: the line was discarded.
    Interrupted,
    /// Ctrl-D, or the end of the pipe.
    End,
    /// Reading failed.
    Failed(Error),
}

/// Reads the input.
#[derive(Debug)]
pub(super) struct Editor {
    prompts: mpsc::Sender<String>,
    inputs: answers::UnboundedReceiver<Input>,
}

impl Editor {
    /// Reads from standard input. A terminal gets line editing, completion, and a history file.
    pub(super) fn start(history: PathBuf, interactive: bool) -> Result<Self, Error> {
        let (prompts, asked) = mpsc::channel();
        let (sender, inputs) = answers::unbounded_channel();
        let read = move || match interactive {
            true => edit(&asked, &sender, &history),
            false => copy(&asked, &sender),
        };
        std::thread::Builder::new()
            .name("editor".to_owned())
            .spawn(read)
            .map_err(|error| Error::io("read", Path::new("standard input"), error))?;
        Ok(Self { prompts, inputs })
    }

    /// Returns the next input; shows the prompt in a terminal.
    pub(super) async fn next(&mut self, prompt: String) -> Input {
        if self.prompts.send(prompt).is_err() {
            return Input::End;
        }
        self.inputs.recv().await.unwrap_or(Input::End)
    }
}

type Inputs = answers::UnboundedSender<Input>;

/// Reads lines from a pipe. A backslash at the end continues a line.
fn copy(asked: &mpsc::Receiver<String>, inputs: &Inputs) {
    let mut input = std::io::stdin().lock();
    while asked.recv().is_ok() {
        let mut text = String::new();
        let read = loop {
            let room = (MAX_LINE + 1).saturating_sub(text.len() as u64);
            match input.by_ref().take(room).read_line(&mut text) {
                Ok(_) if text.len() as u64 > MAX_LINE => {
                    break Input::Failed(Error::usage("a line is longer than 16 MiB"));
                }
                Ok(0) if text.is_empty() => break Input::End,
                Ok(read) if read > 0 && goes_on(text.trim_end_matches(['\n', '\r'])) => {}
                Ok(_) => break Input::Text(joined(&text)),
                Err(error) => {
                    let name = Path::new("standard input");
                    break Input::Failed(Error::io("read", name, error));
                }
            }
        };
        if inputs.send(read).is_err() {
            return;
        }
    }
}

/// Reads lines from a terminal.
fn edit(asked: &mpsc::Receiver<String>, inputs: &Inputs, history: &Path) {
    let mut editor = match editor(history) {
        Ok(editor) => editor,
        Err(error) => {
            let _ = inputs.send(Input::Failed(failed(error)));
            return;
        }
    };
    while let Ok(prompt) = asked.recv() {
        let styled = terminal::strong(&prompt);
        let input = match editor.readline(&(prompt, styled)) {
            Ok(text) => {
                // A failure to write the history does not end the chat.
                let _ = editor.append_history(history);
                Input::Text(joined(&text))
            }
            Err(ReadlineError::Eof) => Input::End,
            Err(ReadlineError::Interrupted) => Input::Interrupted,
            Err(error) => Input::Failed(failed(error)),
        };
        if inputs.send(input).is_err() {
            return;
        }
    }
}

fn editor(history: &Path) -> rustyline::Result<rustyline::Editor<Helper, FileHistory>> {
    let config = Config::builder()
        .auto_add_history(true)
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .max_history_size(MAX_HISTORY)?
        .completion_type(CompletionType::List)
        .build();
    let mut editor = rustyline::Editor::with_config(config)?;
    editor.set_helper(Some(Helper));
    editor.bind_sequence(KeyEvent::new('\r', Modifiers::ALT), Cmd::Newline);
    // The file does not exist before the first chat.
    let _ = editor.load_history(history);
    Ok(editor)
}

fn failed(error: ReadlineError) -> Error {
    let error = match error {
        ReadlineError::Io(error) => error,
        other => std::io::Error::other(other),
    };
    Error::io("read", Path::new("the terminal"), error)
}

/// Returns whether a text ends in an unescaped backslash.
pub(super) fn goes_on(text: &str) -> bool {
    let slashes = text.len() - text.trim_end_matches('\\').len();
    slashes % 2 == 1
}

/// Removes the backslashes that continued lines.
fn joined(text: &str) -> String {
    let text = text.trim_end_matches(['\n', '\r']);
    let mut lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len().saturating_sub(1);
    for line in &mut lines[..last] {
        let whole = line.trim_end_matches('\r');
        if goes_on(whole) {
            *line = &whole[..whole.len() - 1];
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_join_lines() {
        assert_eq!(joined("one\\\ntwo\n"), "one\ntwo");
        assert_eq!(joined("one\ntwo"), "one\ntwo");
        assert_eq!(joined("a\\\\\r\nb\r\n"), "a\\\\\r\nb");
        assert!(goes_on("a\\") && !goes_on("a\\\\") && !goes_on("a"));
    }
}
