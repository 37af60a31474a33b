//! `chat`: a conversation in the terminal.

mod actions;
mod command;
mod editor;
mod helper;
mod tools;
mod turns;

use oci_genai_session::tool::Tools;
use oci_genai_session::{Session, SessionOptions, Sessions, TokenUsage};

use crate::args;
use crate::command::stopped_turn::Before;
use crate::error::Error;
use crate::terminal::interrupted;
use crate::{local_sessions, output, terminal};

use self::command::{Typed, read};
use self::editor::{Editor, Input};

/// A running chat.
#[derive(Debug)]
struct Chat {
    sessions: Sessions,
    /// Options for new sessions.
    options: SessionOptions,
    /// Instructions for this chat, which also apply to existing sessions.
    instructions: Option<String>,
    /// `None` before the first turn of a new session, so that unused sessions are not stored.
    session: Option<Session>,
    /// The name of a new session.
    name: Option<String>,
    /// The tools that are available to the model.
    tools: Tools,
    /// Tokens of the last turn.
    last: Option<TokenUsage>,
    /// The end of the session before a stopped turn that may not be recovered yet.
    unsettled: Option<Before>,
    /// Whether input comes from a terminal.
    interactive: bool,
}

/// Whether the chat continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Line,
    End,
}

pub(crate) async fn run(chat: args::Chat) -> Result<(), Error> {
    let history = chat.store.path()?.with_extension("history");
    let sessions = local_sessions::online(&chat.store, &chat.connection).await?;
    let options = local_sessions::options(&chat.new, chat.instructions.as_deref());
    let mut session = None;
    let mut name = None;
    if let Some(wanted) = chat.session {
        match local_sessions::open(&sessions, &wanted).await {
            Ok(open) => {
                local_sessions::tell_unused(&chat.new, &wanted);
                session = Some(open);
            }
            Err(Error::Missing(_)) if local_sessions::may_be_made(&wanted) => name = Some(wanted),
            Err(error) => return Err(error),
        }
    }
    let mut chat = Chat {
        sessions,
        options,
        instructions: chat.instructions,
        session,
        name,
        tools: Tools::new(),
        last: None,
        unsettled: None,
        interactive: terminal::is_interactive() && terminal::width().is_some(),
    };
    let mut editor = Editor::start(history, chat.interactive)?;
    chat.greet();
    let outcome = chat.talk(&mut editor).await;
    chat.leave().await;
    outcome
}

impl Chat {
    async fn talk(&mut self, editor: &mut Editor) -> Result<(), Error> {
        loop {
            let input = tokio::select! {
                input = editor.next(self.prompt()) => input,
                () = interrupted(), if !self.interactive => return Err(Error::Interrupted(String::new())),
            };
            let text = match input {
                Input::Text(text) => text,
                Input::Interrupted => {
                    output::note("Ctrl-D or /quit ends the chat.");
                    continue;
                }
                Input::End => {
                    if self.interactive {
                        output::note("");
                    }
                    return Ok(());
                }
                Input::Failed(error) => return Err(error),
            };
            let done = match read(&text) {
                Typed::Nothing => Ok(Next::Line),
                Typed::Text(text) => self.say(text).await.map(|()| Next::Line),
                Typed::Command(command) => self.obey(command).await,
                Typed::Wrong(text) => Err(Error::usage(text)),
            };
            match done {
                Ok(Next::Line) => {}
                Ok(Next::End) => return Ok(()),
                // A person can react to the error; a script must not continue.
                Err(error) if self.interactive => output::error(&error),
                Err(error) => return Err(error),
            }
        }
    }

    fn prompt(&self) -> String {
        let name = match &self.session {
            Some(session) => session.name(),
            None => self.name.clone(),
        };
        match name {
            Some(name) => format!("{}> ", terminal::visible(&name)),
            None => "> ".to_owned(),
        }
    }

    fn greet(&self) {
        if !self.interactive {
            return;
        }
        output::note(&match &self.session {
            None => "A new session. /help lists the commands, Ctrl-D ends the chat.".to_owned(),
            Some(session) => format!(
                "Continuing after turn {}. /help lists the commands, Ctrl-D ends the chat.",
                session.record().next_turn - 1
            ),
        });
    }

    /// Recovers the session, and prints the command that continues it.
    async fn leave(&mut self) {
        // The session's next use repeats a recovery that fails now.
        let _ = self.recover().await;
        if let Some(session) = &self.session
            && self.interactive
            && session.turn_count() > 0
        {
            let record = session.record();
            let label = local_sessions::label(&record);
            output::note(&format!(
                "Continue with: oci-genai chat --session {label:?}"
            ));
        }
    }
}
