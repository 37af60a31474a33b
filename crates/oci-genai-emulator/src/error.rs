//! Errors in the service's words and shapes.

use axum::body::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Shape of an error body. Real deployments use several, depending on the layer that rejects a
/// request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorShape {
    /// The service's shapes: Oracle's shape for errors of the gateway (credentials, unknown path),
    /// OpenAI's shape for everything else.
    #[default]
    Service,
    /// `{"error": {"message", "type", "param", "code"}}`.
    OpenAi,
    /// `{"code", "message"}`.
    Oci,
    /// Oracle's shape with an OpenAI error as a JSON string in `message`.
    OciNested,
    /// `{"code", "error"}` where `error` is a string, as passed on from a model provider.
    Provider,
    /// Plain text, as from a proxy.
    Text,
    /// An HTML page, as from a load balancer.
    Html,
}

/// An error response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    /// The gateway rejected the request before it reached the API, so the error has Oracle's shape.
    pub(crate) gateway: bool,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Reason for rejecting a credential, for the log and the inspector. The client never sees it.
    pub(crate) refusal: Option<Box<str>>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            code: None,
            param: None,
            gateway: false,
            headers: Vec::new(),
            refusal: None,
        }
    }

    /// Returns a 400 for one parameter.
    pub(crate) fn parameter(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..Self::new(StatusCode::BAD_REQUEST, message)
        }
    }

    /// Returns a 400 for a parameter whose value has the wrong type or is out of range.
    pub(crate) fn invalid(param: &str, wanted: &str) -> Self {
        Self::parameter(
            param,
            format!("Invalid value for '{param}': expected {wanted}."),
        )
        .code("invalid_value")
    }

    /// Returns a 400 for a missing parameter.
    pub(crate) fn missing(param: &str) -> Self {
        Self::parameter(param, format!("Missing required parameter: '{param}'."))
            .code("missing_required_parameter")
    }

    /// Returns a 404 for an object that does not exist or belongs to another project.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!("{what} with id '{id}' not found."),
        )
    }

    /// Returns a 401 with the same message for every reason, as the service does.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "The required information to complete authentication was not provided or was incorrect.",
        )
        .gateway()
    }

    /// Returns a 404 for a path that no service owns.
    pub(crate) fn unknown_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Path doesn't map to a registered service!",
        )
        .gateway()
    }

    pub(crate) fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    pub(crate) fn gateway(mut self) -> Self {
        self.gateway = true;
        self
    }

    pub(crate) fn because(mut self, refusal: impl std::fmt::Display) -> Self {
        self.refusal = Some(refusal.to_string().into());
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    fn kind(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// Returns the error object in OpenAI's shape, without its envelope.
    pub(crate) fn openai(&self) -> Value {
        json!({ "message": self.message, "type": self.kind(), "param": self.param, "code": self.code })
    }

    fn oci_code(&self) -> String {
        let name = self.code.clone().filter(|_| self.gateway);
        name.unwrap_or_else(|| self.status.as_u16().to_string())
    }

    /// Returns the response in the given shape.
    pub(crate) fn render(&self, shape: ErrorShape) -> Response<Body> {
        let oci = |message: &str| json!({ "code": self.oci_code(), "message": message });
        let json = |value: Value| ("application/json", value.to_string());
        let (content_type, body) = match shape {
            ErrorShape::Service if self.gateway => json(oci(&self.message)),
            ErrorShape::Service | ErrorShape::OpenAi => json(json!({ "error": self.openai() })),
            ErrorShape::Oci => json(oci(&self.message)),
            ErrorShape::OciNested => json(oci(&json!({ "error": self.openai() }).to_string())),
            ErrorShape::Provider => {
                let code = self.code.clone().unwrap_or_else(|| self.kind().to_owned());
                json(json!({ "code": code, "error": self.message }))
            }
            ErrorShape::Text => ("text/plain", self.message.clone()),
            ErrorShape::Html => {
                let status = self.status;
                (
                    "text/html",
                    format!(
                        "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
                    ),
                )
            }
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }
}

/// Carries the error through the router. The outermost layer gives it its shape.
impl axum::response::IntoResponse for ApiError {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn body(error: &ApiError, shape: ErrorShape) -> String {
        let bytes = error
            .render(shape)
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_shape_keeps_the_members_it_has() {
        let error = ApiError::invalid("limit", "an integer from 1 to 100");
        let openai: Value = serde_json::from_str(&body(&error, ErrorShape::Service).await).unwrap();
        assert_eq!(openai["error"]["param"], "limit");
        assert_eq!(openai["error"]["code"], "invalid_value");
        let oci: Value = serde_json::from_str(&body(&error, ErrorShape::Oci).await).unwrap();
        assert_eq!(oci["code"], "400");
        let nested: Value =
            serde_json::from_str(&body(&error, ErrorShape::OciNested).await).unwrap();
        let inner: Value = serde_json::from_str(nested["message"].as_str().unwrap()).unwrap();
        assert_eq!(inner, openai);
        let provider: Value =
            serde_json::from_str(&body(&error, ErrorShape::Provider).await).unwrap();
        assert!(provider["error"].is_string());
        assert_eq!(body(&error, ErrorShape::Text).await, error.message);
        assert!(body(&error, ErrorShape::Html).await.starts_with("<html>"));
    }

    #[tokio::test]
    async fn gateway_errors_have_oracles_shape() {
        let value: Value =
            serde_json::from_str(&body(&ApiError::unauthenticated(), ErrorShape::Service).await)
                .unwrap();
        assert_eq!(value["code"], "401");
        assert!(
            value["message"]
                .as_str()
                .unwrap()
                .contains("authentication")
        );
    }
}
