//! Finding credentials without being told where they are.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{
    ApiKeyCredentialsProvider, BoxFuture, ConfigFileCredentialsProvider, EnvCredentialsProvider,
    InstancePrincipalCredentialsProvider, OkeWorkloadIdentityCredentialsProvider,
    ProvideCredentials, ResourcePrincipalCredentialsProvider, SharedCredentialsProvider,
};
use crate::{Credentials, Environment, Error, ErrorKind, Result, SharedTimeSource, TimeSource};

/// Tries the places where credentials usually are, in this order, and stays with the first that
/// yields some:
///
/// 1. the API key in `OCI_GENAI_API_KEY`;
/// 2. the API signing key in `OCI_CLI_TENANCY`, `OCI_CLI_USER`, … ([`EnvCredentialsProvider`]);
/// 3. a profile of the OCI configuration file: the one named to the builder, or in
///    `OCI_CLI_PROFILE`, or `DEFAULT` ([`ConfigFileCredentialsProvider`]);
/// 4. the resource principal ([`ResourcePrincipalCredentialsProvider`]);
/// 5. the workload identity of a Kubernetes pod ([`OkeWorkloadIdentityCredentialsProvider`]);
/// 6. the instance principal ([`InstancePrincipalCredentialsProvider`]), if a metadata service answers
///    within 1.5 s.
///
/// When none applies, the error says of each why not.
#[derive(Clone, Debug)]
pub struct DefaultCredentialsChain(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: DefaultChainBuilder,
    chosen: OnceCell<Chosen>,
}

#[derive(Debug)]
struct Chosen {
    step: Step,
    provider: SharedCredentialsProvider,
    /// What the choice yielded, for the first asker.
    first: Credentials,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    ApiKey,
    Environment,
    ConfigFile,
    ResourcePrincipal,
    WorkloadIdentity,
    InstancePrincipal,
}

const ORDER: [Step; 6] = [
    Step::ApiKey,
    Step::Environment,
    Step::ConfigFile,
    Step::ResourcePrincipal,
    Step::WorkloadIdentity,
    Step::InstancePrincipal,
];

/// Builds a [`DefaultCredentialsChain`].
#[derive(Clone, Debug, Default)]
pub struct DefaultChainBuilder {
    environment: Environment,
    time: SharedTimeSource,
    config_file: Option<String>,
    profile: Option<String>,
    auth_endpoint: Option<String>,
}

impl DefaultCredentialsChain {
    /// Starts with the process's environment.
    pub fn builder() -> DefaultChainBuilder {
        DefaultChainBuilder::default()
    }

    /// Where the credentials come from, once they have been found: `configuration file`, say.
    pub fn source(&self) -> Option<&'static str> {
        self.0.chosen.get().map(|chosen| chosen.step.name())
    }
}

impl Default for DefaultCredentialsChain {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl DefaultChainBuilder {
    /// The variables and files to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The clock. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// The OCI configuration file. Default: see [`OciConfig::load`](crate::OciConfig::load).
    #[must_use]
    pub fn config_file(mut self, path: impl Into<String>) -> Self {
        self.config_file = Some(path.into());
        self
    }

    /// The profile. Default: what `OCI_CLI_PROFILE` names, else `DEFAULT`.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// The identity service, without path. Default: that of the region.
    #[must_use]
    pub fn auth_endpoint(mut self, url: impl Into<String>) -> Self {
        self.auth_endpoint = Some(url.into());
        self
    }

    /// Makes the chain; nothing is tried yet.
    pub fn build(self) -> DefaultCredentialsChain {
        DefaultCredentialsChain(Arc::new(Inner {
            settings: self,
            chosen: OnceCell::new(),
        }))
    }

    fn provider(&self, step: Step) -> Result<SharedCredentialsProvider> {
        let environment = &self.environment;
        Ok(match step {
            Step::ApiKey => {
                SharedCredentialsProvider::new(ApiKeyCredentialsProvider::from_env(environment)?)
            }
            Step::Environment => {
                SharedCredentialsProvider::new(EnvCredentialsProvider::new(environment)?)
            }
            Step::ConfigFile => SharedCredentialsProvider::new(self.profile_of_file()?),
            Step::ResourcePrincipal => {
                let builder = ResourcePrincipalCredentialsProvider::builder()
                    .environment(environment.clone())
                    .time_source(self.time.clone());
                let builder = match &self.auth_endpoint {
                    Some(url) => builder.federation_endpoint(url),
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
            Step::InstancePrincipal => SharedCredentialsProvider::new(self.instance()?),
        })
    }

    fn profile_of_file(&self) -> Result<ConfigFileCredentialsProvider> {
        let builder = ConfigFileCredentialsProvider::builder()
            .environment(self.environment.clone())
            .time_source(self.time.clone());
        let profile = self
            .profile
            .clone()
            .or_else(|| self.environment.var("OCI_CLI_PROFILE"));
        let builder = match profile {
            Some(name) => builder.profile(name),
            None => builder,
        };
        let builder = match &self.config_file {
            Some(path) => builder.path(path),
            None => builder,
        };
        let builder = match &self.auth_endpoint {
            Some(url) => builder.auth_endpoint(url),
            None => builder,
        };
        builder.build()
    }

    fn instance(&self) -> Result<InstancePrincipalCredentialsProvider> {
        let builder = InstancePrincipalCredentialsProvider::builder()
            .environment(self.environment.clone())
            .time_source(self.time.clone());
        match &self.auth_endpoint {
            Some(url) => builder.endpoint(url).build(),
            None => builder.build(),
        }
    }

    async fn attempt(&self, step: Step) -> Result<Chosen> {
        if step == Step::InstancePrincipal {
            self.instance()?.probe().await?;
        }
        let provider = self.provider(step)?;
        let first = provider.provide_credentials().await?;
        Ok(Chosen {
            step,
            provider,
            first,
        })
    }

    async fn choose(&self) -> Result<Chosen> {
        let mut reasons = Vec::new();
        for step in ORDER {
            match self.attempt(step).await {
                Ok(chosen) => {
                    tracing::debug!(source = step.name(), "found credentials");
                    return Ok(chosen);
                }
                Err(error) => reasons.push(format!("{}: {}", step.name(), with_causes(&error))),
            }
        }
        let reasons = reasons.join("\n  ");
        Err(Error::new(
            ErrorKind::NoCredentials,
            format!(
                "no credentials were found; what was tried, and why it did not apply:\n  {reasons}"
            ),
        ))
    }
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "API key in the environment",
            Self::Environment => "API signing key in the environment",
            Self::ConfigFile => "configuration file",
            Self::ResourcePrincipal => "resource principal",
            Self::WorkloadIdentity => "workload identity",
            Self::InstancePrincipal => "instance principal",
        }
    }
}

/// The errors of several steps become one message, so each is told whole.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

impl ProvideCredentials for DefaultCredentialsChain {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async {
            let mut is_first = false;
            let chosen = self
                .0
                .chosen
                .get_or_try_init(|| async {
                    is_first = true;
                    self.0.settings.choose().await
                })
                .await?;
            if is_first {
                Ok(chosen.first.clone())
            } else {
                chosen.provider.provide_credentials().await
            }
        })
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        match self.0.chosen.get() {
            Some(chosen) => chosen.provider.replace_credentials(rejected),
            None => Box::pin(std::future::ready(Ok(None))),
        }
    }

    fn has_changed(&self) -> bool {
        self.0
            .chosen
            .get()
            .is_some_and(|chosen| chosen.provider.has_changed())
    }
}
