//! List of models, which the service's own endpoint lacks.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Limited};
use oci_genai::Passthrough;
use oci_genai_api::Body;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tower_service::Service as _;

use crate::body::ProxyBody;
use crate::config::ProxyConfig;
use crate::refusal::json_response;
use crate::target::Target;

/// Time for which a list, or a failed search, is kept.
const KEEP: Duration = Duration::from_secs(600);
const KEEP_FAILURE: Duration = Duration::from_secs(30);
/// Limits on the control plane's response.
const PATIENCE: Duration = Duration::from_secs(15);
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
const MAX_PAGES: usize = 20;

/// A model in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name that requests use.
    pub id: String,
    /// Owner, if known.
    pub owned_by: Option<String>,
    /// Creation time, in seconds since 1970.
    pub created: u64,
}

impl ModelInfo {
    /// Creates a model of which only the name is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            owned_by: None,
            created: 0,
        }
    }

    /// Parses a list: one name per line (`#` begins a comment), a JSON array of names or of objects
    /// with an `id`, or an object with such an array as `data`.
    ///
    /// # Errors
    ///
    /// Returns a message if the text is invalid.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        if !text.trim_start().starts_with(['[', '{']) {
            let lines = text
                .lines()
                .map(|line| line.split('#').next().unwrap_or(line));
            let names = lines.map(str::trim).filter(|name| !name.is_empty());
            return Ok(names.map(Self::new).collect());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let list = match value {
            Value::Object(mut object) => object.remove("data").unwrap_or_default(),
            other => other,
        };
        let Value::Array(entries) = list else {
            return Err("it contains no array of models".to_owned());
        };
        entries.iter().map(Self::from_value).collect()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let id = value.as_str().or_else(|| value["id"].as_str());
        let id = id.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| format!("{value} is neither a name nor an object with an id"))?;
        Ok(Self {
            id: id.to_owned(),
            owned_by: value["owned_by"].as_str().map(str::to_owned),
            created: value["created"].as_u64().unwrap_or_default(),
        })
    }

    fn to_json(&self) -> Value {
        let family = self.id.split_once('.').map(|(owner, _)| owner);
        let owner = self.owned_by.as_deref().or(family).unwrap_or("oci");
        json!({"id": self.id, "object": "model", "created": self.created, "owned_by": owner})
    }
}

/// Finds models with OCI's control plane.
#[derive(Clone)]
pub struct ModelDiscovery {
    service: Passthrough,
    query: String,
}

impl ModelDiscovery {
    /// Finds the models that a compartment may use in a region.
    ///
    /// `service` needs the control plane's base URL,
    /// `https://generativeai.REGION.oci.oraclecloud.com/20231130`, and credentials that sign: the
    /// control plane accepts no API keys.
    pub fn new(service: Passthrough, compartment: &str, region: Option<&str>) -> Self {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("compartmentId", compartment);
        if let Some(region) = region {
            query.append_pair("region", region);
        }
        Self {
            service,
            query: query.finish(),
        }
    }

    async fn find(&self) -> Result<Vec<ModelInfo>, String> {
        let mut found = Vec::new();
        let mut page = None::<String>;
        for _ in 0..MAX_PAGES {
            let (items, next) = self.page(page.as_deref()).await?;
            found.extend(items);
            match next {
                Some(next) if Some(&next) != page.as_ref() => page = Some(next),
                _ => break,
            }
        }
        Ok(found)
    }

    async fn page(&self, page: Option<&str>) -> Result<(Vec<ModelInfo>, Option<String>), String> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default)]
            items: Vec<Value>,
        }
        let mut target = format!("/modelDiscovery?{}", self.query);
        if let Some(page) = page {
            let encoded: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
            target.push_str("&page=");
            target.push_str(&encoded);
        }
        let uri: Uri = target
            .parse()
            .map_err(|_| "the compartment is not an OCID")?;
        let mut request = Request::new(Body::from(Bytes::new()));
        *request.uri_mut() = uri;
        let mut service = self.service.clone();
        let response = service.call(request).await;
        let response = response.map_err(|error| crate::config::chain(&error))?;
        let (parts, body) = response.into_parts();
        if !parts.status.is_success() {
            return Err(format!("the control plane returned {}", parts.status));
        }
        let body = Limited::new(body, MAX_PAGE_BYTES).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        let page: Page = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let items = page.items.iter().filter_map(|item| {
            let id = item["modelId"].as_str().filter(|id| !id.is_empty())?;
            Some(ModelInfo {
                id: id.to_owned(),
                owned_by: item["vendor"].as_str().map(str::to_owned),
                created: 0,
            })
        });
        let next = parts.headers.get("opc-next-page");
        let next = next.and_then(|next| next.to_str().ok()).map(str::to_owned);
        Ok((items.collect(), next))
    }
}

