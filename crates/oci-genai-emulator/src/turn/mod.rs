//! A turn: from a request for a response to the response.
//!
//! [`request`] reads and checks what was asked, [`context`] finds what the model is shown,
//! [`prepare`] takes the conversation's lock, [`run`] asks the model and stores the outcome, [`events`] is how that looks on
//! the wire, [`log`] keeps events for readers who come later.

pub(crate) mod context;
pub(crate) mod events;
pub(crate) mod log;
pub(crate) mod output;
pub(crate) mod prepare;
pub(crate) mod request;
pub(crate) mod run;
