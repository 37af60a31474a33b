//! Resolves every setting and its source, for all commands.
//!
//! Precedence: a flag, then the environment, then the selected profile of the program's
//! configuration file, then the OCI config file, then the default.

mod credential;
mod file;
mod region;
mod source;
mod store;

use std::path::Path;

use clap::ValueEnum as _;
use oci_genai::{Client, ClientBuilder};
use oci_genai_auth::Environment;
use secrecy::SecretString;

pub(crate) use self::credential::Credential;
pub(crate) use self::file::{ConfigFile, default_path};
pub(crate) use self::region::ChosenRegion;
pub(crate) use self::source::{Source, Sourced};
use crate::args::{Auth, Connection};
use crate::error::Error;
use crate::secrets::{self, quoted, short_path, shown};

/// The default model.
pub(crate) const DEFAULT_MODEL: &str = "openai.gpt-oss-120b";

const API_KEY: &str = "OCI_GENAI_API_KEY";
/// Variable that selects the credential of Oracle's own tools.
pub(crate) const CLI_AUTH: &str = "OCI_CLI_AUTH";
const REGION: &[&str] = &[region::OWN, "OCI_REGION", "OCI_CLI_REGION"];
const OCI_PROFILE: &[&str] = &["OCI_CLI_PROFILE", "OCI_CONFIG_PROFILE"];

/// The variables that this module reads.
pub(crate) const VARIABLES: [&str; 18] = [
    API_KEY,
    "OCI_GENAI_AUTH",
    region::OWN,
    "OCI_REGION",
    "OCI_CLI_REGION",
    "OCI_GENAI_PROJECT",
    "OCI_GENAI_COMPARTMENT",
    "OCI_GENAI_MODEL",
    "OCI_GENAI_BASE_URL",
    "OCI_CLI_CONFIG_FILE",
    "OCI_CLI_PROFILE",
    "OCI_CONFIG_PROFILE",
    "OCI_GENAI_MAX_EVENT_BYTES",
    "OCI_GENAI_MAX_RESPONSE_BYTES",
    "OCI_GENAI_STORE",
    "OCI_GENAI_CONFIG",
    "OCI_GENAI_PROFILE",
    CLI_AUTH,
];

/// All settings of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    env: Environment,
    pub(crate) file: Option<ConfigFile>,
    pub(crate) auth: Sourced<Auth>,
    pub(crate) api_key: Option<Sourced<SecretString>>,
    pub(crate) region: Option<Sourced<String>>,
    pub(crate) project: Option<Sourced<String>>,
    pub(crate) compartment: Option<Sourced<String>>,
    pub(crate) model: Sourced<String>,
    pub(crate) base_url: Option<Sourced<String>>,
    pub(crate) oci_config: Option<Sourced<String>>,
    pub(crate) oci_profile: Sourced<String>,
    pub(crate) store: Option<Sourced<String>>,
    pub(crate) max_event_bytes: Option<Sourced<usize>>,
    pub(crate) max_response_bytes: Option<Sourced<usize>>,
}

/// Looks a value up in its sources, in order of precedence.
struct Resolver<'a> {
    env: &'a Environment,
    file: Option<&'a ConfigFile>,
}

