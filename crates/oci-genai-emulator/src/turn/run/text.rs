//! Writes a turn's items: texts word by word, calls complete.

use std::time::Duration;

use super::{PIECE, Run, Stop};
use crate::turn::events::{At, complete, deltas};
use crate::turn::output::{self, Kind};

/// A text item in progress.
#[derive(Debug)]
pub(super) struct Open {
    kind: Kind,
    id: String,
    text: String,
    /// Number of bytes of the text that were sent as deltas.
    sent: usize,
}

impl Run<'_> {
    pub(super) async fn write(&mut self, kind: Kind, text: &str) -> Result<(), Stop> {
        if self.open.as_ref().is_some_and(|open| open.kind != kind) {
            self.send_deltas(true).await?;
            self.close("completed");
        }
        let open = match self.open.as_mut() {
            Some(open) => open,
            None => {
                let id = self
                    .app
                    .ids
                    .make(if kind == Kind::Reasoning { "rs" } else { "msg" });
                if self.streamed() {
                    self.events.open(
                        kind,
                        At {
                            item: &id,
                            output: self.output.len(),
                        },
                    );
                }
                self.open.insert(Open {
                    kind,
                    id,
                    text: String::new(),
                    sent: 0,
                })
            }
        };
        open.text.push_str(text);
        self.send_deltas(false).await
    }

    /// Sends the unsent part of the open text, word by word. Sends a last word that may still grow
    /// only if `all` is set.
    pub(super) async fn send_deltas(&mut self, all: bool) -> Result<(), Stop> {
        if !self.streamed() && self.left.is_none() {
            return Ok(());
        }
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        let unsent = &open.text[open.sent..];
        let unsent = unsent[..if all { unsent.len() } else { complete(unsent) }].to_owned();
        let mut outcome = Ok(());
        for delta in deltas(&unsent) {
            outcome = self.before_delta().await;
            if outcome.is_err() {
                open.text.truncate(open.sent);
                break;
            }
            open.sent += delta.len();
            if self.streamed() {
                let at = At {
                    item: &open.id,
                    output: self.output.len(),
                };
                self.events.delta(open.kind, at, delta);
            }
        }
        self.open = Some(open);
        outcome
    }

    async fn before_delta(&mut self) -> Result<(), Stop> {
        match &mut self.left {
            None => {}
            Some(0) => return Err(Stop::Full),
            Some(left) => *left -= 1,
        }
        if !self.pace.is_zero() {
            self.wait(self.pace).await?;
        } else if self.events.pending() >= PIECE {
            self.flush().await;
            self.wait(Duration::ZERO).await?;
        }
        Ok(())
    }

    pub(super) fn call(&mut self, call_id: Option<String>, name: &str, arguments: &str) {
        let id = self.app.ids.make("fc");
        let call_id = self.turn.plan.call_id.clone().or(call_id);
        let call_id = call_id.unwrap_or_else(|| self.app.ids.make("call"));
        let item = output::call(&id, &call_id, name, arguments, "completed");
        if self.streamed() {
            self.events.call(
                At {
                    item: &id,
                    output: self.output.len(),
                },
                &item,
            );
        }
        self.output.push(item);
    }

    /// Closes the open text item, if there is one.
    pub(super) fn close(&mut self, status: &str) {
        let Some(open) = self.open.take() else { return };
        let mut item = output::item(open.kind, &open.id, &open.text, status);
        if open.kind == Kind::Reasoning && self.turn.request.encrypted_reasoning {
            item["encrypted_content"] = encrypted(&open.text).into();
        }
        if self.streamed() {
            let at = At {
                item: &open.id,
                output: self.output.len(),
            };
            self.events.close(open.kind, at, &open.text, &item);
        }
        self.output.push(item);
    }
}

/// Returns a stand-in for the encrypted reasoning of a real model: unreadable for clients, stable
/// for a given text.
fn encrypted(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
