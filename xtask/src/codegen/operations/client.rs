//! The client itself.

use proc_macro2::TokenStream;
use quote::quote;

use super::documented;
use crate::codegen::shape::Shape;

/// The struct that has the operations, and how one is made of its parts.
pub(super) fn client(shape: &Shape) -> TokenStream {
    let docs = documented(&format!(
        "Client for {}.\n\n{}\n\nVersion {} of the document.",
        shape.title.trim_end_matches('.'),
        shape.description,
        shape.version
    ));
    let version = &shape.version;
    quote! {
        #(#docs)*
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(crate) baseurl: crate::transport::BaseUrl,
            pub(crate) client: reqwest::Client,
            pub(crate) inner: crate::Transport,
        }
        impl Client {
            /// Construct a new client with an existing `reqwest::Client`,
            /// allowing more control over its configuration.
            ///
            /// `baseurl` is the base URL provided to the internal
            /// `reqwest::Client`, and should include a scheme and hostname,
            /// as well as port and a path stem if applicable.
            pub fn new_with_client(
                baseurl: &str,
                client: reqwest::Client,
                inner: crate::Transport,
            ) -> Self {
                Self {
                    baseurl: crate::transport::BaseUrl::new(baseurl),
                    client,
                    inner,
                }
            }
        }
        impl ClientInfo<crate::Transport> for Client {
            fn api_version() -> &'static str {
                #version
            }
            fn baseurl(&self) -> &str {
                self.baseurl.as_str()
            }
            fn client(&self) -> &reqwest::Client {
                &self.client
            }
            fn inner(&self) -> &crate::Transport {
                &self.inner
            }
        }
    }
}

/// How a client of a crate of its own is made, and what it has besides operations.
pub(super) fn constructors(shape: &Shape) -> TokenStream {
    let open = shape
        .operations
        .iter()
        .filter(|operation| operation.is_open)
        .map(|operation| &operation.id);
    let base_url = shape.base_url.as_ref().map(|url| {
        quote! {
            /// The first server of the document.
            pub const BASE_URL: &'static str = #url;
        }
    });
    quote! {
        /// Operations that take no credentials.
        const OPEN: &[&str] = &[#(#open),*];
        impl Client {
            #base_url
            /// Makes a client that sends requests to paths below `base_url`. It follows redirects, gives
            /// up a connection that takes longer than 10 seconds, and a response of which nothing comes
            /// for 5 minutes. [`Client::new_with_client`] takes a client with other settings.
            ///
            /// # Panics
            ///
            /// Where [`reqwest::Client::new`] does: when no TLS library can be set up.
            pub fn new(base_url: &str) -> Self {
                let client = reqwest::Client::builder()
                    .connect_timeout(::std::time::Duration::from_secs(10))
                    .read_timeout(::std::time::Duration::from_secs(300))
                    .build()
                    .unwrap_or_default();
                let transport = crate::Transport::new(crate::transport::HttpClient::new(client.clone()));
                Self::new_with_client(base_url, client, transport)
            }
            /// A cheap copy of this client whose requests carry credentials. Called twice, requests
            /// carry both; of two for the same place the last one counts.
            #[must_use]
            pub fn with_auth(&self, auth: crate::auth::Auth) -> Self {
                self.with_transport(crate::auth::layer(&self.inner, auth, OPEN))
            }
            /// A cheap copy of this client whose requests another transport carries.
            #[must_use]
            pub fn with_transport(&self, transport: crate::Transport) -> Self {
                Self {
                    inner: transport,
                    ..self.clone()
                }
            }
        }
    }
}
