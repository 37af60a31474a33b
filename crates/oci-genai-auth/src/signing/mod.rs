//! OCI request signatures, version 1: creates and verifies them.
//!
//! [`RequestSigner`] adds an `Authorization: Signature …` header to a request. [`Verifier`] checks
//! one on a server. Both build the signing string with the same code.

mod authorization;
mod body;
mod key_id;
mod received;
mod signer;
mod signing_string;
mod verifier;

pub use authorization::AuthorizationHeader;
pub use body::BodyDigest;
pub use key_id::{KeyId, KeyIdKind};
pub use received::ReceivedRequest;
pub use signer::RequestSigner;
pub(crate) use signing_string::CONTENT_SHA256;
pub use signing_string::SignedHeaders;
pub use verifier::{Verified, Verifier, VerifyError};
