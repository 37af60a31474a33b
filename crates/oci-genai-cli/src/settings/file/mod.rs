//! The program's configuration file: profiles, each a set of settings with a name.
//!
//! ```toml
//! profile = "work"
//!
//! [profiles.work]
//! region = "us-chicago-1"
//! project = "ocid1.generativeaiproject.oc1.us-chicago-1.…"
//! ```
//!
//! It is read strictly: a key that is not known is an error, since a misspelt one would otherwise be
//! a setting that silently does nothing. Errors name key, file and line, never a value, which might
//! be a secret.

mod document;
mod key;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use oci_genai_auth::Environment;

use self::document::Document;
use super::source::{Source, Sourced};
use super::variable;
use crate::args::Choice;
use crate::error::Error;
use crate::secrets::{quoted, short_path};

/// Where the file may be named, instead of by `--config`.
const FILE: &str = "OCI_GENAI_CONFIG";
/// Where the profile may be named, instead of by `--use`.
const PROFILE: &str = "OCI_GENAI_PROFILE";

/// No settings are longer.
const MAX_BYTES: u64 = 1024 * 1024;

/// A configuration file and the profile chosen in it.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The profiles there are.
    pub(crate) names: Vec<String>,
    /// The one in use, if one was chosen.
    pub(crate) profile: Option<Sourced<String>>,
    values: BTreeMap<String, (String, usize)>,
}

impl ConfigFile {
    /// Reads the file that is named, or the one in the platform's place if it is there, and chooses a
    /// profile: the one named by flag or variable, else by the file's own `profile`.
    pub(super) fn load(choice: &Choice, env: &Environment) -> Result<Option<Self>, Error> {
        let named = match &choice.config {
            Some(path) => Some(Sourced::new(path.clone(), Source::Flag("--config"))),
            None => variable(env, FILE)
                .map(|path| Sourced::new(env.expand(&path), Source::Variable(FILE))),
        };
        let wanted = match &choice.use_profile {
            Some(name) => Some(Sourced::new(name.clone(), Source::Flag("--use"))),
            None => {
                variable(env, PROFILE).map(|name| Sourced::new(name, Source::Variable(PROFILE)))
            }
        };
        let path = match &named {
            Some(named) => named.value.clone(),
            None => match default_path().filter(|path| path.is_file()) {
                Some(path) => path,
                None => return no_file(wanted),
            },
        };
        let text = read(&path).map_err(|source| Error::ConfigFile {
            path: path.clone(),
            named: named.map(|named| named.source),
            source,
        })?;
        let document = Document::parse(&path, &text)?;
        document.choose(path, wanted).map(Some)
    }

    /// A setting of the profile in use.
    pub(super) fn get(&self, key: &str) -> Option<Sourced<String>> {
        let (value, line) = self.values.get(key)?;
        let source = Source::File {
            path: self.path.clone(),
            line: *line,
        };
        Some(Sourced::new(value.clone(), source))
    }
}

/// Where the file lies if nobody names another.
pub(crate) fn default_path() -> Option<PathBuf> {
    ProjectDirs::from("", "", "oci-genai").map(|folders| folders.config_dir().join("config.toml"))
}

fn no_file(wanted: Option<Sourced<String>>) -> Result<Option<ConfigFile>, Error> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let place = default_path().map_or_else(
        || "this platform has no place for one: name it with --config".to_owned(),
        |path| format!("make {}, or name one with --config", short_path(&path)),
    );
    Err(Error::usage(format!(
        "{} asks for the profile {}, but there is no configuration file; {place}",
        wanted.source,
        quoted(&wanted.value)
    )))
}

fn read(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    std::fs::read_to_string(path)
}
