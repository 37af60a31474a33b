//! Reads settings from the environment.

use oci_genai_auth::{
    ConfigFileCredentialsProvider, DefaultCredentialsChain, Environment, OciConfig,
};

use super::{Auth, ClientBuilder};
use crate::environment::{self, first, flag, var};
use crate::error::{ErrorKind, RetrySafety};
use crate::{Error, Result};

impl ClientBuilder {
    /// Reads the environment:
    ///
    /// | variable | sets |
    /// |---|---|
    /// | `OCI_GENAI_API_KEY` | authentication by API key |
    /// | `OCI_CLI_CONFIG_FILE`, `OCI_CLI_PROFILE`, `OCI_CONFIG_PROFILE` | configuration file and profile |
    /// | `OCI_CLI_TENANCY`, `OCI_CLI_USER`, … | an API signing key, as the OCI CLI reads it |
    /// | `OCI_CLI_AUTH` | the source of credentials; see [`DefaultCredentialsChain`] |
    /// | `OCI_GENAI_PROJECT`, `OCI_GENAI_COMPARTMENT` | project and compartment |
    /// | `OCI_GENAI_MODEL` | the default model |
    /// | `OCI_GENAI_BASE_URL` | the base URL of requests |
    /// | `OCI_GENAI_REGION`, `OCI_REGION`, `OCI_CLI_REGION` | the region |
    /// | `OCI_DUAL_STACK_ENDPOINT_ENABLED` | dual-stack hosts, which support IPv6 as well |
    /// | `OCI_SDK_APPEND_USER_AGENT` | appended to the user agent |
    ///
    /// If no variable sets the region, the profile's region applies. For resource principals and
    /// workload identities it is `OCI_RESOURCE_PRINCIPAL_REGION`.
    ///
    /// Without an API key, credentials come from the OCI configuration file if there is one.
    /// Otherwise [`DefaultCredentialsChain`] looks for them at the first call.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Authentication`] if there is no API key, and the configuration file or
    /// profile exists or is named but cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::from_environment(Environment::from_process())
    }

    /// Like [`from_env`](Self::from_env), with the variables and files of `env`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Authentication`] if there is no API key and the configuration file or
    /// profile cannot be used.
    pub fn from_environment(env: Environment) -> Result<Self> {
        let mut builder = Self::new();
        builder.region = first(&env, environment::REGION).map(Into::into);
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
                // Only the metadata service knows the region.
                Some("instance_principal") => None,
                Some(_) if has_file => profile_region(env, path.as_deref(), profile.as_deref())?,
                Some(_) => None,
            }
            .map(Into::into);
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
            self.region = provider.profile().region().map(Into::into);
        }
        Ok(self.auth(provider))
    }
}

/// Returns the region in the configuration file, for credentials that the variables complete.
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
        ErrorKind::Authentication,
        RetrySafety::NotSent,
        "no API key is set and the OCI configuration file cannot be used",
    )
    .with_source(error)
    .with_hint("set OCI_GENAI_API_KEY, or create a profile with `oci setup config`")
}
