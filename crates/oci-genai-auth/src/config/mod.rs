//! Reads OCI configuration files (`~/.oci/config`).
//!
//! [`OciConfig`] is a file. [`Profile`] is one of its sections, with the values that it inherits
//! from `[DEFAULT]`.

mod ini;
mod profile;

use std::fmt;
use std::path::{Path, PathBuf};

pub use profile::{AuthKind, Profile, TrustedKey};

use self::ini::Ini;
use crate::redact::{shown, shown_path};
use crate::{Environment, Error, Result};

/// An OCI configuration file. `Debug` shows the names of the profiles, no values.
#[derive(Clone)]
pub struct OciConfig {
    path: Option<PathBuf>,
    environment: Environment,
    defaults: ini::Section,
    sections: Vec<(String, ini::Section)>,
}

impl OciConfig {
    /// Loads a file: `path` if given; else `~/.oci/config`; if that does not exist, the file in
    /// `OCI_CONFIG_FILE`; else `~/.oraclebmc/config`. This is the order of Oracle's own libraries:
    /// the variable does not override an existing default file.
    ///
    /// # Errors
    /// Returns an error if the file does not exist, cannot be read or is malformed. The message
    /// names the line.
    pub fn load(path: Option<&str>, environment: &Environment) -> Result<Self> {
        let path = Self::find(path, environment)?;
        let text = environment.read(&path).map_err(|error| {
            Error::config(format!(
                "the OCI configuration file {} cannot be read",
                shown_path(&path)
            ))
            .with_source(error)
        })?;
        Self::read(&text, Some(path), environment)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// Returns an error if the text is malformed. The message names the line.
    pub fn parse(text: &str, environment: &Environment) -> Result<Self> {
        Self::read(text, None, environment)
    }

    fn read(text: &str, path: Option<PathBuf>, environment: &Environment) -> Result<Self> {
        let ini = Ini::parse(text).map_err(|error| {
            let place = place(path.as_deref());
            Error::config(format!("{place}, line {}: {}", error.line, error.what))
        })?;
        Ok(Self {
            path,
            environment: environment.clone(),
            defaults: ini.defaults,
            sections: ini.sections,
        })
    }

    /// Returns the path that [`load`](Self::load) reads from.
    ///
    /// # Errors
    /// Returns an error if none of the locations has a file. The message lists them.
    pub fn find(path: Option<&str>, environment: &Environment) -> Result<PathBuf> {
        if let Some(path) = path {
            return Ok(environment.expand(path));
        }
        let default = environment.expand("~/.oci/config");
        if environment.exists(&default) {
            return Ok(default);
        }
        if let Some(path) = environment.var("OCI_CONFIG_FILE") {
            return Ok(environment.expand(&path));
        }
        let old = environment.expand("~/.oraclebmc/config");
        if environment.exists(&old) {
            return Ok(old);
        }
        Err(Error::config(format!(
            "there is no OCI configuration file: neither {} nor {} exists and OCI_CONFIG_FILE is not set; \
             `oci setup config` or `oci session authenticate` makes one",
            shown_path(&default),
            shown_path(&old),
        )))
    }

    /// Returns the path of the file, if it was read from one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns the names of the profiles in the order of the file. `DEFAULT` is first, if it has
    /// keys.
    pub fn profile_names(&self) -> Vec<&str> {
        let default = (!self.defaults.is_empty()).then_some("DEFAULT");
        default
            .into_iter()
            .chain(self.sections.iter().map(|(name, _)| name.as_str()))
            .collect()
    }

    /// Returns a profile with its inherited values. Nothing is checked yet: each use of a profile
    /// checks the values that it needs.
    ///
    /// # Errors
    /// Returns an error if the profile does not exist. The message lists the existing profiles.
    pub fn profile(&self, name: &str) -> Result<Profile> {
        let own = match self.sections.iter().find(|(section, _)| section == name) {
            Some((_, section)) => section.clone(),
            None if name == "DEFAULT" && !self.defaults.is_empty() => self.defaults.clone(),
            None => {
                let names = self.profile_names();
                let there_are = if names.is_empty() {
                    "there are none".to_owned()
                } else {
                    let names: Vec<_> = names.iter().map(|name| shown(name).to_string()).collect();
                    format!("there are `{}`", names.join("`, `"))
                };
                return Err(Error::config(format!(
                    "there is no profile `{}` in {}; {there_are}",
                    shown(name),
                    place(self.path.as_deref()),
                )));
            }
        };
        Ok(Profile::new(
            name,
            place(self.path.as_deref()),
            own,
            self.defaults.clone(),
            self.environment.clone(),
        ))
    }
}

fn place(path: Option<&Path>) -> String {
    path.map_or_else(
        || "the OCI configuration".to_owned(),
        |path| shown_path(path).to_string(),
    )
}

impl fmt::Debug for OciConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.profile_names().into_iter().map(shown).collect();
        f.debug_struct("OciConfig")
            .field("path", &self.path.as_deref().map(shown_path))
            .field("profiles", &names)
            .finish_non_exhaustive()
    }
}
