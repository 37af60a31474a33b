//! The low-level client as its users see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod transport;
