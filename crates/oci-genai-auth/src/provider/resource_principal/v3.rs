//! Version 3.0: a leaf resource acts as its parent, which may act as its own parent.

use std::sync::Arc;

use super::Source;
use super::exchange::Services;
use crate::provider::BoxFuture;
use crate::provider::token_bound::{Issue, Issued};
use crate::redact::Guarded;
use crate::{Environment, Error, Result, SharedTimeSource};

const RPT_URL: &str = "OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE";
const RPST_ENDPOINT: &str = "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE";
/// Header of a response with the next parent's address.
const NEXT_PARENT: &str = "opc-parent-rpt-url";
const MAX_DEPTH: usize = 10;

#[derive(Debug)]
pub(super) struct Nested {
    leaf: Arc<dyn Source>,
    services: Services,
    parent_url: Guarded,
    identity_endpoint: Guarded,
}

impl Nested {
    pub(super) fn new(
        leaf: Arc<dyn Source>,
        environment: &Environment,
        time: &SharedTimeSource,
    ) -> Result<Self> {
        let require = |name: &str| {
            environment.var(name).ok_or_else(|| {
                Error::config(format!(
                    "{name} is not set, which resource principals 3.0 need"
                ))
            })
        };
        Ok(Self {
            leaf,
            services: Services::new(time),
            parent_url: Guarded::new(require(RPT_URL)?),
            identity_endpoint: Guarded::endpoint(&require(RPST_ENDPOINT)?),
        })
    }

    async fn climb(&self) -> Result<Issued> {
        // The leaf's key is used for all parents.
        let mut issued = self.leaf.issue().await?;
        let mut visited = vec![self.parent_url.to_string()];
        loop {
            let signer = issued.signer();
            let url = visited.last().map_or(&*self.parent_url, String::as_str);
            let answer = self.services.resource_tokens(url, None, &signer).await?;
            let next = answer.header(NEXT_PARENT).map(str::to_owned);
            let tokens = answer.json()?;
            let endpoint = &self.identity_endpoint;
            issued.token = self
                .services
                .session_token(endpoint, tokens, &issued.key, &signer)
                .await?;
            match next {
                None => return Ok(issued),
                Some(next) if visited.contains(&next) => {
                    return Err(Error::refused("the parents of this resource form a circle"));
                }
                Some(_) if visited.len() >= MAX_DEPTH => {
                    return Err(Error::refused("this resource has more than 10 parents"));
                }
                Some(next) => visited.push(next),
            }
        }
    }
}

impl Issue for Nested {
    fn issue(&self) -> BoxFuture<'_, Result<Issued>> {
        Box::pin(self.climb())
    }
}

impl Source for Nested {
    fn has_changed(&self) -> bool {
        self.leaf.has_changed()
    }
}
