//! Selects the credential from the settings.

use std::path::Path;

use oci_genai_auth::provider::BoxFuture;
use oci_genai_auth::{
    ApiKey, ConfigFileCredentialsProvider, Credentials, DefaultCredentialsChain,
    InstancePrincipalCredentialsProvider, OciConfig, OkeWorkloadIdentityCredentialsProvider,
    ProvideCredentials, ResourcePrincipalCredentialsProvider, SharedCredentialsProvider,
    StaticCredentialsProvider,
};
use secrecy::ExposeSecret as _;

use super::{CLI_AUTH, Settings, Source, Sourced, variable};
use crate::args::Auth;
use crate::error::{Error, chain};
use crate::secrets::short_path;

/// Oracle's variable for an identity endpoint in place of the region's.
const IDENTITY: &str = "OCI_CLI_FEDERATION_ENDPOINT";
/// Variable that is set if the environment holds an API signing key.
const SIGNING_KEY: &str = "OCI_CLI_TENANCY";
/// Variable with the region of a function or other resource.
const RESOURCE_REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION";
/// Name of the instance principal in the default chain.
const INSTANCE: &str = "instance principal";

/// A selected credential, not verified yet.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    kind: Kind,
    provider: SharedCredentialsProvider,
}

#[derive(Clone, Debug)]
enum Kind {
    ApiKey(Source),
    Profile(ConfigFileCredentialsProvider, Source),
    Principal(Auth),
    /// The default chain, and the region that belongs to its source.
    Chain(DefaultCredentialsChain, Option<Sourced<String>>),
}

impl Settings {
    /// Selects and loads the credential.
    ///
    /// # Errors
    ///
    /// Returns an error if a key, a file or a profile is missing or invalid.
    pub(crate) fn credential(&self) -> Result<Credential, Error> {
        match self.auth.value {
            Auth::Auto => self.whatever_there_is(),
            Auth::ApiKey => self.key(),
            Auth::Config => self.profile(),
            Auth::InstancePrincipal => {
                let mut builder =
                    InstancePrincipalCredentialsProvider::builder().environment(self.env.clone());
                if let Some(url) = variable(&self.env, IDENTITY) {
                    builder = builder.endpoint(url);
                }
                Ok(principal(Auth::InstancePrincipal, builder.build()?))
            }
            Auth::ResourcePrincipal => {
                let mut builder =
                    ResourcePrincipalCredentialsProvider::builder().environment(self.env.clone());
                if let Some(url) = variable(&self.env, IDENTITY) {
                    builder = builder.federation_endpoint(url);
                }
                Ok(principal(Auth::ResourcePrincipal, builder.build()?))
            }
            Auth::Oke => {
                let builder =
                    OkeWorkloadIdentityCredentialsProvider::builder().environment(self.env.clone());
                Ok(principal(Auth::Oke, builder.build()?))
            }
        }
    }

    /// Selects a profile given by flag first; a key in the environment precedes other profiles.
    fn whatever_there_is(&self) -> Result<Credential, Error> {
        let config = self.oci_config.as_ref().map(|path| &path.source);
        let by_flag = self.oci_profile.source.is_flag() || config.is_some_and(Source::is_flag);
        if by_flag {
            return self.profile();
        }
        if self.api_key.is_some() {
            return self.key();
        }
        let named = self.oci_profile.source != Source::Default || config.is_some();
        let has_file = named || OciConfig::find(None, &self.env).is_ok();
        let signs = variable(&self.env, SIGNING_KEY).is_some();
        let chosen = variable(&self.env, CLI_AUTH);
        if has_file && !signs && chosen.is_none() {
            return self.profile();
        }
        let mut chain = DefaultCredentialsChain::builder().environment(self.env.clone());
        if let Some(path) = &self.oci_config {
            chain = chain.config_file(&path.value);
        }
        if named {
            chain = chain.profile(&self.oci_profile.value);
        }
        if let Some(url) = variable(&self.env, IDENTITY) {
            chain = chain.auth_endpoint(url);
        }
        let chain = chain.build();
        let region = match chosen.as_deref() {
            None | Some("resource_principal" | "oke_workload_identity") => self.resource_region(),
            // Only the metadata service knows it.
            Some("instance_principal") => None,
            Some(_) if has_file => self.region_of_profile()?,
            Some(_) => None,
        };
        Ok(Credential {
            provider: SharedCredentialsProvider::new(chain.clone()),
            kind: Kind::Chain(chain, region),
        })
    }

    fn resource_region(&self) -> Option<Sourced<String>> {
        let region = variable(&self.env, RESOURCE_REGION)?;
        Some(Sourced::new(region, Source::Variable(RESOURCE_REGION)))
    }

    /// Returns the region in the OCI config file, for credentials that variables complete.
    fn region_of_profile(&self) -> Result<Option<Sourced<String>>, Error> {
        let path = self.oci_config.as_ref().map(|path| path.value.as_str());
        let config = OciConfig::load(path, &self.env)?;
        let profile = config.profile(&self.oci_profile.value)?;
        let source = Source::OciConfig {
            path: config
                .path()
                .unwrap_or(Path::new(""))
                .to_string_lossy()
                .into_owned(),
            profile: profile.name().to_owned(),
        };
        let region = profile.get("region").map(str::to_owned);
        Ok(region.map(|region| Sourced::new(region, source)))
    }

