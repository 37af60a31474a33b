//! What a request asks for, by the names that traces have.

use std::fmt;

use http::Method;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// A response or a chat completion of a model: `chat`.
    Chat,
    /// A completion of a text: `text_completion`.
    TextCompletion,
    /// Embeddings: `embeddings`.
    Embeddings,
    /// A shorter form of a long history, which a model writes: `compact_response`.
    CompactResponse,
    /// A stored response: `retrieve_response`.
    RetrieveResponse,
    /// Anything else: `request`.
    Other,
}

impl Operation {
    /// The operation of a request to this path below the service's endpoint.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if *method == Method::GET {
            let id = path.strip_prefix("/responses/");
            return match id.filter(|id| !id.is_empty() && !id.contains('/')) {
                Some(_) => Self::RetrieveResponse,
                None => Self::Other,
            };
        }
        if *method != Method::POST {
            return Self::Other;
        }
        match path {
            "/responses" | "/chat/completions" => Self::Chat,
            "/completions" => Self::TextCompletion,
            "/embeddings" => Self::Embeddings,
            "/responses/compact" => Self::CompactResponse,
            _ => Self::Other,
        }
    }

    /// Whether a model works on it, which is what usage counts.
    pub fn calls_model(self) -> bool {
        !matches!(self, Self::RetrieveResponse | Self::Other)
    }

    /// Its name in traces, by OpenTelemetry's conventions for generative AI where they have one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::TextCompletion => "text_completion",
            Self::Embeddings => "embeddings",
            Self::CompactResponse => "compact_response",
            Self::RetrieveResponse => "retrieve_response",
            Self::Other => "request",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_path_decide() {
        for (method, path, operation) in [
            (Method::POST, "/responses", Operation::Chat),
            (Method::POST, "/chat/completions", Operation::Chat),
            (Method::POST, "/embeddings", Operation::Embeddings),
            (
                Method::POST,
                "/responses/compact",
                Operation::CompactResponse,
            ),
            (Method::POST, "/responses/input_tokens", Operation::Other),
            (Method::POST, "/responses/r/cancel", Operation::Other),
            (Method::GET, "/responses/r", Operation::RetrieveResponse),
            (Method::GET, "/responses/", Operation::Other),
            (Method::GET, "/responses/r/input_items", Operation::Other),
            (Method::GET, "/embeddings", Operation::Other),
            (Method::DELETE, "/responses/r", Operation::Other),
        ] {
            assert_eq!(Operation::of(&method, path), operation, "{method} {path}");
        }
    }
}
