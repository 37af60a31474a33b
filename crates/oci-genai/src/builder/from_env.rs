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
    /// | `OCI_CLI_AUTH` | where credentials come from; see [`DefaultCredentialsChain`] |
    /// | `OCI_GENAI_PROJECT`, `OCI_GENAI_COMPARTMENT` | project and compartment |
    /// | `OCI_GENAI_MODEL` | the model used where a call names none |
    /// | `OCI_GENAI_BASE_URL` | where requests go |
    /// | `OCI_GENAI_REGION`, `OCI_REGION`, `OCI_CLI_REGION` | the region, else that of the profile, or for resource principals and workload identities `OCI_RESOURCE_PRINCIPAL_REGION` |
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
        let chosen = var(env, environment::CLI_AUTH);
        let has_file =
            path.is_some() || profile.is_some() || OciConfig::find(path.as_deref(), env).is_ok();
        let has_key = env.var(environment::SIGNING_TENANCY).is_some();
        if has_file && !has_key && chosen.is_none() {
            return self.auth_by_profile(env, path, profile);
        }
        if self.region.is_none() {
            self.region = match chosen.as_deref() {
                None | Some("resource_principal" | "oke_workload_identity") => {
                    var(env, environment::RESOURCE_PRINCIPAL_REGION)
                }
                // Only the metadata service knows it.
                Some("instance_principal") => None,
                Some(_) if has_file => profile_region(env, path.as_deref(), profile.as_deref())?,
                Some(_) => None,
            };
        }
        let mut chain = DefaultCredentialsChain::builder().environment(env.clone());
        if let Some(path) = path {
            chain = chain.config_file(path);
        }
        if let Some(profile) = profile {
            chain = chain.profile(profile);
        }
        Ok(self.auth(chain.build()))
    }

    fn auth_by_profile(
        mut self,
        env: &Environment,
        path: Option<String>,
        profile: Option<String>,
    ) -> Result<Self> {
        let mut config = ConfigFileCredentialsProvider::builder().environment(env.clone());
        if let Some(path) = path {
            config = config.path(path);
        }
        if let Some(profile) = profile {
            config = config.profile(profile);
        }
        let provider = config.build().map_err(unusable)?;
        if self.region.is_none() {
            self.region = provider.profile().region();
        }
        Ok(self.auth(provider))
    }
}

/// The region in the configuration file, for credentials that the variables complete.
fn profile_region(
    env: &Environment,
    path: Option<&str>,
    profile: Option<&str>,
) -> Result<Option<String>> {
    let config = OciConfig::load(path, env).map_err(unusable)?;
    let profile = config.profile(profile.unwrap_or("DEFAULT"));
    Ok(profile.map_err(unusable)?.region())
}

fn unusable(error: oci_genai_auth::Error) -> Error {
    Error::new(
        ErrorKind::Credentials,
        ResendVerdict::NotSent,
        "no API key is set and the OCI configuration file cannot be used",
    )
    .with_source(error)
    .with_hint("set OCI_GENAI_API_KEY, or make a profile with `oci setup config`")
}
