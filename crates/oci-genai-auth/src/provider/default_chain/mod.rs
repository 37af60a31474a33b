//! Finds credentials in the usual locations.

mod cli_auth;
mod steps;

use std::sync::{Arc, Mutex, PoisonError};

use std::time::SystemTime;

use tokio::sync::OnceCell;

use self::cli_auth::chosen_by_variable;
use self::steps::Step;
use super::{BoxFuture, ProvideCredentials, SharedCredentialsProvider};
use crate::redact::Guarded;
use crate::{Credentials, Environment, Error, ErrorKind, Result, SharedTimeSource, TimeSource};

/// Tries the usual sources of credentials in this order, and keeps the first that provides some:
///
/// 1. the API key in `OCI_GENAI_API_KEY`;
/// 2. the API signing key in `OCI_CLI_TENANCY`, `OCI_CLI_USER`, …
///    ([`EnvCredentialsProvider`](crate::EnvCredentialsProvider)), or the security token in
///    `OCI_CLI_SECURITY_TOKEN_FILE`;
/// 3. a profile of the OCI configuration file: the one set in the builder, or in `OCI_CLI_PROFILE`,
///    or `DEFAULT` ([`ConfigFileCredentialsProvider`](crate::ConfigFileCredentialsProvider));
/// 4. the resource principal
///    ([`ResourcePrincipalCredentialsProvider`](crate::ResourcePrincipalCredentialsProvider));
/// 5. the workload identity of a Kubernetes pod
///    ([`OkeWorkloadIdentityCredentialsProvider`](crate::OkeWorkloadIdentityCredentialsProvider));
/// 6. the instance principal
///    ([`InstancePrincipalCredentialsProvider`](crate::InstancePrincipalCredentialsProvider)), if a
///    metadata service responds within 1.5 s.
///
/// If none applies, the error lists each source with its reason.
///
/// # `OCI_CLI_AUTH`
///
/// This variable of Oracle's command line selects one source; no other is tried. Only an API key in
/// `OCI_GENAI_API_KEY` has precedence over it.
///
/// | value | source |
/// |---|---|
/// | `api_key` | the profile, with its keys overridden by `OCI_CLI_USER`, `OCI_CLI_TENANCY`, `OCI_CLI_FINGERPRINT`, `OCI_CLI_KEY_FILE` or `OCI_CLI_KEY_CONTENT`, and `OCI_CLI_PASSPHRASE` |
/// | `security_token` | the same, with `OCI_CLI_SECURITY_TOKEN_FILE` |
/// | `instance_principal` | the instance principal |
/// | `instance_obo_user` | the instance principal with the delegation token in `OCI_CLI_DELEGATION_TOKEN_FILE`, `OCI_DELEGATION_TOKEN_FILE` or the profile |
/// | `resource_principal` | the resource principal |
/// | `oke_workload_identity` | the workload identity |
///
/// Any other value is an error. `OCI_CLI_CONFIG_FILE` can name the file.
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
    /// The credentials from choosing the source, for the first caller.
    first: Mutex<Option<Credentials>>,
}

/// Builds a [`DefaultCredentialsChain`].
#[derive(Clone, Debug, Default)]
pub struct DefaultChainBuilder {
    environment: Environment,
    time: SharedTimeSource,
    config_file: Option<Guarded>,
    profile: Option<Guarded>,
    auth_endpoint: Option<Guarded>,
}

impl DefaultCredentialsChain {
    /// Creates a builder with the process's environment.
    pub fn builder() -> DefaultChainBuilder {
        DefaultChainBuilder::default()
    }

    /// Returns the source of the credentials once it is known, for example `configuration file`.
    pub fn source(&self) -> Option<&'static str> {
        self.0.chosen.get().map(|chosen| chosen.step.name())
    }

    async fn chosen(&self) -> Result<&Chosen> {
        let settings = &self.0.settings;
        self.0.chosen.get_or_try_init(|| settings.choose()).await
    }
}

impl Chosen {
    /// Returns the credentials from choosing the source, unless they were taken or have expired.
    fn take_first(&self, now: SystemTime) -> Option<Credentials> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first
            .take()
            .filter(|first| first.expires_at().is_none_or(|end| end > now))
    }
}

impl Default for DefaultCredentialsChain {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl DefaultChainBuilder {
    /// Sets the variables and files to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the clock. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// Sets the OCI configuration file. Default: the file in `OCI_CLI_CONFIG_FILE`, else see
    /// [`OciConfig::load`](crate::OciConfig::load).
    #[must_use]
    pub fn config_file(mut self, path: impl Into<String>) -> Self {
        self.config_file = Some(Guarded::new(path));
        self
    }

    /// Sets the profile. Default: the value of `OCI_CLI_PROFILE`, else `DEFAULT`.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(Guarded::new(name));
        self
    }

    /// Sets the identity service, without path. Default: that of the region.
    #[must_use]
    pub fn auth_endpoint(mut self, url: impl Into<String>) -> Self {
        self.auth_endpoint = Some(Guarded::new(url));
        self
    }

    /// Builds the chain. Tries no source yet.
    pub fn build(self) -> DefaultCredentialsChain {
        DefaultCredentialsChain(Arc::new(Inner {
            settings: self,
            chosen: OnceCell::new(),
        }))
    }

    async fn choose(&self) -> Result<Chosen> {
        let mut reasons = Vec::new();
        for step in Step::ORDER {
            if step == Step::AFTER_API_KEY
                && let Some(step) = chosen_by_variable(&self.environment)?
            {
                return self.attempt(step).await.map_err(cli_auth::failed);
            }
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
            format!("found no credentials; tried these sources:\n  {reasons}"),
        ))
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
            first: Mutex::new(Some(first)),
        })
    }
}

/// Includes all causes, because the errors of several steps become one message.
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
            let chosen = self.chosen().await?;
            match chosen.take_first(self.0.settings.time.now()) {
                Some(first) => Ok(first),
                None => chosen.provider.provide_credentials().await,
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

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async { self.chosen().await?.provider.region().await })
    }

    fn has_changed(&self) -> bool {
        self.0
            .chosen
            .get()
            .is_some_and(|chosen| chosen.provider.has_changed())
    }
}
