//! Title and metadata of a session.

use std::collections::BTreeMap;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::options;
use crate::store::{Batch, SessionRecord};

impl Session {
    /// Sets or removes the title that people see. At most 256 bytes.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidInput`] if the title is too long, and [`ErrorKind::Busy`] while
    /// another process runs a turn.
    pub async fn set_title(&self, title: Option<String>) -> Result<()> {
        self.describe(|record| record.title = title).await
    }

    /// Replaces the metadata that searches use. A conversation on the service keeps the metadata it
    /// was created with. At most 16 pairs; a key has at most 64 characters, a value at most 512.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidInput`] if the metadata exceeds these limits, and
    /// [`ErrorKind::Busy`] while another process runs a turn.
    pub async fn set_metadata(&self, metadata: BTreeMap<String, String>) -> Result<()> {
        self.describe(|record| record.metadata = metadata).await
    }

    async fn describe(&self, change: impl FnOnce(&mut SessionRecord)) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let mut record = journal.record().clone();
        change(&mut record);
        let result = match options::check_description(&record.title, &record.metadata) {
            Err(text) => Err(Error::new(ErrorKind::InvalidInput, text)),
            Ok(()) => {
                let batch = Batch::new(record.clone(), held.lease.fence);
                self.store().apply(&batch).await.map_err(Error::from)
            }
        };
        if let Ok(generation) = &result {
            record.generation = *generation;
            self.publish(&record);
        }
        self.store().release(&held.lease).await?;
        result.map(|_| ())
    }
}
