//! Where sessions are remembered.

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
    /// Opens the file that remembers the sessions, or makes it.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or the configuration file cannot.
    pub(crate) async fn open(&self) -> Result<SqliteStore, Error> {
        let (path, folder) = self.place()?;
        // The database would make the file as the umask has it. What hinders this hinders opening it,
        // which says so.
        let _ = private_files::append(&path);
        let store = SqliteStore::open(&path).await;
        name_exposed(folder.as_deref(), &path);
        store.map_err(|source| Error::Store { path, source })
    }

    /// The file that remembers the sessions; the folder of one that nobody named is made.
    ///
    /// # Errors
    ///
    /// When the configuration file cannot be used, or the folder cannot be made.
    pub(crate) fn path(&self) -> Result<PathBuf, Error> {
        self.place().map(|(path, _)| path)
    }

    /// The file, and its folder if that is this program's own.
    fn place(&self) -> Result<(PathBuf, Option<PathBuf>), Error> {
        let connection = Connection {
            choice: self.choice.clone(),
            ..Connection::default()
        };
        let settings =
            Settings::resolve_in(&connection, self.file.as_deref(), Environment::process())?;
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

/// Names the folder and the files of a store that others can read.
fn name_exposed(folder: Option<&Path>, path: &Path) {
    // The database writes its last changes into files beside it, with the mode of the first.
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
