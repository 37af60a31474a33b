//! The low-level client as its users see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_type;
mod maker;
mod odd_members;
mod operations;
mod round_trip;
mod shapes;
mod transport;
