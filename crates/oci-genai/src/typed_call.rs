//! The common parts of all typed calls.

use oci_genai_api::ResponseValue;
use oci_genai_api::types::ErrorResponse;

use crate::middleware::{CallSpan, Idempotency, OPC_REQUEST_ID, SELECTED_REGION, call_span};
use crate::options::RequestOptions;
use crate::{Client, Error, Result};

/// A call in progress: the low-level client with the call's options, and its span.
pub(crate) struct Call {
    pub(crate) api: oci_genai_api::Client,
    pub(crate) span: tracing::Span,
    pub(crate) client: Client,
}

impl Call {
    pub(crate) fn new(
        client: &Client,
        options: RequestOptions,
        operation: &str,
        resend: Idempotency,
    ) -> Result<Self> {
        Self::with_span(client, options, resend, call_span(operation, None, None))
    }

    pub(crate) fn with_span(
        client: &Client,
        options: RequestOptions,
        resend: Idempotency,
        span: tracing::Span,
    ) -> Result<Self> {
        Ok(Self {
            api: client.call(options, resend, CallSpan(span.clone()))?,
            span,
            client: client.clone(),
        })
    }

    /// Converts the result of an operation into this crate's types.
    pub(crate) fn outcome<T>(
        &self,
        result: Result<ResponseValue<T>, oci_genai_api::Error<ErrorResponse>>,
    ) -> Result<T> {
        let result = result.map(ResponseValue::into_inner);
        result.map_err(|error| Error::from(error).masked(self.client.sent_credentials()))
    }
}

/// Returns the service's request id from response headers.
pub(crate) fn request_id(headers: &http::HeaderMap) -> Option<String> {
    headers
        .get(OPC_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// Returns the region that a routing profile selected, from response headers.
pub(crate) fn selected_region(headers: &http::HeaderMap) -> Option<&str> {
    headers.get(SELECTED_REGION)?.to_str().ok()
}

/// Implements `IntoFuture` for a call builder with an async `send`.
macro_rules! awaitable {
    ($builder:ty => $output:ty) => {
        impl std::future::IntoFuture for $builder {
            type Output = $crate::Result<$output>;
            type IntoFuture =
                std::pin::Pin<Box<dyn Future<Output = $crate::Result<$output>> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }
    };
}
pub(crate) use awaitable;

/// Defines a call that needs only ids: its builder and `send`.
macro_rules! id_call {
    (
        $(#[$doc:meta])*
        $name:ident: $operation:ident($($id:ident: $what:literal),+) -> $output:ty, $resend:expr
    ) => {
        $crate::typed_call::id_call! {
            $(#[$doc])*
            $name: $operation($($id: $what),+) -> $output, $resend, |call, answer| call.outcome(answer)
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident: $operation:ident($($id:ident: $what:literal),+) -> $output:ty, $resend:expr,
        |$call:ident, $answer:ident| $read:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[must_use = "nothing is sent before it is awaited"]
        pub struct $name {
            client: $crate::Client,
            $($id: $crate::ResourceId,)+
            options: $crate::RequestOptions,
        }

        impl $name {
            pub(crate) fn new(client: $crate::Client, $($id: $crate::ResourceId),+) -> Self {
                Self { client, $($id,)+ options: $crate::RequestOptions::new() }
            }

            $crate::options::call_options!();

            /// Sends the request.
            ///
            /// # Errors
            ///
            /// Returns an error if an id is invalid (checked before anything is sent) or the call
            /// fails.
            pub async fn send(self) -> $crate::Result<$output> {
                $(let $id = self.$id.checked($what)?;)+
                let $call = $crate::typed_call::Call::new(
                    &self.client, self.options, stringify!($operation), $resend)?;
                let $answer = $call.api.$operation($(&$id),+).await;
                $read
            }
        }

        $crate::typed_call::awaitable!($name => $output);
    };
}
pub(crate) use id_call;
