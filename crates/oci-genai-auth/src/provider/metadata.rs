//! The metadata service of OCI compute instances.

use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use crate::redact::{Guarded, shown};
use crate::region::{RegionInfo, ResolvedRegion};
use crate::token_service::TokenService;
use crate::{Environment, Error, Result};

const IPV4_BASE: &str = "http://169.254.169.254/opc/v2";
const IPV6_BASE: &str = "http://[fd00:c1::a9fe:a9fe]/opc/v2";
const ATTEMPTS: u32 = 8;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Timeout for detecting the absence of a metadata service.
const PROBE_TIMEOUT: Duration = Duration::from_millis(1500);

#[derive(Clone, Debug)]
pub(super) struct Metadata {
    service: TokenService,
    bases: Vec<Guarded>,
    pause: Duration,
    environment: Environment,
}

impl Metadata {
    /// Uses `OCI_METADATA_BASE_URL`, else the fixed link-local addresses. `pause` is the first
    /// pause between attempts; it doubles.
    pub(super) fn new(environment: &Environment, pause: Duration) -> Result<Self> {
        let bases = match environment.var("OCI_METADATA_BASE_URL") {
            Some(base) => {
                let is_url = base
                    .parse::<Uri>()
                    .is_ok_and(|url| url.scheme().is_some() && url.host().is_some());
                if !is_url {
                    let base = shown(&base);
                    return Err(Error::config(format!(
                        "OCI_METADATA_BASE_URL is {base}, which is not a URL"
                    )));
                }
                vec![Guarded::endpoint(&base)]
            }
            None => vec![Guarded::new(IPV4_BASE), Guarded::new(IPV6_BASE)],
        };
        let service = TokenService::metadata();
        Ok(Self {
            service,
            bases,
            pause,
            environment: environment.clone(),
        })
    }

    /// Checks that this machine has a metadata service.
    pub(super) async fn probe(&self) -> Result<()> {
        let asked = self.ask("/instance/region");
        match tokio::time::timeout(PROBE_TIMEOUT, asked).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(Error::unavailable(
                "no instance metadata service responded within 1.5 s",
            )),
        }
    }

    /// Returns the instance's region.
    pub(super) async fn region(&self) -> Result<ResolvedRegion> {
        let described = match self.ask("/instance/regionInfo").await {
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => {
                // Older services return only the name.
                let name = self.get("/instance/region").await?;
                return Ok(ResolvedRegion::resolve(&name, &self.environment));
            }
            Err(error) if is_worth_repeating(&error) => self.get("/instance/regionInfo").await?,
            answer => answer?,
        };
        // The parser's message may quote the response, so it is dropped.
        let info: RegionInfo = serde_json::from_str(&described).map_err(|_| {
            Error::unavailable("the instance metadata service returned a malformed region")
        })?;
        Ok(ResolvedRegion::from_info(&info))
    }

    /// Returns the document at `path`. Retries while the service is busy or still starting.
    pub(super) async fn get(&self, path: &str) -> Result<String> {
        let mut pause = self.pause;
        let mut attempt = 1;
        loop {
            match self.ask(path).await {
                Err(error) if attempt < ATTEMPTS && is_worth_repeating(&error) => {
                    tokio::time::sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    async fn ask(&self, path: &str) -> Result<String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer Oracle"));
        let mut unreachable = None;
        for base in &self.bases {
            let url = format!("{}{path}", &**base);
            let answer = self
                .service
                .plain(Method::GET, &url, headers.clone(), Bytes::new())
                .await;
            match answer {
                Ok(answer) => return answer.text().map(|text| text.trim().to_owned()),
                // If there is no response at all, try the other address.
                Err(error) if error.status().is_none() => unreachable = Some(error),
                Err(error) => return Err(error),
            }
        }
        let error = Error::unavailable(
            "this machine has no instance metadata service, so it is not an OCI compute instance",
        );
        Err(match unreachable {
            Some(cause) => error.with_source(cause),
            None => error,
        })
    }
}

fn is_worth_repeating(error: &Error) -> bool {
    error.status().is_some_and(|status| {
        status == StatusCode::NOT_FOUND
            || status == StatusCode::TOO_MANY_REQUESTS
            || status.is_server_error()
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;

    use super::*;

    async fn region_of(app: Router) -> ResolvedRegion {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let environment = Environment::from_vars([("OCI_METADATA_BASE_URL", base)]);
        Metadata::new(&environment, Duration::ZERO)
            .unwrap()
            .region()
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn the_region_includes_its_realm() {
        let info = r#"{"realmKey":"oc19","realmDomainComponent":"oraclecloud.eu",
            "regionKey":"STR","regionIdentifier":"eu-frankfurt-2"}"#;
        let region = region_of(
            Router::new().route("/instance/regionInfo", get(move || async move { info })),
        );
        assert_eq!(
            region.await.auth_endpoint(),
            "https://auth.eu-frankfurt-2.oraclecloud.eu"
        );
    }

    #[tokio::test]
    async fn a_short_code_is_accepted_as_the_region() {
        let region = region_of(Router::new().route("/instance/region", get(|| async { "phx\n" })));
        assert_eq!(
            region.await.auth_endpoint(),
            "https://auth.us-phoenix-1.oraclecloud.com"
        );
    }
}