impl fmt::Debug for ModelDiscovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelDiscovery")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// Responds to requests for the list of models.
pub(crate) struct Models {
    known: Vec<ModelInfo>,
    discovery: Option<ModelDiscovery>,
    /// Last result and its expiry. The lock is held during a search, so that concurrent callers
    /// share one search.
    found: Mutex<Option<(Instant, Arc<[ModelInfo]>)>>,
}

impl Models {
    pub(crate) fn new(config: &ProxyConfig) -> Self {
        let names = config.models_map.names().map(ModelInfo::new);
        Self {
            known: config.models.iter().cloned().chain(names).collect(),
            discovery: config.discovery.clone(),
            found: Mutex::new(None),
        }
    }

    /// Returns the response if this is a request for models.
    pub(crate) async fn answer(
        &self,
        method: &Method,
        target: &Target,
    ) -> Option<Response<ProxyBody>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let path = target.path();
        if matches!(path, "/models" | "/models/") {
            let list = self.list().await;
            let data: Vec<Value> = list.iter().map(ModelInfo::to_json).collect();
            let text = json!({"object": "list", "data": data}).to_string();
            return Some(json_response(StatusCode::OK, text));
        }
        let id = decoded(path.strip_prefix("/models/")?);
        let list = self.list().await;
        // A name that is not in the list may still be known to the service.
        let model = list.into_iter().find(|model| model.id == id);
        let model = model.unwrap_or_else(|| ModelInfo::new(id));
        Some(json_response(StatusCode::OK, model.to_json().to_string()))
    }

    async fn list(&self) -> Vec<ModelInfo> {
        let mut list = self.known.clone();
        if let Some(discovery) = &self.discovery {
            list.extend(self.discovered(discovery).await.iter().cloned());
        }
        let mut seen = BTreeSet::new();
        list.retain(|model| seen.insert(model.id.clone()));
        list
    }

    async fn discovered(&self, discovery: &ModelDiscovery) -> Arc<[ModelInfo]> {
        let mut found = self.found.lock().await;
        if let Some((until, models)) = &*found
            && Instant::now() < *until
        {
            return Arc::clone(models);
        }
        let outcome = timeout(PATIENCE, discovery.find()).await;
        let outcome = outcome.unwrap_or_else(|_| Err("it did not respond in time".to_owned()));
        let (keep, models) = match outcome {
            Ok(models) => (KEEP, models.into()),
            Err(reason) => {
                tracing::warn!(%reason, "could not list models at the control plane");
                let before = found.take().map(|(_, models)| models);
                (KEEP_FAILURE, before.unwrap_or_default())
            }
        };
        *found = Some((Instant::now() + keep, Arc::clone(&models)));
        models
    }
}

fn decoded(text: &str) -> String {
    let query = format!("id={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_each_form() {
        let ids = |text: &str| {
            let list = ModelInfo::parse_list(text).unwrap();
            list.into_iter().map(|model| model.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("a # first\n\n# none\n b "), ["a", "b"]);
        assert_eq!(ids(r#"["a",{"id":"b","x":1}]"#), ["a", "b"]);
        assert_eq!(ids(r#"{"object":"list","data":[{"id":"a"}]}"#), ["a"]);
        assert_eq!(ids(""), Vec::<String>::new());
        for text in ["{", "{}", "[7]", r#"[{"name":"a"}]"#] {
            assert!(ModelInfo::parse_list(text).is_err(), "{text}");
        }
        assert_eq!(decoded("a%2Fb+c&d"), "a/b+c&d");
    }
}
