//! What the generated client has besides operations.

use crate::{Client, Transport};

impl Client {
    /// A cheap copy of this client whose requests another transport carries.
    #[must_use]
    pub fn with_transport(&self, transport: Transport) -> Self {
        Self {
            inner: transport,
            ..self.clone()
        }
    }
}