    fn key(&self) -> Result<Credential, Error> {
        let key = self.api_key.as_ref().ok_or_else(|| {
            Error::usage(format!(
                "{} requires an API key in the variable OCI_GENAI_API_KEY, which is not set",
                asker(&self.auth),
            ))
        })?;
        let api_key = ApiKey::new(key.value.expose_secret())?;
        Ok(Credential {
            kind: Kind::ApiKey(key.source.clone()),
            provider: SharedCredentialsProvider::new(StaticCredentialsProvider::new(api_key)),
        })
    }

    fn profile(&self) -> Result<Credential, Error> {
        let mut builder = ConfigFileCredentialsProvider::builder()
            .environment(self.env.clone())
            .profile(&self.oci_profile.value);
        let path = self.oci_config.as_ref().map(|path| path.value.as_str());
        if let Some(path) = path {
            builder = builder.path(path);
        }
        if let Some(url) = variable(&self.env, IDENTITY) {
            builder = builder.auth_endpoint(url);
        }
        let provider = builder
            .build()
            .map_err(|error| self.perhaps_a_context(Error::from(error)))?;
        let path = OciConfig::find(path, &self.env)?;
        let source = Source::OciConfig {
            path: path.to_string_lossy().into_owned(),
            profile: provider.profile().name().to_owned(),
        };
        Ok(Credential {
            provider: SharedCredentialsProvider::new(provider.clone()),
            kind: Kind::Profile(provider, source),
        })
    }
}

impl Settings {
    /// Adds to the error of an OCI profile that our own configuration file has a profile of that name.
    fn perhaps_a_context(&self, error: Error) -> Error {
        let (profile, file) = (&self.oci_profile, self.file.as_ref());
        let path = self.oci_config.as_ref().map(|path| path.value.as_str());
        let is_there = OciConfig::load(path, &self.env)
            .is_ok_and(|config| config.profile(&profile.value).is_ok());
        match file.filter(|file| file.names.contains(&profile.value)) {
            Some(file) if !is_there && profile.source.is_flag() => Error::usage(format!(
                "{}; {} has a profile of that name: did you mean `--context {}`?",
                chain(&error),
                short_path(&file.path),
                profile.value
            )),
            _ => error,
        }
    }
}

/// Returns the source of the credential kind, such as `--auth api-key`.
fn asker(auth: &Sourced<Auth>) -> String {
    match auth.source {
        Source::Flag(name) => format!("{name} {}", auth.value.name()),
        _ => format!("{} (auth = {:?})", auth.source, auth.value.name()),
    }
}

fn principal(kind: Auth, provider: impl ProvideCredentials + 'static) -> Credential {
    Credential {
        kind: Kind::Principal(kind),
        provider: SharedCredentialsProvider::new(provider),
    }
}

impl Credential {
    /// Returns the kind, for display.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.kind {
            Kind::ApiKey(_) => "API key",
            Kind::Profile(provider, _) => match provider.auth_kind() {
                oci_genai_auth::AuthKind::ApiSigningKey => "API signing key",
                oci_genai_auth::AuthKind::SessionToken => "session token",
                _ => "delegation token",
            },
            Kind::Principal(Auth::InstancePrincipal) => INSTANCE,
            Kind::Principal(Auth::ResourcePrincipal) => "resource principal",
            Kind::Principal(_) => "OKE workload identity",
            Kind::Chain(chain, _) => chain.source().unwrap_or("default chain"),
        }
    }

    /// Returns the location of the credential, if known.
    pub(crate) fn source(&self) -> Option<&Source> {
        match &self.kind {
            Kind::ApiKey(source) | Kind::Profile(_, source) => Some(source),
            Kind::Principal(_) | Kind::Chain(..) => None,
        }
    }

    /// Returns the profile that holds the credential, if any.
    pub(crate) fn profile(&self) -> Option<&oci_genai_auth::Profile> {
        match &self.kind {
            Kind::Profile(provider, _) => Some(provider.profile()),
            _ => None,
        }
    }

    /// Returns the credential's region, if it is known without a request.
    pub(super) fn region(&self, settings: &Settings) -> Option<Sourced<String>> {
        match &self.kind {
            Kind::Profile(provider, source) => {
                let region = provider.profile().get("region")?;
                Some(Sourced::new(region.to_owned(), source.clone()))
            }
            Kind::Principal(Auth::ResourcePrincipal | Auth::Oke) => settings.resource_region(),
            Kind::Chain(_, region) => region.clone(),
            Kind::Principal(_) | Kind::ApiKey(_) => None,
        }
    }

    /// Returns whether it is an instance principal. The default chain knows after it found
    /// credentials.
    ///
    /// # Errors
    ///
    /// Returns an error if the default chain finds no credential.
    pub(super) async fn is_instance(&self) -> Result<bool, Error> {
        match &self.kind {
            Kind::Principal(kind) => Ok(*kind == Auth::InstancePrincipal),
            Kind::Chain(chain, _) => {
                if chain.source().is_none() {
                    self.provide().await?;
                }
                Ok(chain.source() == Some(INSTANCE))
            }
            _ => Ok(false),
        }
    }

    /// Returns the credentials; fetches them if necessary.
    pub(crate) fn provide(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
        self.provider.provide_credentials()
    }

    pub(crate) fn into_provider(self) -> SharedCredentialsProvider {
        self.provider
    }
}
