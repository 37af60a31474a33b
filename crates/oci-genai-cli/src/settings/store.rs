//! Locates and opens the session store.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use oci_genai_auth::Environment;
use oci_genai_auth::private_files::{self, exposed};
use oci_genai_session::SqliteStore;

use super::{Settings, Source, Sourced};
use crate::args::{Connection, Store};
use crate::error::Error;
use crate::private;

impl Store {
    /// Opens or creates the session store.
    ///
    /// # Errors
    ///
    /// Returns an error if the store or the configuration file is unusable.
    pub(crate) async fn open(&self) -> Result<SqliteStore, Error> {
        let (path, folder) = self.place()?;
        // The database would create the file with the umask's mode. An error here recurs when the
        // database opens the file, and is reported there.
        let _ = private_files::append(&path);
        let store = SqliteStore::open(&path).await;
        name_exposed(folder.as_deref(), &path);
        store.map_err(|source| Error::Store { path, source })
    }

    /// Returns the path of the session store; creates the directory of the default path.
    ///
    /// # Errors
    ///
    /// Returns an error if the configuration file is unusable, or the directory cannot be created.
    pub(crate) fn path(&self) -> Result<PathBuf, Error> {
        self.place().map(|(path, _)| path)
    }

    /// Returns the file, and its directory if that belongs to this program.
    fn place(&self) -> Result<(PathBuf, Option<PathBuf>), Error> {
        let connection = Connection {
            choice: self.choice.clone(),
            ..Connection::default()
        };
        let settings = Settings::resolve_in(
            &connection,
            self.file.as_deref(),
            Environment::from_process(),
        )?;
        let path = settings.store_path()?.value;
        let folder = path.parent().filter(|_| settings.store.is_none());
        if let Some(folder) = folder {
            private_files::create_dir_all(folder)
                .map_err(|error| Error::io("create", folder, error))?;
        }
        let folder = folder.map(Path::to_owned);
        Ok((path, folder))
    }
}

/// Warns about the directory and the files of a store that others can read.
fn name_exposed(folder: Option<&Path>, path: &Path) {
    // The database writes recent changes to files beside it, with the same mode.
    let beside = ["-wal", "-shm"].map(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    });
    let beside = beside.iter().filter(|_| exposed(path).is_none());
    let files = folder.into_iter().chain([path]);
    private::name_exposed(files.chain(beside.map(PathBuf::as_path)));
}

impl Settings {
    /// Returns the path of the session store.
    ///
    /// # Errors
    ///
    /// Returns an error if no path is given and the platform has no data directory.
    pub(crate) fn store_path(&self) -> Result<Sourced<PathBuf>, Error> {
        if let Some(store) = &self.store {
            // The shell has expanded the path.
            let path = match store.source {
                Source::Flag(_) => PathBuf::from(&store.value),
                _ => self.environment().expand(&store.value),
            };
            return Ok(Sourced::new(path, store.source.clone()));
        }
        let folders = ProjectDirs::from("", "", "oci-genai").ok_or_else(|| {
            Error::usage(
                "this platform has no data directory; name the session store with --store FILE",
            )
        })?;
        let folder: &Path = folders.data_dir();
        Ok(Sourced::new(
            folder.join("sessions.sqlite"),
            Source::Default,
        ))
    }
}
