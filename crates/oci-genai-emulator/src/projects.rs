//! The existing projects, and the time from which the API knows them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Projects by OCID.
#[derive(Debug, Default)]
pub(crate) struct Projects(Mutex<BTreeMap<String, SystemTime>>);

impl Projects {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, SystemTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a project that the API knows from then on. An existing project does not change.
    pub(crate) fn add(&self, ocid: String, known_from: SystemTime) {
        self.lock().entry(ocid).or_insert(known_from);
    }

    pub(crate) fn knows(&self, ocid: &str, now: SystemTime) -> bool {
        self.lock()
            .get(ocid)
            .is_some_and(|known_from| *known_from <= now)
    }

    pub(crate) fn list(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }
}
