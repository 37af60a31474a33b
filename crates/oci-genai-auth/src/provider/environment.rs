//! An API signing key from environment variables.

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{BoxFuture, ProvideCredentials, StaticCredentialsProvider};
use crate::redact::shown;
use crate::{
    Credentials, Environment, Error, KeyId, PrivateKey, RequestSigner, Result, file_error,
};

const TENANCY: &str = "OCI_CLI_TENANCY";
const USER: &str = "OCI_CLI_USER";
const FINGERPRINT: &str = "OCI_CLI_FINGERPRINT";
const KEY_FILE: &str = "OCI_CLI_KEY_FILE";
const KEY_CONTENT: &str = "OCI_CLI_KEY_CONTENT";
const PASS_PHRASE: &str = "OCI_CLI_PASSPHRASE";

/// Signs with an API signing key from the variables of Oracle's command line: `OCI_CLI_TENANCY`,
/// `OCI_CLI_USER`, `OCI_CLI_KEY_CONTENT` or `OCI_CLI_KEY_FILE`, and `OCI_CLI_PASSPHRASE` if needed.
/// `OCI_CLI_FINGERPRINT` is optional: it is computed from the key.
#[derive(Clone, Debug)]
pub struct EnvCredentialsProvider(StaticCredentialsProvider);

impl EnvCredentialsProvider {
    /// Reads the variables.
    ///
    /// # Errors
    /// Returns an error if a variable is missing, the key cannot be used, or the fingerprint
    /// belongs to another key.
    pub fn new(environment: &Environment) -> Result<Self> {
        let tenancy = require(environment, TENANCY)?;
        let user = require(environment, USER)?;
        let text = match environment.var(KEY_CONTENT) {
            Some(text) => Zeroizing::new(text),
            None => {
                let value = environment.var(KEY_FILE).ok_or_else(|| {
                    Error::config(format!("neither {KEY_CONTENT} nor {KEY_FILE} is set"))
                })?;
                let text = environment.read_lossy(&environment.expand(&value));
                text.map_err(|cause| {
                    file_error::variable(KEY_FILE, &value, Some(KEY_CONTENT), cause, environment)
                })?
            }
        };
        let pass_phrase = environment.var(PASS_PHRASE).map(SecretString::from);
        let key = PrivateKey::from_pem(&text, pass_phrase.as_ref())?;
        let actual = key.public_key().fingerprint();
        if let Some(stated) = environment.var(FINGERPRINT)
            && !stated.eq_ignore_ascii_case(&actual)
        {
            return Err(Error::config(format!(
                "{FINGERPRINT} is {}, but the key is {actual}",
                shown(&stated)
            )));
        }
        let key_id =
            KeyId::parse(KeyId::api_key(&tenancy, &user, &actual).as_str()).map_err(|cause| {
                Error::config(format!("{TENANCY} or {USER} is not an OCID")).with_source(cause)
            })?;
        Ok(Self(StaticCredentialsProvider::new(RequestSigner::new(
            key_id, key,
        ))))
    }
}

fn require(environment: &Environment, name: &str) -> Result<String> {
    environment
        .var(name)
        .ok_or_else(|| Error::config(format!("{name} is not set")))
}

impl ProvideCredentials for EnvCredentialsProvider {
    fn provide_credentials(&self) -> BoxFuture<'_, Result<Credentials>> {
        self.0.provide_credentials()
    }
}
