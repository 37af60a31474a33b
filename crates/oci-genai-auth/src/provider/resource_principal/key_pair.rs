//! Versions 2.1, 2.1.1 and 2.1.2: the resource has a key pair and exchanges tokens with it.

use secrecy::{ExposeSecret as _, SecretString};

use super::Source;
use super::exchange::Services;
use super::settings::Settings;
use crate::provider::BoxFuture;
use crate::provider::token_bound::{Issue, Issued};
use crate::redact::Guarded;
use crate::{Error, KeyId, RequestSigner, Result, SharedTimeSource};

#[derive(Debug)]
pub(super) struct KeyPairExchange {
    version: &'static str,
    settings: Settings,
    services: Services,
    url: Guarded,
    identity_endpoint: Guarded,
    key_id: KeyId,
    /// Sent with the exchange, if version 2.1.2 has one.
    context: Option<SecretString>,
}

impl KeyPairExchange {
    pub(super) fn new(
        version: &'static str,
        settings: Settings,
        time: &SharedTimeSource,
    ) -> Result<Self> {
        let id = settings.require("RESOURCE_ID", version)?;
        settings.require("PRIVATE_PEM", version)?;
        let key_id = if version == "2.1" {
            format!("resource/v2.1/{id}")
        } else {
            let tenancy = settings.require("TENANCY_ID", version)?;
            format!("resource/v{version}/{tenancy}/{id}")
        };
        let key_id = KeyId::parse(&key_id).map_err(|cause| {
            Error::config("the resource's id or tenancy is not an OCID").with_source(cause)
        })?;
        let is_212 = version == "2.1.2";
        let path = match settings.get("RPT_PATH").filter(|_| is_212) {
            Some(path) if path.ends_with("{}") => path.replace("{}", &id),
            Some(path) => format!("{}/{id}", path.trim_end_matches('/')),
            None if is_212 => format!("/20180711/resourcePrincipalTokenV212/{id}"),
            None => format!("/20180711/resourcePrincipalTokenV2/{id}"),
        };
        Ok(Self {
            version,
            services: Services::new(time),
            url: Guarded::new(format!(
                "{}{path}",
                &*settings.endpoint("RPT_ENDPOINT", version)?
            )),
            identity_endpoint: settings.endpoint("RPST_ENDPOINT", version)?,
            key_id,
            context: settings
                .get("SECURITY_CONTEXT")
                .filter(|_| is_212)
                .map(SecretString::from),
            settings,
        })
    }

    async fn exchange(&self) -> Result<Issued> {
        // Read each time: a key in a file may have been replaced.
        let key = self.settings.private_key(self.version)?;
        let signer = RequestSigner::new(self.key_id.clone(), key.clone());
        let context = self.context.as_ref().map(|context| context.expose_secret());
        let answer = self
            .services
            .resource_tokens(&self.url, context, &signer)
            .await?;
        let endpoint = &self.identity_endpoint;
        let token = self
            .services
            .session_token(endpoint, answer.json()?, &key, &signer)
            .await?;
        Ok(Issued { token, key })
    }
}

impl Issue for KeyPairExchange {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        Box::pin(self.exchange())
    }
}

impl Source for KeyPairExchange {}
