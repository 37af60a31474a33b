//! A turn, from the request to the response.
//!
//! [`request`] parses and checks a request, [`context`] collects the model's context, [`prepare`]
//! takes the conversation's lock, [`run`] runs the model and stores the outcome, [`events`] writes
//! the events of a stream, and [`log`] keeps events for later readers.

pub(crate) mod context;
pub(crate) mod events;
pub(crate) mod log;
pub(crate) mod output;
pub(crate) mod prepare;
pub(crate) mod request;
pub(crate) mod run;
