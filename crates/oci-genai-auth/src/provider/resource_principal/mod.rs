//! Resource principals: functions, data science jobs and other OCI resources act as themselves.
//!
//! `OCI_RESOURCE_PRINCIPAL_VERSION` selects the scheme. Each scheme has a module here.

mod exchange;
mod key_pair;
mod settings;
mod v2_2;
mod v3;

use std::sync::Arc;
use std::time::Duration;

use self::exchange::Exchange;
use self::key_pair::KeyPairExchange;
pub(super) use self::settings::region;
use self::settings::{Settings, VERSION};
use self::v2_2::FixedToken;
use self::v3::Nested;
use super::token_bound::{Issue, Issued};
use super::{BoxFuture, InstancePrincipalCredentialsProvider, ProvideCredentials};
use crate::redact::{Guarded, shown};
use crate::{Credentials, Environment, Error, Result, SharedTimeSource, TimeSource};

/// Signs as the OCI resource that runs the program, according to its `OCI_RESOURCE_PRINCIPAL_…`
/// variables.
///
/// | version | source of the token |
/// |---|---|
/// | 2.2 | the variables, or the files that they name; read again when they change |
/// | 2.1, 2.1.1, 2.1.2 | an exchange with a key pair from the variables |
/// | 1.1 | an exchange that the instance principal signs |
/// | 3.0 | one of the above for the leaf resource, then exchanges for its parents' tokens |
#[derive(Clone, Debug)]
pub struct ResourcePrincipalCredentialsProvider {
    source: Arc<dyn Source>,
    environment: Environment,
}

/// A source of tokens for one version.
trait Source: Issue {
    /// Returns the region if no variable names one.
    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }

    fn has_changed(&self) -> bool {
        false
    }
}

/// Builds a [`ResourcePrincipalCredentialsProvider`].
#[derive(Clone, Debug)]
pub struct ResourcePrincipalBuilder {
    environment: Environment,
    time: SharedTimeSource,
    federation: Option<Guarded>,
    pause: Duration,
}

impl ResourcePrincipalCredentialsProvider {
    /// Creates a builder with the process's environment.
    pub fn builder() -> ResourcePrincipalBuilder {
        ResourcePrincipalBuilder {
            environment: Environment::default(),
            time: SharedTimeSource::default(),
            federation: None,
            pause: Duration::from_secs(1),
        }
    }
}

impl ResourcePrincipalBuilder {
    /// Sets the variables and files to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the clock for checking the age of tokens. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// For version 1.1: sets the identity service, without path. Default: that of the instance's
    /// region.
    #[must_use]
    pub fn federation_endpoint(mut self, url: impl Into<String>) -> Self {
        self.federation = Some(Guarded::endpoint(&url.into()));
        self
    }

    /// For version 1.1: sets the first pause when the metadata service is busy. Default: 1 s.
    #[must_use]
    pub fn retry_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Reads the variables. Sends no request yet.
    ///
    /// # Errors
    /// Returns an error if the version is unset or unknown, or a required variable is missing.
    pub fn build(self) -> Result<ResourcePrincipalCredentialsProvider> {
        let version = self.environment.var(VERSION).ok_or_else(|| {
            Error::config(format!(
                "{VERSION} is not set: the program does not run in an OCI resource with a principal"
            ))
        })?;
        let source = if version == "3.0" {
            let leaf_version = format!("{VERSION}_FOR_LEAF_RESOURCE");
            let leaf = self.environment.var(&leaf_version).ok_or_else(|| {
                Error::config(format!(
                    "{leaf_version} is not set, which version 3.0 needs"
                ))
            })?;
            let leaf = self.source(&leaf, "_FOR_LEAF_RESOURCE", &leaf_version)?;
            Arc::new(Nested::new(leaf, &self.environment, &self.time)?)
        } else {
            self.source(&version, "", VERSION)?
        };
        Ok(ResourcePrincipalCredentialsProvider {
            source,
            environment: self.environment,
        })
    }

    fn source(&self, version: &str, suffix: &'static str, named: &str) -> Result<Arc<dyn Source>> {
        let settings = Settings::new(&self.environment, suffix);
        Ok(match version {
            "2.2" => Arc::new(FixedToken::new(settings, &self.time)?),
            "2.1" => Arc::new(KeyPairExchange::new("2.1", settings, &self.time)?),
            "2.1.1" => Arc::new(KeyPairExchange::new("2.1.1", settings, &self.time)?),
            "2.1.2" => Arc::new(KeyPairExchange::new("2.1.2", settings, &self.time)?),
            "1.1" => {
                let instance = InstancePrincipalCredentialsProvider::builder()
                    .environment(self.environment.clone())
                    .time_source(self.time.clone())
                    .retry_pause(self.pause);
                let instance = match &self.federation {
                    Some(url) => instance.endpoint(&**url),
                    None => instance,
                };
                Arc::new(Exchange::new(
                    instance.build()?,
                    settings,
                    self.federation.as_ref(),
                    &self.time,
                )?)
            }
            other => {
                return Err(Error::config(format!(
                    "{named} is `{}`; supported versions: 1.1, 2.1, 2.1.1, 2.1.2, 2.2, 3.0",
                    shown(other)
                )));
            }
        })
    }
}

impl Issue for ResourcePrincipalCredentialsProvider {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        self.source.issue()
    }
}

impl ProvideCredentials for ResourcePrincipalCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        Box::pin(async { self.source.issue().await.map(|issued| issued.credentials()) })
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        Box::pin(async {
            let other = self.provide_credentials().await?;
            Ok((!other.is_same(rejected)).then_some(other))
        })
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        match region(&self.environment) {
            Some(region) => Box::pin(std::future::ready(Ok(Some(region)))),
            None => self.source.region(),
        }
    }

    fn has_changed(&self) -> bool {
        self.source.has_changed()
    }
}
