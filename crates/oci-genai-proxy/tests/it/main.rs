//! The proxy over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod cancel;
mod equal_bytes;
mod guards;
mod models;
mod resend;
mod server;
mod support;
mod usage;
