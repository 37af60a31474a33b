//! Low-level client of OCI Generative AI's Conversations and Responses APIs.

mod transport;

pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
pub use transport::{
    Body, BoxError, HttpClient, Operation, ResponseFuture, TRANSPORT_FAILURE_STATUS, Transport,
    TransportError, into_transport_error,
};
