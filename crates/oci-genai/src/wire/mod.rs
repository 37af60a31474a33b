//! The innermost services: they send requests and remember the credentials sent.

mod credential;
mod host;
mod http_client;

pub(crate) use self::credential::RememberCredential;
pub use self::credential::SentCredentials;
pub(crate) use self::host::is_loopback;
pub(crate) use self::http_client::{ByHost, metadata_client};
