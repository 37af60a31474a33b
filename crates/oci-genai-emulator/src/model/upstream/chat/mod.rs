//! A server that speaks chat completions.

mod answer;
mod request;

pub(super) use answer::Answer;
pub(super) use request::chat as request;
