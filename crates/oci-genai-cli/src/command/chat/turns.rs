//! Runs the turns of a chat, with streaming output and Ctrl-C.

use oci_genai_session::{Session, TurnEvent, TurnStream};

use super::Chat;
use crate::command::answer_printer::AnswerPrinter;
use crate::command::stopped_turn::{self, Before, Stopped};
use crate::error::Error;
use crate::output;
use crate::terminal::{faint, interrupted, waiting};

/// Maximum length of a title made from a prompt, in characters.
const MAX_TITLE: usize = 60;

impl Chat {
    /// Runs a turn and prints its output. Ctrl-C cancels the turn; the session stays usable.
    pub(super) async fn say(&mut self, text: String) -> Result<(), Error> {
        self.recover().await?;
        let session = self.begun(&text).await?;
        let before = Before::of(&session);
        let session = session.with_tools(self.tools.clone());
        let mut turn = session.turn(text);
        if let Some(instructions) = &self.instructions {
            turn = turn.instructions(instructions);
        }
        let interrupt = interrupted();
        let mut printer = AnswerPrinter::begin();
        let steps = turn.stream();
        let result = tokio::select! {
            result = self.print(steps, &mut printer) => result,
            () = interrupt => {
                // Dropping the stream of the other branch cancels the turn.
                self.unsettled = Some(before);
                printer.aside("[stopped]")?;
                let became = self.recover().await?;
                match self.interactive {
                    true => Ok(()),
                    false => Err(Error::Interrupted(format!("; {became}"))),
                }
            }
        };
        printer.end()?;
        let result = result.map_err(|error| printer.error(error));
        if self.interactive {
            output::line("");
        }
        result
    }

    async fn print(
        &mut self,
        mut steps: TurnStream,
        printer: &mut AnswerPrinter,
    ) -> Result<(), Error> {
        while let Some(step) = steps.next().await {
            let step = step?;
            printer.step(&step)?;
            if let TurnEvent::Committed(turn) = step {
                self.last = Some(turn.usage());
                self.unsettled = None;
            }
        }
        Ok(())
    }

    /// Returns the session; creates it for the first turn.
    async fn begun(&mut self, question: &str) -> Result<Session, Error> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let mut options = self.options.clone();
        match &self.name {
            Some(name) => options = options.name(name),
            // A list of ids alone is not readable.
            None => options = options.title(title(question)),
        }
        let session = waiting("Beginning", self.sessions.create(options)).await?;
        self.session = Some(session.clone());
        Ok(session)
    }

    /// Recovers a stopped turn and prints its outcome.
    pub(super) async fn recover(&mut self) -> Result<String, Error> {
        let (Some(session), Some(before)) = (&self.session, self.unsettled) else {
            return Ok(String::new());
        };
        let became = stopped_turn::recover(session, before).await?;
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

/// Returns the beginning of a prompt as one line.
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
