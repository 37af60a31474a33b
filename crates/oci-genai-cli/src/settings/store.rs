//! Where sessions are remembered.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use oci_genai_auth::Environment;
use oci_genai_session::SqliteStore;

use super::{Settings, Source, Sourced};
use crate::args::{Connection, Store};
use crate::error::Error;

impl Store {
    /// Opens the file that remembers the sessions, or makes it.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or the configuration file cannot.
    pub(crate) async fn open(&self) -> Result<SqliteStore, Error> {
        let path = self.path()?;
        SqliteStore::open(&path)
            .await
            .map_err(|source| Error::Store { path, source })
    }

    /// The file that remembers the sessions; the folder of one that nobody named is made.
    ///
    /// # Errors
    ///
    /// When the configuration file cannot be used, or the folder cannot be made.
    pub(crate) fn path(&self) -> Result<PathBuf, Error> {
        let connection = Connection {
            choice: self.choice.clone(),
            ..Connection::default()
        };
        let settings =
            Settings::resolve_in(&connection, self.file.as_deref(), Environment::process())?;
        let path = settings.store_path()?.value;
        if let (None, Some(folder)) = (&settings.store, path.parent()) {
            std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        }
        Ok(path)
    }
}

impl Settings {
    /// The file that remembers the sessions.
    ///
    /// # Errors
    ///
    /// When none is named and the platform has no place for one.
    pub(crate) fn store_path(&self) -> Result<Sourced<PathBuf>, Error> {
        if let Some(store) = &self.store {
            // A shell has expanded what was typed.
            let path = match store.source {
                Source::Flag(_) => PathBuf::from(&store.value),
                _ => self.environment().expand(&store.value),
            };
            return Ok(Sourced::new(path, store.source.clone()));
        }
        let folders = ProjectDirs::from("", "", "oci-genai").ok_or_else(|| {
            Error::usage("this platform names no data directory: say where to keep sessions with --store FILE")
        })?;
        let folder: &Path = folders.data_dir();
        Ok(Sourced::new(
            folder.join("sessions.sqlite"),
            Source::Default,
        ))
    }
}
