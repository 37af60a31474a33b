//! Tests of the low-level client through its public interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_type;
mod maker;
mod odd_members;
mod operations;
mod round_trip;
mod shapes;
mod transport;
