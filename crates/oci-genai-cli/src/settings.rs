//! From flags and environment to a client.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use oci_genai::Client;
use oci_genai_auth::ConfigFileCredentialsProvider;
use oci_genai_session::SqliteStore;

use crate::args::{Auth, Connection, Store};
use crate::error::Error;

/// The model that is asked when nobody names one.
const DEFAULT_MODEL: &str = "openai.gpt-oss-120b";

const API_KEY: &str = "OCI_GENAI_API_KEY";

/// Where the region may stand, the first one winning.
const REGION: [&str; 3] = ["OCI_GENAI_REGION", "OCI_REGION", "OCI_CLI_REGION"];

impl Connection {
    /// Whether anything at all says which service to talk to. Without that, `quickstart` brings
    /// its own.
    pub(crate) fn is_unset(&self) -> bool {
        self.auth.is_none()
            && self.oci_config.is_none()
            && self.profile.is_none()
            && self.region.is_none()
            && self.project.is_none()
            && self.compartment.is_none()
            && self.base_url.is_none()
            && variable(API_KEY).is_none()
            && REGION.iter().all(|name| variable(name).is_none())
    }

    /// Builds the client these settings describe.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        let project = self.project.as_deref().filter(|project| !project.trim().is_empty()).ok_or_else(
            || {
                Error::usage(
                    "no project: pass --project OCID or set OCI_GENAI_PROJECT to the OCID of a Generative AI \
                     project (ocid1.generativeaiproject.…)",
                )
            },
        )?;
        let mut builder = Client::builder()
            .project(project)
            .model(self.model.as_deref().unwrap_or(DEFAULT_MODEL));
        if let Some(compartment) = &self.compartment {
            builder = builder.compartment(compartment);
        }
        if let Some(base_url) = &self.base_url {
            builder = builder.base_url(base_url);
        }
        let mut region = self
            .region
            .clone()
            .or_else(|| REGION.iter().find_map(|name| variable(name)));
        match self.credential()? {
            Credential::ApiKey(key) => builder = builder.api_key(key),
            Credential::Profile(provider) => {
                if region.is_none() {
                    region = provider.profile().region();
                }
                builder = builder.auth(provider);
            }
        }
        match region {
            Some(region) => builder = builder.region(region),
            None if self.base_url.is_none() => {
                return Err(Error::usage(
                    "no region: pass --region (for example us-chicago-1), set OCI_GENAI_REGION, or give a --base-url",
                ));
            }
            None => {}
        }
        Ok(builder.build()?)
    }

    fn credential(&self) -> Result<Credential, Error> {
        let key = variable(API_KEY);
        let names_profile = self.oci_config.is_some() || self.profile.is_some();
        match (self.auth.unwrap_or(Auth::Auto), key) {
            (Auth::ApiKey, None) => Err(Error::usage(
                "--auth api-key needs the key in the environment variable OCI_GENAI_API_KEY",
            )),
            (Auth::ApiKey, Some(key)) => Ok(Credential::ApiKey(key)),
            (Auth::Auto, Some(key)) if !names_profile => Ok(Credential::ApiKey(key)),
            (Auth::Auto | Auth::Config, _) => {
                let mut provider = ConfigFileCredentialsProvider::builder();
                if let Some(file) = &self.oci_config {
                    provider = provider.path(file.to_string_lossy());
                }
                if let Some(profile) = &self.profile {
                    provider = provider.profile(profile);
                }
                Ok(Credential::Profile(provider.build()?))
            }
        }
    }
}

enum Credential {
    ApiKey(String),
    Profile(ConfigFileCredentialsProvider),
}

impl Store {
    /// Opens the file that remembers the sessions, or makes it.
    pub(crate) async fn open(&self) -> Result<SqliteStore, Error> {
        let path = self.path()?;
        SqliteStore::open(&path)
            .await
            .map_err(|source| Error::Store { path, source })
    }

    /// The file that remembers the sessions; its folder is made if need be.
    fn path(&self) -> Result<PathBuf, Error> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let folders = ProjectDirs::from("", "", "oci-genai").ok_or_else(|| {
            Error::usage("this platform names no data directory: say where to keep sessions with --store FILE")
        })?;
        let folder: &Path = folders.data_dir();
        std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        Ok(folder.join("sessions.sqlite"))
    }
}

/// A variable that is set to something: an empty one counts as absent.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}
