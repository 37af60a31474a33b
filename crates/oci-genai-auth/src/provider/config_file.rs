//! Credentials from a profile of an OCI configuration file.

use super::{
    BoxFuture, DelegationCredentialsProvider, InstancePrincipalCredentialsProvider,
    ProvideCredentials, SessionTokenCredentialsProvider, SharedCredentialsProvider,
    StaticCredentialsProvider,
};
use crate::config::{AuthKind, OciConfig};
use crate::redact::Guarded;
use crate::{
    Credentials, Environment, Profile, RequestSigner, Result, SharedTimeSource, TimeSource,
};

/// Credentials from a profile of an OCI configuration file: an API signing key or a security token.
///
/// ```no_run
/// use oci_genai_auth::ConfigFileCredentialsProvider;
///
/// let provider = ConfigFileCredentialsProvider::builder().profile("CHICAGO").build()?;
/// println!("region {:?}", provider.profile().region());
/// # Ok::<(), oci_genai_auth::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConfigFileCredentialsProvider {
    profile: Profile,
    kind: AuthKind,
    inner: SharedCredentialsProvider,
}

/// Builds a [`ConfigFileCredentialsProvider`].
#[derive(Clone, Debug, Default)]
pub struct ConfigFileBuilder {
    path: Option<Guarded>,
    profile: Option<Guarded>,
    kind: Option<AuthKind>,
    environment: Environment,
    auth_endpoint: Option<Guarded>,
    variables: bool,
    time: SharedTimeSource,
}

impl ConfigFileCredentialsProvider {
    /// Creates a builder with the default file ([`OciConfig::load`]) and the profile `DEFAULT`.
    pub fn builder() -> ConfigFileBuilder {
        ConfigFileBuilder::default()
    }

    /// Returns the profile in use.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Returns the authentication method of the profile.
    pub fn auth_kind(&self) -> AuthKind {
        self.kind
    }
}

impl ConfigFileBuilder {
    /// Sets the file. A leading `~` is the home directory. Default: see [`OciConfig::load`].
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(Guarded::new(path));
        self
    }

    /// Sets the profile. Default: `DEFAULT`.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(Guarded::new(name));
        self
    }

    /// Sets the authentication method. Default: derived from the profile's keys
    /// ([`Profile::auth_kind`]).
    #[must_use]
    pub fn auth_kind(mut self, kind: AuthKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Lets `OCI_CLI_USER`, `OCI_CLI_TENANCY`, `OCI_CLI_FINGERPRINT`, `OCI_CLI_KEY_FILE`,
    /// `OCI_CLI_KEY_CONTENT`, `OCI_CLI_PASSPHRASE`, `OCI_CLI_REGION`, `OCI_CLI_SECURITY_TOKEN_FILE`
    /// and `OCI_CLI_DELEGATION_TOKEN_FILE` override the profile's keys, as in Oracle's command
    /// line. A file is then not required. Default: false.
    #[must_use]
    pub fn variables(mut self, override_profile: bool) -> Self {
        self.variables = override_profile;
        self
    }

    /// Sets the variables and files to read. Default: the process's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the identity service for refreshing security tokens, without path. Default: that of the
    /// region.
    #[must_use]
    pub fn auth_endpoint(mut self, url: impl Into<String>) -> Self {
        self.auth_endpoint = Some(Guarded::new(url));
        self
    }

    /// Sets the clock for checking the age of tokens. Default: the system's.
    #[must_use]
    pub fn time_source(mut self, time: impl TimeSource + 'static) -> Self {
        self.time = SharedTimeSource::new(time);
        self
    }

    /// Reads the file, the profile and the key.
    ///
    /// # Errors
    /// Returns an error if the file, the profile or one of its keys is absent or unusable. The
    /// message names it, with a hint.
    pub fn build(self) -> Result<ConfigFileCredentialsProvider> {
        let profile = self.read()?;
        profile.check_lines()?;
        let kind = match self.kind {
            Some(kind) => kind,
            None => profile.auth_kind()?,
        };
        let inner = match kind {
            AuthKind::ApiSigningKey => SharedCredentialsProvider::new(
                StaticCredentialsProvider::new(api_signing_key(&profile)?),
            ),
            AuthKind::SessionToken => {
                SharedCredentialsProvider::new(self.session(profile.clone())?)
            }
            AuthKind::DelegationToken => {
                SharedCredentialsProvider::new(self.delegation(profile.clone())?)
            }
        };
        Ok(ConfigFileCredentialsProvider {
            profile,
            kind,
            inner,
        })
    }

    fn read(&self) -> Result<Profile> {
        let name = self.profile.as_deref().unwrap_or("DEFAULT");
        if !self.variables {
            return OciConfig::load(self.path.as_deref(), &self.environment)?.profile(name);
        }
        let is_needed = self.path.is_some() || self.profile.is_some();
        if !is_needed && OciConfig::find(None, &self.environment).is_err() {
            return Ok(Profile::empty(name, &self.environment).with_variables());
        }
        let config = OciConfig::load(self.path.as_deref(), &self.environment)?;
        let is_empty = self.profile.is_none() && config.profile_names().is_empty();
        let profile = if is_empty {
            Profile::empty(name, &self.environment)
        } else {
            config.profile(name)?
        };
        Ok(profile.with_variables())
    }

    fn session(self, profile: Profile) -> Result<SessionTokenCredentialsProvider> {
        let builder = SessionTokenCredentialsProvider::builder(profile).time_source(self.time);
        match self.auth_endpoint {
            Some(url) => builder.endpoint(&*url).build(),
            None => builder.build(),
        }
    }

    fn delegation(
        self,
        profile: Profile,
    ) -> Result<DelegationCredentialsProvider<InstancePrincipalCredentialsProvider>> {
        profile.delegation_token()?;
        let builder = InstancePrincipalCredentialsProvider::builder()
            .environment(self.environment)
            .time_source(self.time);
        let instance = match self.auth_endpoint {
            Some(url) => builder.endpoint(&*url).build()?,
            None => builder.build()?,
        };
        Ok(DelegationCredentialsProvider::new(instance, move || {
            profile.delegation_token()
        }))
    }
}

fn api_signing_key(profile: &Profile) -> Result<RequestSigner> {
    if profile.fingerprint_follows_key() {
        let key = profile.private_key()?;
        let key_id = profile.key_id_of(&key.public_key().fingerprint())?;
        return Ok(RequestSigner::new(key_id, key));
    }
    let key_id = profile.api_key_id()?;
    let key = profile.private_key()?;
    let (stated, actual) = (profile.fingerprint()?, key.public_key().fingerprint());
    if stated != actual {
        return Err(profile.error(format!(
            "has the `fingerprint` {stated}, but its `key_file` holds the key {actual}; \
             hint: correct whichever is wrong"
        )));
    }
    Ok(RequestSigner::new(key_id, key))
}

impl ProvideCredentials for ConfigFileCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        self.inner.provide_credentials()
    }

    fn replace_credentials<'a>(
        &'a self,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Credentials>>> {
        self.inner.replace_credentials(rejected)
    }

    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        match self.profile.region() {
            Some(region) => Box::pin(std::future::ready(Ok(Some(region)))),
            // An instance that acts on behalf of a user knows its own region.
            None => self.inner.region(),
        }
    }

    fn has_changed(&self) -> bool {
        self.inner.has_changed()
    }
}
