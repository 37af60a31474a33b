//! The emulator over real sockets, through plain HTTP requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agents;
mod conversations;
mod faults;
mod front_page;
mod gateway;
mod hosts;
mod identity;
mod limits;
mod models;
mod oracle;
mod persistence;
mod private;
mod responses;
mod secrets;
mod signatures;
mod silence;
mod streams;
mod support;
mod tls;
