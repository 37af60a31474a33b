// The page is the README. These link definitions come first, so that rustdoc checks them; the
// README's own definitions are for readers elsewhere.
//! [`ApiKey`]: ApiKey
//! [`AuthLayer`]: AuthLayer
//! [`ApiKeyCredentialsProvider`]: ApiKeyCredentialsProvider
//! [`ConfigFileCredentialsProvider`]: ConfigFileCredentialsProvider
//! [`InstancePrincipalCredentialsProvider`]: InstancePrincipalCredentialsProvider
//! [`ResourcePrincipalCredentialsProvider`]: ResourcePrincipalCredentialsProvider
//! [`OkeWorkloadIdentityCredentialsProvider`]: OkeWorkloadIdentityCredentialsProvider
//! [`DelegationCredentialsProvider`]: DelegationCredentialsProvider
//! [`DefaultCredentialsChain`]: DefaultCredentialsChain
//! [`ProvideCredentials`]: ProvideCredentials
//! [`RequestSigner`]: RequestSigner
//! [`Verifier`]: Verifier
#![doc = include_str!("../README.md")]

pub mod config;
pub mod layer;
#[doc(hidden)]
pub mod private_files;
pub mod provider;
#[doc(hidden)]
pub mod redact;
pub mod signing;

mod clock;
mod credentials;
mod environment;
mod error;
mod file_error;
mod files;
mod key;
mod region;
mod token;
mod token_clients;
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
