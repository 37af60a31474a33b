//! Token exchange, and version 1.1, which authenticates the exchange as the instance.

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::Source;
use super::settings::Settings;
use crate::provider::token_bound::{Issue, Issued, bare, new_key};
use crate::provider::{BoxFuture, InstancePrincipalCredentialsProvider, ProvideCredentials as _};
use crate::redact::Guarded;
use crate::token_service::{Answer, TokenAnswer, TokenService};
use crate::{PrivateKey, RequestSigner, Result, SecurityToken, SharedTimeSource};

const VERSION: &str = "1.1";
const PATH: &str = "/20180711/resourcePrincipalToken/{id}";

/// Tokens of a resource from its own service.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceTokens {
    resource_principal_token: String,
    service_principal_session_token: String,
}

/// The two services of an exchange.
#[derive(Clone, Debug)]
pub(super) struct Services {
    resource: TokenService,
    identity: TokenService,
    time: SharedTimeSource,
}

impl Services {
    pub(super) fn new(time: &SharedTimeSource) -> Self {
        Self {
            resource: TokenService::new("the resource principal token service"),
            identity: TokenService::new("the identity service"),
            time: time.clone(),
        }
    }

    /// Requests the resource's tokens from its own service.
    pub(super) async fn resource_tokens(
        &self,
        url: &str,
        context: Option<&str>,
        signer: &RequestSigner,
    ) -> Result<Answer> {
        let context = context.map(|context| ("security-context", context));
        self.resource
            .signed_with(Method::GET, url, Bytes::new(), signer, &self.time, context)
            .await
    }

    /// Requests a security token for them from the identity service, bound to `key`.
    pub(super) async fn session_token(
        &self,
        endpoint: &str,
        tokens: ResourceTokens,
        key: &PrivateKey,
        signer: &RequestSigner,
    ) -> Result<SecurityToken> {
        let body = json!({
            "resourcePrincipalToken": tokens.resource_principal_token,
            "servicePrincipalSessionToken": tokens.service_principal_session_token,
            "sessionPublicKey": bare(key.public_key()),
        });
        let url = format!("{endpoint}/v1/resourcePrincipalSessionToken");
        let body = Bytes::from(body.to_string());
        let answer = self
            .identity
            .signed(Method::POST, &url, body, signer, &self.time)
            .await?;
        SecurityToken::parse(&answer.json::<TokenAnswer>()?.token)
    }
}

/// A source of version 1.1.
#[derive(Debug)]
pub(super) struct Exchange {
    instance: InstancePrincipalCredentialsProvider,
    services: Services,
    resource_endpoint: Guarded,
    identity_endpoint: Option<Guarded>,
    path: Guarded,
    id: Option<Guarded>,
}

impl Exchange {
    pub(super) fn new(
        instance: InstancePrincipalCredentialsProvider,
        settings: Settings,
        federation: Option<&Guarded>,
        time: &SharedTimeSource,
    ) -> Result<Self> {
        let identity_endpoint = settings
            .get("RPST_ENDPOINT")
            .map(|url| Guarded::endpoint(&url));
        Ok(Self {
            instance,
            services: Services::new(time),
            resource_endpoint: settings.endpoint("RPT_ENDPOINT", VERSION)?,
            identity_endpoint: identity_endpoint.or_else(|| federation.cloned()),
            path: Guarded::new(settings.get("RPT_PATH").unwrap_or_else(|| PATH.to_owned())),
            id: settings.get("RPT_ID").map(Guarded::new),
        })
    }

    async fn exchange(&self) -> Result<Issued> {
        let id = async {
            match &self.id {
                Some(id) => Ok(id.to_string()),
                None => self.instance.instance_id().await,
            }
        };
        let endpoint = async {
            match &self.identity_endpoint {
                Some(url) => Ok(url.to_string()),
                None => self
                    .instance
                    .resolved_region()
                    .await
                    .map(|region| region.auth_endpoint()),
            }
        };
        let (instance, id, endpoint, key) =
            tokio::try_join!(self.instance.issue(), id, endpoint, new_key())?;
        let signer = instance.signer();
        let url = format!(
            "{}{}",
            &*self.resource_endpoint,
            self.path.replace("{id}", &id)
        );
        let tokens = self
            .services
            .resource_tokens(&url, None, &signer)
            .await?
            .json()?;
        let token = self
            .services
            .session_token(&endpoint, tokens, &key, &signer)
            .await?;
        Ok(Issued { token, key })
    }
}

impl Issue for Exchange {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        Box::pin(self.exchange())
    }
}

impl Source for Exchange {
    fn region(&self) -> BoxFuture<'_, Result<Option<String>>> {
        self.instance.region()
    }
}
