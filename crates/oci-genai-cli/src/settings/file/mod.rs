//! The program's configuration file, which contains named profiles of settings.
//!
//! ```toml
//! profile = "work"
//!
//! [profiles.work]
//! region = "us-chicago-1"
//! project = "ocid1.generativeaiproject.oc1.us-chicago-1.…"
//! ```
//!
//! Parsing is strict: an unknown key is an error, because a misspelled one would silently have no
//! effect. Errors name the key, the file and the line, never a value, which might be a secret.

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

/// Variable in place of `--config`.
const FILE: &str = "OCI_GENAI_CONFIG";
/// Variable in place of `--context`.
const PROFILE: &str = "OCI_GENAI_PROFILE";

/// Maximum size of the file.
const MAX_BYTES: u64 = 1024 * 1024;

/// A configuration file and its selected profile.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The names of all profiles.
    pub(crate) names: Vec<String>,
    /// The selected profile, if any.
    pub(crate) profile: Option<Sourced<String>>,
    values: BTreeMap<String, (String, usize)>,
}

impl ConfigFile {
    /// Reads the given file, or the default one if it exists, and selects a profile: the one named by
    /// flag or variable, else by the file's own `profile`.
    pub(super) fn load(choice: &Choice, env: &Environment) -> Result<Option<Self>, Error> {
        let named = match &choice.config {
            Some(path) => Some(Sourced::new(path.clone(), Source::Flag("--config"))),
            None => variable(env, FILE)
                .map(|path| Sourced::new(env.expand(&path), Source::Variable(FILE))),
        };
        let wanted = match &choice.context {
            Some(name) => Some(Sourced::new(name.clone(), Source::Flag("--context"))),
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

    /// Returns a setting of the selected profile.
    pub(super) fn get(&self, key: &str) -> Option<Sourced<String>> {
        let (value, line) = self.values.get(key)?;
        let source = Source::File {
            path: self.path.clone(),
            line: *line,
        };
        Some(Sourced::new(value.clone(), source))
    }
}

/// Returns the default path of the file.
pub(crate) fn default_path() -> Option<PathBuf> {
    ProjectDirs::from("", "", "oci-genai").map(|folders| folders.config_dir().join("config.toml"))
}

fn no_file(wanted: Option<Sourced<String>>) -> Result<Option<ConfigFile>, Error> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let place = default_path().map_or_else(
        || "this platform has no default path for it; name the file with --config".to_owned(),
        |path| {
            format!(
                "create {}, or name another file with --config",
                short_path(&path)
            )
        },
    );
    Err(Error::usage(format!(
        "{} selects the profile {}, but there is no configuration file; {place}",
        wanted.source,
        quoted(&wanted.value)
    )))
}

fn read(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(std::io::Error::other("the file is larger than 1 MiB"));
    }
    std::fs::read_to_string(path)
}