impl Resolver<'_> {
    fn find(
        &self,
        flag: (&'static str, Option<&str>),
        variables: &[&'static str],
        key: &str,
    ) -> Option<Sourced<String>> {
        let found = self.nearest(flag, variables, key);
        if let Some(found) = &found {
            secrets::remember_value(&found.value);
        }
        found
    }

    fn nearest(
        &self,
        flag: (&'static str, Option<&str>),
        variables: &[&'static str],
        key: &str,
    ) -> Option<Sourced<String>> {
        let given = flag.1.map(str::trim).filter(|value| !value.is_empty());
        if let Some(value) = given {
            return Some(Sourced::new(value.to_owned(), Source::Flag(flag.0)));
        }
        let set = |name: &&'static str| {
            let value = variable(self.env, name)?;
            Some(Sourced::new(value, Source::Variable(name)))
        };
        variables
            .iter()
            .find_map(set)
            .or_else(|| self.file?.get(key))
    }
}

impl Settings {
    /// Resolves all settings. They are not checked against each other here.
    ///
    /// # Errors
    ///
    /// Returns an error if the configuration file is invalid, or names an unknown profile or credential kind.
    pub(crate) fn resolve(connection: &Connection) -> Result<Self, Error> {
        Self::resolve_in(connection, None, Environment::from_process())
    }

    fn resolve_in(
        connection: &Connection,
        store: Option<&Path>,
        env: Environment,
    ) -> Result<Self, Error> {
        let file = ConfigFile::load(&connection.choice, &env)?;
        let resolver = Resolver {
            env: &env,
            file: file.as_ref(),
        };
        let find = |name, flag: &Option<String>, variables, key| {
            resolver.find((name, flag.as_deref()), variables, key)
        };
        let auth = match connection.auth {
            Some(kind) => Sourced::new(kind, Source::Flag("--auth")),
            None => match find("--auth", &None, &["OCI_GENAI_AUTH"], "auth") {
                Some(named) => auth_kind(named)?,
                None => Sourced::new(Auth::Auto, Source::Default),
            },
        };
        let api_key = variable(&env, API_KEY)
            .map(|key| Sourced::new(SecretString::from(key), Source::Variable(API_KEY)));
        let path = connection.oci_config.as_deref().map(Path::to_string_lossy);
        let default = |value: &str| Sourced::new(value.to_owned(), Source::Default);
        Ok(Self {
            auth,
            api_key,
            region: find("--region", &connection.region, REGION, "region"),
            project: find(
                "--project",
                &connection.project,
                &["OCI_GENAI_PROJECT"],
                "project",
            ),
            compartment: find(
                "--compartment",
                &connection.compartment,
                &["OCI_GENAI_COMPARTMENT"],
                "compartment",
            ),
            model: find("--model", &connection.model, &["OCI_GENAI_MODEL"], "model")
                .unwrap_or_else(|| default(DEFAULT_MODEL)),
            base_url: find(
                "--base-url",
                &connection.base_url,
                &["OCI_GENAI_BASE_URL"],
                "base_url",
            ),
            oci_config: resolver.find(
                ("--oci-config", path.as_deref()),
                &["OCI_CLI_CONFIG_FILE"],
                "oci_config",
            ),
            oci_profile: find("--profile", &connection.profile, OCI_PROFILE, "oci_profile")
                .unwrap_or_else(|| default("DEFAULT")),
            store: resolver.find(
                ("--store", store.map(Path::to_string_lossy).as_deref()),
                &["OCI_GENAI_STORE"],
                "store",
            ),
            max_event_bytes: bytes(find(
                "--max-event-bytes",
                &connection.max_event_bytes,
                &["OCI_GENAI_MAX_EVENT_BYTES"],
                "max_event_bytes",
            ))?,
            max_response_bytes: bytes(find(
                "--max-response-bytes",
                &connection.max_response_bytes,
                &["OCI_GENAI_MAX_RESPONSE_BYTES"],
                "max_response_bytes",
            ))?,
            file,
            env,
        })
    }

    /// Returns the variables and files that the settings come from.
    pub(crate) fn environment(&self) -> &Environment {
        &self.env
    }

    /// Returns a client builder with all settings but the credential.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no project, neither a region nor a base URL, or the region is unknown.
    pub(crate) async fn builder(&self, credential: &Credential) -> Result<ClientBuilder, Error> {
        let project = self.project.as_ref();
        let project = project.ok_or_else(|| self.unchosen(no_project()))?;
        let mut builder = Client::builder()
            .project(&project.value)
            .model(&self.model.value);
        if let Some(compartment) = &self.compartment {
            builder = builder.compartment(&compartment.value);
        }
        if let Some(bytes) = &self.max_event_bytes {
            builder = builder.max_event_bytes(bytes.value);
        }
        if let Some(bytes) = &self.max_response_bytes {
            builder = builder.max_response_bytes(bytes.value);
        }
        let region = self.region_for(credential).await?;
        match (&self.base_url, region) {
            // A base URL replaces the region's endpoint, so the region need not be known.
            (Some(url), _) => Ok(builder.base_url(&url.value)),
            (None, Some(region)) => Ok(builder.region(region.resolve()?)),
            (None, None) => Err(self.unchosen(no_region())),
        }
    }

    /// Extends the error of a missing setting if there are profiles and none is selected.
    fn unchosen(&self, error: Error) -> Error {
        match &self.file {
            Some(file) if file.profile.is_none() && !file.names.is_empty() => {
                Error::usage(format!(
                    "{error}; no profile of {} is in use: choose one with --context ({})",
                    short_path(&file.path),
                    shown_all(&file.names)
                ))
            }
            _ => error,
        }
    }
}

pub(crate) fn no_project() -> Error {
    Error::usage(
        "no project: pass --project OCID, set OCI_GENAI_PROJECT, or give a profile of config.toml a `project`; \
         it is the OCID of a Generative AI project (ocid1.generativeaiproject.…)",
    )
}

pub(crate) fn no_region() -> Error {
    Error::usage(
        "no region: pass --region (for example us-chicago-1), set OCI_GENAI_REGION, give a profile of \
         config.toml a `region`, or give a --base-url",
    )
}

fn auth_kind(named: Sourced<String>) -> Result<Sourced<Auth>, Error> {
    if let Ok(kind) = Auth::from_str(&named.value, true) {
        return Ok(Sourced::new(kind, named.source));
    }
    let kinds: Vec<_> = Auth::value_variants()
        .iter()
        .map(|kind| kind.name())
        .collect();
    let meant: Vec<_> = Auth::meant(&named.value)
        .iter()
        .map(|kind| format!("`{}` ({})", kind.name(), kind.about()))
        .collect();
    let hint = match meant.is_empty() {
        true => String::new(),
        false => format!("did you mean {}? ", meant.join(" or ")),
    };
    Err(Error::usage(format!(
        "{}: {} is not a kind of credential; {hint}the kinds are {}",
        named.source,
        quoted(&named.value),
        kinds.join(", "),
    )))
}

/// Parses a number of bytes, with optional underscores between the digits.
fn bytes(named: Option<Sourced<String>>) -> Result<Option<Sourced<usize>>, Error> {
    let Some(named) = named else { return Ok(None) };
    match named.value.replace('_', "").parse() {
        Ok(bytes) if bytes > 0 => Ok(Some(Sourced::new(bytes, named.source))),
        _ => Err(Error::usage(format!(
            "{}: {} is not a number of bytes; give one such as 16777216",
            named.source,
            quoted(&named.value)
        ))),
    }
}

impl Connection {
    /// Returns whether any setting selects a service. Otherwise `quickstart` uses its own emulator.
    ///
    /// # Errors
    ///
    /// Returns an error if the configuration file is invalid.
    pub(crate) fn is_unset(&self) -> Result<bool, Error> {
        let settings = Settings::resolve(self)?;
        Ok(settings.auth.source == Source::Default
            && settings.api_key.is_none()
            && settings.region.is_none()
            && settings.project.is_none()
            && settings.compartment.is_none()
            && settings.base_url.is_none()
            && settings.oci_config.is_none()
            && settings.oci_profile.source == Source::Default)
    }

    /// Builds a client from the settings.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is missing or invalid; the text names it and the fix.
    pub(crate) async fn client(&self) -> Result<Client, Error> {
        let settings = Settings::resolve(self)?;
        let credential = settings.credential()?;
        let builder = settings.builder(&credential).await?;
        Ok(builder.auth(credential.into_provider()).build()?)
    }
}

/// Returns names, with those that look like secrets masked.
pub(crate) fn shown_all(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| shown(name)).collect();
    names.join(", ")
}

/// Returns a variable's value without blanks around it; a blank one counts as absent.
pub(crate) fn variable(env: &Environment, name: &str) -> Option<String> {
    env.var(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
