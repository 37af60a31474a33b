//! Methods of the generated client besides operations.

use crate::{Client, Transport};

impl Client {
    /// Returns a cheap copy of this client that sends its requests through another transport.
    #[must_use]
    pub fn with_transport(&self, transport: Transport) -> Self {
        Self {
            inner: transport,
            ..self.clone()
        }
    }
}
