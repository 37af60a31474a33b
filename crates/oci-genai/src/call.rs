//! What all typed calls have in common.

use oci_genai_api::ResponseValue;
use oci_genai_api::types::ErrorResponse;

use crate::middleware::{CallSpan, OPC_REQUEST_ID, Resend, SELECTED_REGION, call_span};
use crate::options::RequestOptions;
use crate::{Client, Error, Result};

/// One call under way: the low-level client with the call's options, and its span.
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
        resend: Resend,
    ) -> Result<Self> {
        Self::with_span(client, options, resend, call_span(operation, None, None))
    }

    pub(crate) fn with_span(
        client: &Client,
        options: RequestOptions,
        resend: Resend,
        span: tracing::Span,
    ) -> Result<Self> {
        Ok(Self {
            api: client.call(options, resend, CallSpan(span.clone()))?,
            span,
            client: client.clone(),
        })
    }

    /// What an operation of this call returned, as this crate tells it.
    pub(crate) fn outcome<T>(
        &self,
        result: Result<ResponseValue<T>, oci_genai_api::Error<ErrorResponse>>,
    ) -> Result<T> {
        let result = result.map(ResponseValue::into_inner);
        result.map_err(|error| Error::from(error).masked(self.client.sent_credentials()))
    }
}

/// The service's id for an answered request.
pub(crate) fn request_id(headers: &http::HeaderMap) -> Option<String> {
    headers
        .get(OPC_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// The region that a routing profile chose for an answered request.
pub(crate) fn selected_region(headers: &http::HeaderMap) -> Option<&str> {
    headers.get(SELECTED_REGION)?.to_str().ok()
}

/// Lets a call builder with an async `send` be awaited itself.
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

/// A call that needs no more than an id: its builder and its sending.
macro_rules! id_call {
    (
        $(#[$doc:meta])*
        $name:ident: $operation:ident($($id:ident: $what:literal),+) -> $output:ty, $resend:expr
    ) => {
        $crate::call::id_call! {
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
            /// When an id cannot be one, which is found before anything is sent, or the call fails.
            pub async fn send(self) -> $crate::Result<$output> {
                $(let $id = self.$id.checked($what)?;)+
                let $call = $crate::call::Call::new(
                    &self.client, self.options, stringify!($operation), $resend)?;
                let $answer = $call.api.$operation($(&$id),+).await;
                $read
            }
        }

        $crate::call::awaitable!($name => $output);
    };
}
pub(crate) use id_call;
