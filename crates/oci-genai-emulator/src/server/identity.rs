//! Identity endpoints: metadata service, federation, token refresh, resource principals, workload
//! identity.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use oci_genai_auth::{KeyId, PublicKey, SignedHeaders, Verifier, VerifyError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::authenticate::CredentialKind;
use crate::error::ApiError;
use crate::identity::{INSTANCE, Subject, TENANCY, not_authenticated};
use crate::json_error::JsonError;

/// Response header with the address of a resource's parent.
const PARENT_URL: &str = "opc-parent-rpt-url";

type Answer = Result<Json<Value>, ApiError>;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/opc/v2/{*path}", get(metadata))
        .route("/v1/x509", post(federation))
        .route("/v1/authentication/refresh", post(refresh))
        .route(
            "/20180711/resourcePrincipalToken/{id}",
            get(resource_tokens),
        )
        .route(
            "/20180711/resourcePrincipalTokenV2/{id}",
            get(resource_tokens),
        )
        .route(
            "/20180711/resourcePrincipalTokenV212/{id}",
            get(resource_tokens),
        )
        .route("/v1/resourcePrincipalSessionToken", post(resource_session))
        .route("/resourcePrincipalSessionTokens", post(workload_session))
}

/// Metadata service of a compute instance, version 2.
async fn metadata(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<String, ApiError> {
    if headers
        .get(AUTHORIZATION)
        .is_none_or(|value| value != "Bearer Oracle")
    {
        return Err(
            not_authenticated().because("the header `Authorization: Bearer Oracle` is missing")
        );
    }
    let region = &app.config.region;
    Ok(match path.trim_end_matches('/') {
        "instance/region" | "instance/canonicalRegionName" => region.clone(),
        "instance/id" => INSTANCE.to_owned(),
        "instance/regionInfo" => region_info(&app).to_string(),
        "instance" => json!({
            "id": INSTANCE,
            "tenantId": TENANCY,
            "compartmentId": TENANCY,
            "region": region,
            "canonicalRegionName": region,
            "regionInfo": region_info(&app),
        })
        .to_string(),
        "identity/cert.pem" => app.identity.keys().await?.leaf.clone(),
        "identity/key.pem" => app.identity.keys().await?.leaf_key.clone(),
        "identity/intermediate.pem" => app.identity.keys().await?.intermediate.clone(),
        _ => return Err(ApiError::new(StatusCode::NOT_FOUND, "Not Found").gateway()),
    })
}

fn region_info(app: &App) -> Value {
    json!({
        "realmKey": "oc1",
        "realmDomainComponent": "oraclecloud.com",
        "regionKey": app.ids.code().to_uppercase(),
        "regionIdentifier": app.config.region,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FederationRequest {
    certificate: String,
    public_key: String,
}

/// Exchanges an instance's certificate for a token.
async fn federation(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Answer {
    let keys = app.identity.keys().await?;
    let verifier = Verifier::new().with_signed_headers(SignedHeaders::WithoutHost);
    let verified = app
        .authenticator
        .verify_with(&verifier, &parts, &body, |id| {
            (*id == keys.leaf_key_id).then(|| keys.leaf_public.clone())
        });
    verified.map_err(|refusal| refused(&refusal))?;
    let asked: FederationRequest = parse(&body)?;
    if asked.certificate != keys.leaf_bare {
        return Err(not_authenticated().because("the certificate is not this instance's"));
    }
    let subject = Subject {
        id: INSTANCE,
        kind: CredentialKind::InstancePrincipal,
    };
    issue(&app, subject, &asked.public_key).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefreshRequest {
    current_token: String,
}

/// Exchanges a session token for a later one. The key pair stays the same.
async fn refresh(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Answer {
    let id = signer(&app, &parts, &body)?;
    let asked: RefreshRequest = parse(&body)?;
    let token = id
        .security_token()
        .filter(|token| token.expose() == asked.current_token);
    let (Some(token), Some(key)) = (token, app.authenticator.key(&id)) else {
        return Err(not_authenticated().because("the token is not the one that signed"));
    };
    let owner = token
        .claim("sub")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let subject = Subject {
        id: owner,
        kind: CredentialKind::SessionToken,
    };
    let token = app.issue(subject, key).await?;
    Ok(Json(json!({ "token": token })))
}

/// Issues the tokens of a resource to its own key pair or to the instance it runs on.
async fn resource_tokens(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    parts: Parts,
    body: Bytes,
) -> Result<Response, ApiError> {
    signer(&app, &parts, &body)?;
    let exp = app.clock.unix() + app.config.token_lifetime.as_secs();
    let resource =
        json!({ "sub": id, "res_id": id, "res_tenant": TENANCY, "exp": exp, "use": "rpt" });
    let service = json!({ "sub": "service", "exp": exp, "use": "spst" });
    let tokens = json!({
        "resourcePrincipalToken": app.identity.sign(resource).await?,
        "servicePrincipalSessionToken": app.identity.sign(service).await?,
    });
    let mut response = Json(tokens).into_response();
    if let Some(url) = parent_url(&app, &parts, &id) {
        response.headers_mut().insert(PARENT_URL, url);
    }
    Ok(response)
}

/// Returns the URL of a resource's parent, if it has one.
fn parent_url(app: &App, parts: &Parts, id: &str) -> Option<HeaderValue> {
    let parent = app.identity.parent(id)?;
    let scheme = if app.config.tls { "https" } else { "http" };
    let named = parts.headers.get(header::HOST);
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => named?.to_str().ok()?,
    };
    let url = format!("{scheme}://{host}/20180711/resourcePrincipalToken/{parent}");
    HeaderValue::from_str(&url).ok()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSessionRequest {
    resource_principal_token: String,
    service_principal_session_token: String,
    session_public_key: String,
}

/// Issues a session token for a resource.
async fn resource_session(State(app): State<Arc<App>>, parts: Parts, body: Bytes) -> Answer {
    signer(&app, &parts, &body)?;
    let asked: ResourceSessionRequest = parse(&body)?;
    let now = app.clock.now();
    let resource = app
        .identity
        .open(&asked.resource_principal_token, now)
        .await?;
    let service = app
        .identity
        .open(&asked.service_principal_session_token, now)
        .await?;
    let used_as = |token: &oci_genai_auth::SecurityToken, purpose: &str| {
        token.claim("use").and_then(Value::as_str) == Some(purpose)
    };
    if !used_as(&resource, "rpt") || !used_as(&service, "spst") {
        return Err(not_authenticated().because("a token was issued for another purpose"));
    }
    let id = resource
        .claim("res_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let subject = Subject {
        id,
        kind: CredentialKind::ResourcePrincipal,
    };
    issue(&app, subject, &asked.session_public_key).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorkloadRequest {
    pod_key: String,
}

/// Issues a session token for a pod with a service account's token: base64 of JSON, as the cluster
/// does.
async fn workload_session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<String, ApiError> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let account = app
        .identity
        .open(token.unwrap_or_default(), app.clock.now())
        .await?;
    let asked: WorkloadRequest = parse(&body)?;
    let id = account
        .claim("sub")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let subject = Subject {
        id,
        kind: CredentialKind::WorkloadIdentity,
    };
    let token = app.issue(subject, public_key(&asked.pod_key)?).await?;
    Ok(STANDARD.encode(json!({ "token": format!("ST${token}") }).to_string()))
}

async fn issue(app: &App, subject: Subject<'_>, key: &str) -> Answer {
    let token = app.issue(subject, public_key(key)?).await?;
    Ok(Json(json!({ "token": token })))
}

/// Returns the trusted key that signed the request.
fn signer(app: &App, parts: &Parts, body: &[u8]) -> Result<KeyId, ApiError> {
    app.authenticator
        .signer(parts, body)
        .map_err(|refusal| refused(&refusal))
}

fn refused(refusal: &VerifyError) -> ApiError {
    not_authenticated().because(refusal)
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::new(StatusCode::BAD_REQUEST, JsonError::from(error).to_string())
            .code("CannotParseRequest")
            .gateway()
    })
}

/// Parses a public key without PEM markers.
fn public_key(bare: &str) -> Result<PublicKey, ApiError> {
    let der = STANDARD.decode(bare).ok();
    der.and_then(|der| PublicKey::from_der(&der).ok())
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "The public key is no RSA key of at least 2048 bits.",
            )
            .code("InvalidParameter")
            .gateway()
        })
}
