//! The innermost services: what sends, and what remembers which credential went out.

mod credential;
mod host;
mod http_client;

pub(crate) use self::credential::RememberCredential;
pub use self::credential::SentCredentials;
pub(crate) use self::host::is_loopback;
pub(crate) use self::http_client::{ByHost, metadata_client};
