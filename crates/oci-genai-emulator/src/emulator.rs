//! A running emulator.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use oci_genai_auth::{KeyId, PublicKey};
use serde::Serialize;

use crate::app::App;
use crate::authenticate::CredentialKind;
use crate::builder::{EmulatorBuilder, StartError};
use crate::clock::Clock;
use crate::fault::Faults;
use crate::identity::Subject;
use crate::request_log::{RecordedRequest, UnexpectedRequests};
use crate::server;
use crate::snapshot::{ConversationView, ProjectView};

/// A running emulator. Dropping it ends its connections and the turns in flight.
#[must_use = "an emulator stops when it is dropped"]
pub struct Emulator {
    app: Arc<App>,
    address: SocketAddr,
    /// The authority's certificate, if the emulator serves over TLS.
    ca_pem: Option<String>,
}

/// Error from issuing a token.
#[derive(Debug, thiserror::Error)]
#[error("could not issue a token: {0}")]
pub struct IssueError(String);

/// Addresses and settings of a started emulator, as one line of JSON for the program that started
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReadyRecord {
    /// Always `ready`.
    pub event: &'static str,
    /// The base URL for clients.
    pub base_url: String,
    /// Base URL of the control API.
    pub control_url: String,
    /// The emulated region.
    pub region: String,
    /// The existing projects.
    pub projects: Vec<String>,
    /// The certificate to trust, in PEM, if the emulator serves over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// The version of the emulator.
    pub version: &'static str,
}

impl Emulator {
    pub(crate) fn new(app: Arc<App>, address: SocketAddr, ca_pem: Option<String>) -> Self {
        Self {
            app,
            address,
            ca_pem,
        }
    }

    /// Starts an emulator with the default settings: a free loopback port, one API key, one
    /// project.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] if no port is available.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Returns a builder for an emulator with other settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Returns the base URL for clients, such as `http://127.0.0.1:40123/openai/v1`.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), server::BASE_PATH)
    }

    /// Returns the scheme and authority of all URLs.
    fn origin(&self) -> String {
        let scheme = if self.ca_pem.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// Returns the certificate to trust, in PEM, if the emulator serves over TLS. It signed the
    /// server's certificate and is only valid for this emulator.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = oci_genai_emulator::Emulator::builder().tls().start().await?;
    /// let ca = reqwest::Certificate::from_pem(emulator.ca_pem().unwrap_or_default().as_bytes())?;
    /// let client = reqwest::Client::builder().tls_certs_only([ca]).build()?;
    /// assert_eq!(client.get(emulator.base_url()).send().await?.status(), 404);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Returns the address the emulator listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the emulator's clock, which can be moved.
    pub fn clock(&self) -> &Clock {
        &self.app.clock
    }

    /// Returns the faults, to which more can be added.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// Returns the last requests, oldest first, at most 1,000.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.app.requests.list()
    }

    /// Returns the requests to a route such as `POST /responses`. Either part may be `*`; a path
    /// matches by its beginning.
    ///
    /// # Errors
    ///
    /// Returns [`UnexpectedRequests`], which lists all requests, if the number of requests differs
    /// from `expected`.
    pub fn expect_requests(
        &self,
        route: &str,
        expected: usize,
    ) -> Result<Vec<RecordedRequest>, UnexpectedRequests> {
        self.app.requests.expect(route, expected)
    }

    /// Clears the recorded requests.
    pub fn clear_requests(&self) {
        self.app.requests.clear();
    }

    /// Returns the contents of a project; empty if the project does not exist.
    pub fn project(&self, ocid: &str) -> ProjectView {
        self.app
            .store
            .read(|state| ProjectView::of(state.project(ocid)))
    }

    /// Returns the contents of one conversation of a project.
    pub fn conversation(&self, project: &str, id: &str) -> Option<ConversationView> {
        self.app.store.read(|state| {
            let conversations = &state.project(project).conversations;
            conversations.get(id).map(ConversationView::of)
        })
    }

    /// Returns the URL of the identity endpoints: metadata service (add `/opc/v2`), federation,
    /// token refresh, resource principals and workload identity.
    pub fn identity_url(&self) -> String {
        self.origin()
    }

    /// Trusts signatures made with this key, such as a user's API signing key or a resource's key
    /// pair.
    pub fn add_trusted_key(&self, key_id: KeyId, key: PublicKey) {
        self.app.authenticator.trust().add_key(key_id, key);
    }

    /// Makes one resource the parent of another. Resource principals 3.0 that ask as the child
    /// resource are redirected to the parent.
    pub fn add_parent(&self, resource: impl Into<String>, parent: impl Into<String>) {
        self.app.identity.add_parent(resource.into(), parent.into());
    }

    /// Issues a resource principal token for this key pair, as the platform does for a cloud
    /// resource. Put it in `OCI_RESOURCE_PRINCIPAL_RPST`.
    ///
    /// # Errors
    ///
    /// Returns [`IssueError`] if the keys of the identity endpoints cannot be created.
    pub async fn issue_resource_token(
        &self,
        resource: &str,
        key: PublicKey,
    ) -> Result<String, IssueError> {
        let subject = Subject {
            id: resource,
            kind: CredentialKind::ResourcePrincipal,
        };
        self.app
            .issue(subject, key)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// Issues a session token for this key pair, as a login does. Put it in a
    /// `security_token_file`.
    ///
    /// # Errors
    ///
    /// Returns [`IssueError`] if the keys of the identity endpoints cannot be created.
    pub async fn issue_session_token(
        &self,
        user: &str,
        key: PublicKey,
    ) -> Result<String, IssueError> {
        let subject = Subject {
            id: user,
            kind: CredentialKind::SessionToken,
        };
        self.app
            .issue(subject, key)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// Issues a token of a Kubernetes service account, which a pod exchanges for its workload
    /// identity.
    ///
    /// # Errors
    ///
    /// Returns [`IssueError`] if the keys of the identity endpoints cannot be created.
    pub async fn issue_service_account_token(&self, account: &str) -> Result<String, IssueError> {
        let exp = self.app.clock.unix() + self.app.config.token_lifetime.as_secs();
        let claims = serde_json::json!({ "sub": account, "exp": exp });
        self.app
            .identity
            .sign(claims)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// Adds a project. It is known after the propagation time.
    pub fn add_project(&self, ocid: impl Into<String>) {
        self.app.add_project(ocid.into());
    }

    /// Waits until no turn is in flight, including turns that their client has abandoned.
    pub async fn wait_until_idle(&self) {
        self.app.wait_until_idle().await;
    }

    /// Returns the base URL of the control API, such as `http://127.0.0.1:40123/_emulator`.
    pub fn control_url(&self) -> String {
        format!("{}{}", self.origin(), server::CONTROL_PATH)
    }

    /// Returns the addresses and settings of the emulator.
    pub fn ready_record(&self) -> ReadyRecord {
        ReadyRecord {
            event: "ready",
            base_url: self.base_url(),
            control_url: self.control_url(),
            region: self.app.config.region.clone(),
            projects: self.app.config.projects.clone(),
            ca_pem: self.ca_pem.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.app.stop.cancel();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .field("config", &self.app.config)
            .finish_non_exhaustive()
    }
}
