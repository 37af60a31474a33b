//! Settings from the environment.

use oci_genai_auth::{
    ConfigFileCredentialsProvider, DefaultCredentialsChain, Environment, OciConfig,
};

use super::{Auth, ClientBuilder};
use crate::environment::{self, first, flag, var};
use crate::error::{ErrorKind, ResendVerdict};
use crate::{Error, Result};

impl ClientBuilder {
    /// Reads the environment:
    ///
    /// | variable | sets |
    /// |---|---|
    /// | `OCI_GENAI_API_KEY` | authentication by API key |
    /// | `OCI_CLI_CONFIG_FILE`, `OCI_CLI_PROFILE`, `OCI_CONFIG_PROFILE` | which file and profile |
    /// | `OCI_CLI_TENANCY`, `OCI_CLI_USER`, … | an API signing key, as Oracle's command line reads it |
    /// | `OCI_GENAI_PROJECT`, `OCI_GENAI_COMPARTMENT` | project and compartment |
    /// | `OCI_GENAI_MODEL` | the model used where a call names none |
    /// | `OCI_GENAI_BASE_URL` | where requests go |
    /// | `OCI_GENAI_REGION`, `OCI_REGION`, `OCI_CLI_REGION` | the region, else that of the profile |
    /// | `OCI_DUAL_STACK_ENDPOINT_ENABLED` | hosts that also answer on IPv6 |
    /// | `OCI_SDK_APPEND_USER_AGENT` | appended to the user agent |
    ///
    /// Without an API key, credentials come from the OCI configuration file if there is one, and else
    /// from wherever [`DefaultCredentialsChain`] finds them at the first call.
    ///
    /// # Errors
    ///
    /// When there is no API key, and the configuration file or profile is there or named but cannot
    /// be used.
    pub fn from_env() -> Result<Self> {
        Self::from_environment(Environment::process())
    }

    /// Like [`from_env`](Self::from_env), with variables and files of the caller's.
    ///
    /// # Errors
    ///
    /// When there is no API key and the configuration file or profile cannot be used.
    pub fn from_environment(env: Environment) -> Result<Self> {
        let mut builder = Self::new();
        builder.region = first(&env, environment::REGION);
        builder.base_url = var(&env, environment::BASE_URL);
        builder.project = var(&env, environment::PROJECT);
        builder.compartment = var(&env, environment::COMPARTMENT);
        builder.model = var(&env, environment::MODEL);
        builder.user_agent = var(&env, environment::USER_AGENT);
        builder.dual_stack = flag(&env, environment::DUAL_STACK);
        builder.environment = env.clone();
        match var(&env, environment::API_KEY) {
            Some(key) => builder.auth = Auth::Key(key),
            None => builder = builder.auth_without_key(&env)?,
        }
        Ok(builder)
    }

    fn auth_without_key(mut self, env: &Environment) -> Result<Self> {
        let path = var(env, environment::CONFIG_FILE);
        let profile = first(env, environment::PROFILE);
        let named = path.is_some() || profile.is_some();
        let found = OciConfig::find(path.as_deref(), env).is_ok();
        if env.var(environment::SIGNING_TENANCY).is_some() || !(named || found) {
            if self.region.is_none() {
                self.region = var(env, environment::RESOURCE_PRINCIPAL_REGION);
            }
            let mut chain = DefaultCredentialsChain::builder().environment(env.clone());
            if let Some(path) = path {
                chain = chain.config_file(path);
            }
            if let Some(profile) = profile {
                chain = chain.profile(profile);
            }
            return Ok(self.auth(chain.build()));
        }
        let mut config = ConfigFileCredentialsProvider::builder().environment(env.clone());
        if let Some(path) = path {
            config = config.path(path);
        }
        if let Some(profile) = profile {
            config = config.profile(profile);
        }
        let provider = config.build().map_err(|error| {
            Error::new(
                ErrorKind::Credentials,
                ResendVerdict::NotSent,
                "no API key is set and the OCI configuration file cannot be used",
            )
            .with_source(error)
            .with_hint("set OCI_GENAI_API_KEY, or make a profile with `oci setup config`")
        })?;
        if self.region.is_none() {
            self.region = provider.profile().region();
        }
        Ok(self.auth(provider))
    }
}
