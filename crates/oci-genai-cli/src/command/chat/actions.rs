//! Executes the commands of a chat.

use std::path::{Path, PathBuf};

use oci_genai_session::{Session, SessionOptions, TokenUsage};

use super::command::{self, Command};
use super::{Chat, Next, tools};
use crate::command::sessions;
use crate::error::Error;
use crate::secrets::{quoted, shown_path};
use crate::terminal::waiting;
use crate::{local_sessions, output};

impl Chat {
    /// Executes a command.
    pub(super) async fn obey(&mut self, command: Command) -> Result<Next, Error> {
        match command {
            Command::Quit => return Ok(Next::End),
            Command::Help => output::line(&command::help()),
            Command::New { name } => self.begin(name).await?,
            Command::Sessions { text } => self.list(text.as_deref()).await?,
            Command::Open { name } => self.open(&name).await?,
            Command::Fork { name, at } => self.fork(&name, at).await?,
            Command::Rewind { to } => self.rewind(to).await?,
            Command::Tools { offer } => self.offer(offer),
            Command::Usage => self.usage(),
            Command::Export { file } => self.export(file).await?,
        }
        Ok(Next::Line)
    }

    async fn begin(&mut self, name: Option<String>) -> Result<(), Error> {
        if let Some(name) = &name
            && local_sessions::open(&self.sessions, name).await.is_ok()
        {
            return Err(Error::usage(format!(
                "a session named {} exists; use /open to continue it",
                quoted(name)
            )));
        }
        self.recover().await?;
        (self.session, self.name, self.last) = (None, name, None);
        output::note("A new session.");
        Ok(())
    }

    async fn list(&self, text: Option<&str>) -> Result<(), Error> {
        let records = local_sessions::all(&self.sessions, text).await?;
        if records.is_empty() {
            output::note("No sessions.");
        } else {
            sessions::table(&records)
                .iter()
                .for_each(|line| output::line(line));
        }
        Ok(())
    }

    async fn open(&mut self, name: &str) -> Result<(), Error> {
        let session = local_sessions::open(&self.sessions, name).await?;
        self.recover().await?;
        self.enter(session);
        self.greet();
        Ok(())
    }

    fn enter(&mut self, session: Session) {
        (self.session, self.name, self.last) = (Some(session), None, None);
    }

    /// Returns the session after recovery of an open turn.
    async fn settled(&mut self) -> Result<Session, Error> {
        let session = self
            .session
            .clone()
            .ok_or_else(|| Error::usage("this session has no turns yet; send one first"))?;
        self.recover().await?;
        Ok(session)
    }

    async fn fork(&mut self, name: &str, at: Option<u64>) -> Result<(), Error> {
        let session = self.settled().await?;
        let options = SessionOptions::new()
            .name(name)
            .history_mode(session.history_mode());
        let work = self.sessions.fork(&session, at, options);
        let copy = waiting("Copying", work).await?;
        self.enter(copy);
        let from = match at {
            Some(turn) => format!(" after turn {turn}"),
            None => String::new(),
        };
        output::note(&format!("Continuing in the copy {name:?}{from}."));
        Ok(())
    }

    async fn rewind(&mut self, to: Option<u64>) -> Result<(), Error> {
        let session = self.settled().await?;
        let last = session.record().next_turn - 1;
        let to = to.unwrap_or(last.saturating_sub(1));
        if to >= last {
            return Err(Error::usage(format!(
                "the session has {last} turns; /rewind takes a number from 0 to {}",
                last.saturating_sub(1)
            )));
        }
        waiting("Rewinding", session.rewind(to)).await?;
        output::note(&match to {
            0 => "Rewound to before the first turn.".to_owned(),
            turn => format!("Rewound to the end of turn {turn}."),
        });
        Ok(())
    }

    fn offer(&mut self, offer: Option<bool>) {
        match offer {
            Some(true) => self.tools = tools::all(),
            Some(false) => self.tools = Default::default(),
            None => {}
        }
        let offered = !self.tools.is_empty();
        for (name, does) in tools::list() {
            output::line(&format!("{name:<14}  {does}"));
        }
        output::note(match offered {
            true => "They are available to the model; /tools off disables them.",
            false => "They are disabled; /tools on makes them available to the model.",
        });
    }

    fn usage(&self) {
        let tokens =
            |usage: TokenUsage| format!("{:>9} read  {:>9} written", usage.input, usage.output);
        let (usage, turns) = match &self.session {
            Some(session) => (session.usage(), session.turn_count()),
            None => (TokenUsage::default(), 0),
        };
        output::line(&format!(
            "Last turn  {}",
            tokens(self.last.unwrap_or_default())
        ));
        output::line(&format!("Session    {}  turns: {turns}", tokens(usage)));
    }

    async fn export(&mut self, file: Option<PathBuf>) -> Result<(), Error> {
        let session = self.settled().await?;
        let record = session.record();
        let file = file.unwrap_or_else(|| file_name(local_sessions::label(&record)));
        let lines = sessions::export_to(&self.sessions, &record, &file, false).await?;
        output::note(&format!("Wrote {lines} lines to {}.", shown_path(&file)));
        Ok(())
    }
}

/// Returns a file name in the current directory for any session name.
fn file_name(label: &str) -> PathBuf {
    let safe: String = label
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(100)
        .collect();
    Path::new(&safe).with_extension("jsonl")
}
