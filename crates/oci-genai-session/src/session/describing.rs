//! What a session says about itself, and changing it.

use std::collections::BTreeMap;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::options;
use crate::store::{Batch, SessionRecord};

impl Session {
    /// Gives the session another title for people, or none. At most 256 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a title that is too long, [`ErrorKind::Busy`] while another process runs a turn.
    pub async fn set_title(&self, title: Option<String>) -> Result<()> {
        self.describe(|record| record.title = title).await
    }

    /// Gives the session other metadata to be found by. A conversation on the service keeps what it was made with. At
    /// most 16 pairs, keys of at most 64 and values of at most 512 characters.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for metadata beyond these bounds, [`ErrorKind::Busy`] while another process runs a turn.
    pub async fn set_metadata(&self, metadata: BTreeMap<String, String>) -> Result<()> {
        self.describe(|record| record.metadata = metadata).await
    }

    async fn describe(&self, change: impl FnOnce(&mut SessionRecord)) -> Result<()> {
        let _place = self.place().await;
        let (held, journal) = self.hold().await?;
        let mut record = journal.record().clone();
        change(&mut record);
        let result = match options::check_description(&record.title, &record.metadata) {
            Err(text) => Err(Error::new(ErrorKind::Invalid, text)),
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
