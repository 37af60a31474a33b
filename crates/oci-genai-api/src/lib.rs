//! Low-level client of OCI Generative AI's Conversations and Responses APIs.

#[macro_use]
mod model;
#[rustfmt::skip]
mod generated;
mod hooks;
mod input;
mod transport;

pub use generated::{Client, types};
pub use model::{Extra, Secret, Unknown};
pub use progenitor_client::{ByteStream, ClientInfo, Error, OperationInfo, ResponseValue};
pub use transport::{
    Body, BoxError, HttpClient, Operation, ResponseFuture, TRANSPORT_FAILURE_STATUS, Transport,
    TransportError, into_transport_error,
};
