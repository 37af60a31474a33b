//! Turns of a chat: asked, told as they stream, stopped by Ctrl-C.

use oci_genai_session::{Session, TurnEvent, TurnStream};

use super::Chat;
use crate::command::stopped::{self, Before, Stopped};
use crate::command::telling::Telling;
use crate::error::Error;
use crate::output;
use crate::terminal::{faint, interrupted, waiting};

/// The longest title made of a question, in characters.
const MAX_TITLE: usize = 60;

impl Chat {
    /// Asks and tells the answer. Ctrl-C gives the turn up; the session goes on.
    pub(super) async fn say(&mut self, text: String) -> Result<(), Error> {
        self.settle().await?;
        let session = self.begun(&text).await?;
        let before = Before::of(&session);
        let session = session.with_tools(self.tools.clone());
        let mut turn = session.turn(text);
        if let Some(instructions) = &self.instructions {
            turn = turn.instructions(instructions);
        }
        let interrupt = interrupted();
        let mut telling = Telling::begin();
        let steps = turn.stream();
        let told = tokio::select! {
            told = self.tell(steps, &mut telling) => told,
            () = interrupt => {
                // The steps were dropped with the other branch, which gives the turn up.
                self.unsettled = Some(before);
                telling.aside("[stopped]")?;
                let became = self.settle().await?;
                match self.interactive {
                    true => Ok(()),
                    false => Err(Error::Interrupted(format!("; {became}"))),
                }
            }
        };
        telling.end()?;
        let told = told.map_err(|error| telling.error(error));
        if self.interactive {
            output::line("");
        }
        told
    }

    async fn tell(&mut self, mut steps: TurnStream, telling: &mut Telling) -> Result<(), Error> {
        while let Some(step) = steps.next().await {
            let step = step?;
            telling.step(&step)?;
            if let TurnEvent::Committed(turn) = step {
                self.last = Some(turn.usage());
                self.unsettled = None;
            }
        }
        Ok(())
    }

    /// The session, made for the first question if need be.
    async fn begun(&mut self, question: &str) -> Result<Session, Error> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let mut options = self.options.clone();
        match &self.name {
            Some(name) => options = options.name(name),
            // Nobody can tell one id from another.
            None => options = options.title(title(question)),
        }
        let session = waiting("Beginning", self.sessions.create(options)).await?;
        self.session = Some(session.clone());
        Ok(session)
    }

    /// Finishes or clears away a turn that was stopped, and says what became of it.
    pub(super) async fn settle(&mut self) -> Result<String, Error> {
        let (Some(session), Some(before)) = (&self.session, self.unsettled) else {
            return Ok(String::new());
        };
        let became = stopped::settle(session, before).await?;
        if became != Stopped::Unknown {
            self.unsettled = None;
        }
        let text = became.text(|_| "/rewind".to_owned());
        if self.interactive {
            output::note(&faint(&format!("[{text}]")));
        }
        Ok(text)
    }
}

/// The beginning of a question, in one line.
fn title(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_TITLE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn titles_are_short() {
        assert_eq!(super::title("two\n words "), "two words");
        let long = super::title(&"ä".repeat(300));
        assert!(long.len() <= 256 && long.ends_with('…'), "{long}");
    }
}
