//! The sources of credentials in the default chain.

use super::DefaultChainBuilder;
use crate::Result;
use crate::config::AuthKind;
use crate::provider::{
    ApiKeyCredentialsProvider, ConfigFileBuilder, ConfigFileCredentialsProvider,
    EnvCredentialsProvider, InstancePrincipalCredentialsProvider,
    OkeWorkloadIdentityCredentialsProvider, ResourcePrincipalCredentialsProvider,
    SharedCredentialsProvider,
};
use crate::redact::Guarded;

/// A source of credentials, in the chain or selected by `OCI_CLI_AUTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    ApiKey,
    Environment,
    ConfigFile,
    ResourcePrincipal,
    WorkloadIdentity,
    /// The instance principal, if there is a metadata service.
    InstancePrincipal,
    /// The instance principal, explicitly selected: waits longer to get a definite error.
    NamedInstancePrincipal,
    /// A profile, overridden by variables.
    Profile(AuthKind),
}

impl Step {
    pub(super) const ORDER: [Self; 6] = [
        Self::ApiKey,
        Self::Environment,
        Self::ConfigFile,
        Self::ResourcePrincipal,
        Self::WorkloadIdentity,
        Self::InstancePrincipal,
    ];
    /// `OCI_CLI_AUTH` is checked before this step.
    pub(super) const AFTER_API_KEY: Self = Self::Environment;

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "API key in the environment",
            Self::Environment => "API signing key in the environment",
            Self::ConfigFile => "configuration file",
            Self::ResourcePrincipal => "resource principal",
            Self::WorkloadIdentity => "workload identity",
            Self::InstancePrincipal | Self::NamedInstancePrincipal => "instance principal",
            Self::Profile(AuthKind::ApiSigningKey) => "API signing key",
            Self::Profile(AuthKind::SessionToken) => "security token",
            Self::Profile(AuthKind::DelegationToken) => "delegation token",
        }
    }
}

impl DefaultChainBuilder {
    pub(super) fn provider(&self, step: Step) -> Result<SharedCredentialsProvider> {
        let environment = &self.environment;
        Ok(match step {
            Step::ApiKey => {
                SharedCredentialsProvider::new(ApiKeyCredentialsProvider::from_env(environment)?)
            }
            Step::Environment if self.has_token_in_variables() => {
                SharedCredentialsProvider::new(self.overridden(AuthKind::SessionToken)?)
            }
            Step::Environment => {
                SharedCredentialsProvider::new(EnvCredentialsProvider::new(environment)?)
            }
            Step::ConfigFile => SharedCredentialsProvider::new(self.profile_of_file().build()?),
            Step::Profile(kind) => SharedCredentialsProvider::new(self.overridden(kind)?),
            Step::ResourcePrincipal => {
                let builder = ResourcePrincipalCredentialsProvider::builder()
                    .environment(environment.clone())
                    .time_source(self.time.clone());
                let builder = match &self.auth_endpoint {
                    Some(url) => builder.federation_endpoint(&**url),
                    None => builder,
                };
                SharedCredentialsProvider::new(builder.build()?)
            }
            Step::WorkloadIdentity => SharedCredentialsProvider::new(
                OkeWorkloadIdentityCredentialsProvider::builder()
                    .environment(environment.clone())
                    .time_source(self.time.clone())
                    .build()?,
            ),
            Step::InstancePrincipal | Step::NamedInstancePrincipal => {
                SharedCredentialsProvider::new(self.instance()?)
            }
        })
    }

    /// Returns true if the variables contain a security token and no user whose key would sign.
    fn has_token_in_variables(&self) -> bool {
        let is_set = |name| self.environment.var(name).is_some();
        is_set("OCI_CLI_SECURITY_TOKEN_FILE") && !is_set("OCI_CLI_USER")
    }

    fn overridden(&self, kind: AuthKind) -> Result<ConfigFileCredentialsProvider> {
        self.profile_of_file()
            .variables(true)
            .auth_kind(kind)
            .build()
    }

    fn profile_of_file(&self) -> ConfigFileBuilder {
        let named = |given: &Option<Guarded>, variable| match given {
            Some(given) => Some(String::from(&**given)),
            None => self.environment.var(variable),
        };
        let mut builder = ConfigFileCredentialsProvider::builder()
            .environment(self.environment.clone())
            .time_source(self.time.clone());
        if let Some(name) = named(&self.profile, "OCI_CLI_PROFILE") {
            builder = builder.profile(name);
        }
        if let Some(path) = named(&self.config_file, "OCI_CLI_CONFIG_FILE") {
            builder = builder.path(path);
        }
        if let Some(url) = &self.auth_endpoint {
            builder = builder.auth_endpoint(&**url);
        }
        builder
    }

    pub(super) fn instance(&self) -> Result<InstancePrincipalCredentialsProvider> {
        let builder = InstancePrincipalCredentialsProvider::builder()
            .environment(self.environment.clone())
            .time_source(self.time.clone());
        match &self.auth_endpoint {
            Some(url) => builder.endpoint(&**url).build(),
            None => builder.build(),
        }
    }
}
