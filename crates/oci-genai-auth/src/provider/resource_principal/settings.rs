//! The `OCI_RESOURCE_PRINCIPAL_…` variables.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::files::FileStamp;
use crate::redact::Guarded;
use crate::region::ResolvedRegion;
use crate::{Environment, Error, PrivateKey, Result, file_error};

/// The variable that selects the scheme.
pub(super) const VERSION: &str = "OCI_RESOURCE_PRINCIPAL_VERSION";

/// Returns the region that the platform sets for resources and pods.
pub(in crate::provider) fn region(environment: &Environment) -> Option<String> {
    let named = ["", "_FOR_LEAF_RESOURCE"]
        .iter()
        .find_map(|suffix| environment.var(&format!("OCI_RESOURCE_PRINCIPAL_REGION{suffix}")))?;
    let named = named.trim();
    (!named.is_empty()).then(|| ResolvedRegion::resolve(named, environment).id)
}

/// The variables of one resource: plain names, or names that end in `_FOR_LEAF_RESOURCE`.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    environment: Environment,
    suffix: &'static str,
}

impl Settings {
    pub(super) fn new(environment: &Environment, suffix: &'static str) -> Self {
        Self {
            environment: environment.clone(),
            suffix,
        }
    }

    fn name(&self, part: &str) -> String {
        format!("OCI_RESOURCE_PRINCIPAL_{part}{}", self.suffix)
    }

    pub(super) fn get(&self, part: &str) -> Option<String> {
        self.environment.var(&self.name(part))
    }

    pub(super) fn require(&self, part: &str, version: &str) -> Result<String> {
        self.get(part).ok_or_else(|| {
            let name = self.name(part);
            Error::config(format!(
                "{name} is not set, which resource principals {version} need"
            ))
        })
    }

    /// Returns a service's address without a trailing slash.
    pub(super) fn endpoint(&self, part: &str, version: &str) -> Result<Guarded> {
        self.require(part, version)
            .map(|url| Guarded::endpoint(&url))
    }

    /// Returns the file that a variable names, if its value is an absolute path and not the value
    /// itself.
    fn file(&self, part: &str) -> Option<PathBuf> {
        self.get(part)
            .map(PathBuf::from)
            .filter(|path| Path::is_absolute(path))
    }

    /// Returns a value from a variable, or from the file that the variable names.
    pub(super) fn value(&self, part: &str, version: &str) -> Result<Zeroizing<String>> {
        let Some(path) = self.file(part) else {
            return self.require(part, version).map(Zeroizing::new);
        };
        self.environment.read_lossy(&path).map_err(|cause| {
            let value = path.to_string_lossy();
            file_error::variable(&self.name(part), &value, None, cause, &self.environment)
        })
    }

    /// Returns the private key of `PRIVATE_PEM`, decrypted with `PRIVATE_PEM_PASSPHRASE`.
    pub(super) fn private_key(&self, version: &str) -> Result<PrivateKey> {
        let pem = self.value("PRIVATE_PEM", version)?;
        let pass_phrase = match self.get("PRIVATE_PEM_PASSPHRASE") {
            Some(_) => {
                let text = self.value("PRIVATE_PEM_PASSPHRASE", version)?;
                Some(SecretString::from(text.trim_end_matches(['\r', '\n'])))
            }
            None => None,
        };
        PrivateKey::from_pem(&pem, pass_phrase.as_ref()).map_err(|cause| {
            let name = self.name("PRIVATE_PEM");
            Error::key(format!("the private key of {name} cannot be used")).with_source(cause)
        })
    }

    /// Returns the stamps of the token and key files.
    pub(super) fn stamps(&self) -> [Option<FileStamp>; 2] {
        ["RPST", "PRIVATE_PEM"].map(|part| {
            self.file(part)
                .and_then(|path| self.environment.stamp(&path))
        })
    }
}
