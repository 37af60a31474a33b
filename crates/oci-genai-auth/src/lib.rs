//! OCI credentials, request signing and verification, and a tower layer that authenticates requests.
//!
//! The crate stands on its own: it needs nothing of the other crates of this project and works
//! around any `tower::Service` that speaks [`http::Request`].
//!
//! | you want to | use |
//! |---|---|
//! | send a Generative AI API key | [`ApiKey`] and [`AuthLayer`] |
//! | use a profile of `~/.oci/config` | [`ConfigFileCredentialsProvider`] |
//! | exchange API keys while the program runs | [`ApiKeyCredentialsProvider`] |
//! | act as a compute instance, a function or another resource, a Kubernetes pod | [`InstancePrincipalCredentialsProvider`], [`ResourcePrincipalCredentialsProvider`], [`OkeWorkloadIdentityCredentialsProvider`] |
//! | act on behalf of a user | [`DelegationCredentialsProvider`] |
//! | take whatever the machine offers | [`DefaultCredentialsChain`] |
//! | bring credentials of your own | implement [`ProvideCredentials`]; the example `corporate_gateway` does |
//! | sign one request by hand | [`RequestSigner`] |
//! | check signatures on a server | [`Verifier`] |
//!
//! # Example
//!
//! ```
//! use oci_genai_auth::{ApiKey, AuthLayer, StaticCredentialsProvider};
//! use tower_layer::Layer;
//!
//! # fn wrap<S: Clone>(http_client: S) -> Result<(), oci_genai_auth::Error> {
//! let provider = StaticCredentialsProvider::new(ApiKey::new("sk-example")?);
//! let service = AuthLayer::new(provider).layer(http_client);
//! # Ok(())
//! # }
//! ```
//!
//! Secrets never appear in `Debug` or `Display` output, in errors or in logs.

pub mod config;
pub mod layer;
pub mod provider;
pub mod signing;

mod clock;
mod credentials;
mod environment;
mod error;
mod key;
mod region;
mod token;
mod token_service;

pub use clock::{ManualTimeSource, SharedTimeSource, SystemTimeSource, TimeSource};
pub use config::{AuthKind, OciConfig, Profile, TrustedKey};
pub use credentials::{ApiKey, Credentials};
pub use environment::Environment;
pub use error::{BoxError, Error, ErrorKind, Result};
pub use key::{PrivateKey, PublicKey};
pub use layer::{Auth, AuthLayer};
pub use provider::{
    ApiKeyCredentialsProvider, ConfigFileCredentialsProvider, CredentialsCache,
    DefaultCredentialsChain, DelegationCredentialsProvider, EnvCredentialsProvider,
    InstancePrincipalCredentialsProvider, OkeWorkloadIdentityCredentialsProvider,
    ProvideCredentials, ResourcePrincipalCredentialsProvider, SessionTokenCredentialsProvider,
    SharedCredentialsProvider, StaticCredentialsProvider,
};
pub use signing::{
    AuthorizationHeader, BodyDigest, KeyId, ReceivedRequest, RequestSigner, SignedHeaders,
    Verified, Verifier, VerifyError,
};
pub use token::SecurityToken;
