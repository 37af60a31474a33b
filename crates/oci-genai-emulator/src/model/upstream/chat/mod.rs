//! Upstream with the chat completions API.

mod answer;
mod request;

pub(super) use answer::Answer;
pub(super) use request::chat as request;
