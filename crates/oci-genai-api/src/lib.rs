// The page is the README. These link definitions come first, so that rustdoc checks them; the
// README's own definitions are for readers elsewhere.
//! [`Client`]: Client
//! [`types`]: types
//! [`Transport`]: Transport
//! [`HttpClient`]: HttpClient
//! [`Operation`]: Operation
//! [`into_transport_error`]: into_transport_error
//! [`Extra`]: Extra
//! [`Unknown`]: Unknown
#![doc = include_str!("../README.md")]

#[macro_use]
mod model;
mod client;
#[rustfmt::skip]
mod generated;
mod item;
mod text;
mod transport;

pub use generated::{Client, types};
pub use model::{Defect, DefectKind, Extra, Secret, Tolerant, Unknown, read};
pub use progenitor_client::{ByteStream, ClientInfo, Error, OperationInfo, ResponseValue};
pub use transport::{
    Body, BoxError, HttpClient, Operation, ResponseFuture, TRANSPORT_FAILURE_STATUS, Transport,
    TransportError, any_body, into_transport_error,
};
