//! Which credential the settings mean.

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
use crate::error::Error;

/// The identity service in place of the region's: Oracle's own variable.
const IDENTITY: &str = "OCI_CLI_FEDERATION_ENDPOINT";
/// Where an API signing key may stand in the environment.
const SIGNING_KEY: &str = "OCI_CLI_TENANCY";
/// Where a function or other resource is told its region.
const RESOURCE_REGION: &str = "OCI_RESOURCE_PRINCIPAL_REGION";
/// What the default chain calls the instance's own credentials.
const INSTANCE: &str = "instance principal";

/// A credential that has been chosen; whether it works shows when it is used.
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
    /// The default chain, and the region that goes with the source it is set to.
    Chain(DefaultCredentialsChain, Option<Sourced<String>>),
}

impl Settings {
    /// Chooses the credential and reads what it is made of.
    ///
    /// # Errors
    ///
    /// When a key, a file or a profile is missing or cannot be used.
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

    /// A profile given by flag is meant; a key in the environment is nearer than any other profile.
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

    /// The region in the OCI config file, for credentials that variables complete.
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
                "{} asks for an API key, which is read from the variable OCI_GENAI_API_KEY, and that is not set",
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
        let provider = builder.build()?;
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

/// `--auth api-key`, or where else it was said.
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
    /// What kind it is, for people.
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
            Kind::Chain(chain, _) => chain.source().unwrap_or("what the machine offers"),
        }
    }

    /// Where it is kept, if that can be said.
    pub(crate) fn source(&self) -> Option<&Source> {
        match &self.kind {
            Kind::ApiKey(source) | Kind::Profile(_, source) => Some(source),
            Kind::Principal(_) | Kind::Chain(..) => None,
        }
    }

    /// The profile it stands in, if it does.
    pub(crate) fn profile(&self) -> Option<&oci_genai_auth::Profile> {
        match &self.kind {
            Kind::Profile(provider, _) => Some(provider.profile()),
            _ => None,
        }
    }

    /// The region that comes with it, without asking anybody.
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

    /// Whether it is the instance's own, which the default chain knows once it has found
    /// credentials.
    ///
    /// # Errors
    ///
    /// When the default chain finds none.
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

    /// The credentials themselves, fetched if need be.
    pub(crate) fn provide(&self) -> BoxFuture<'_, oci_genai_auth::Result<Credentials>> {
        self.provider.provide_credentials()
    }

    pub(crate) fn into_provider(self) -> SharedCredentialsProvider {
        self.provider
    }
}
