//! A running emulator, as its owner sees it.

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
use crate::requests::{SeenRequest, UnexpectedRequests};
use crate::server;
use crate::view::{ConversationView, ProjectView};

/// A running emulator. Dropping it stops it, its connections and the turns in flight.
#[must_use = "an emulator stops when it is dropped"]
pub struct Emulator {
    app: Arc<App>,
    address: SocketAddr,
    /// Who signed the certificate, if it serves over TLS.
    ca_pem: Option<String>,
}

/// Why a token could not be issued.
#[derive(Debug, thiserror::Error)]
#[error("no token can be issued: {0}")]
pub struct IssueError(String);

/// What a started emulator says about itself, as one line of JSON for the program that started it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReadyRecord {
    /// Always `ready`.
    pub event: &'static str,
    /// What to give a client as its base URL.
    pub base_url: String,
    /// Where the emulator takes orders.
    pub control_url: String,
    /// The region emulated.
    pub region: String,
    /// The projects that exist.
    pub projects: Vec<String>,
    /// The certificate to trust, in PEM, if it serves over TLS.
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

    /// Starts an emulator with the default settings: a free port of loopback, one API key, one project.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// An emulator with other settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// What to give a client as its base URL, such as `http://127.0.0.1:40123/openai/v1`.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.origin(), server::BASE_PATH)
    }

    /// Scheme and authority of all its URLs.
    fn origin(&self) -> String {
        let scheme = if self.ca_pem.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate to trust, in PEM, if the emulator serves over TLS: it signed the server's, and ends
    /// with the emulator.
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

    /// The address the emulator listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The emulator's clock, which may be moved.
    pub fn clock(&self) -> &Clock {
        &self.app.clock
    }

    /// The faults in force, to which more can be added.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// The latest requests, oldest first; the last 1,000 are remembered.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.app.requests.list()
    }

    /// The requests to a route such as `POST /responses` (either part may be `*`, a path means what
    /// starts with it).
    ///
    /// # Errors
    ///
    /// When there are not exactly as many as expected; the error lists all requests.
    pub fn expect_requests(
        &self,
        route: &str,
        expected: usize,
    ) -> Result<Vec<SeenRequest>, UnexpectedRequests> {
        self.app.requests.expect(route, expected)
    }

    /// Forgets the requests seen so far.
    pub fn forget_requests(&self) {
        self.app.requests.clear();
    }

    /// What a project holds; nothing for a project that does not exist.
    pub fn project(&self, ocid: &str) -> ProjectView {
        self.app
            .store
            .read(|state| ProjectView::of(state.project(ocid)))
    }

    /// What one conversation of a project holds.
    pub fn conversation(&self, project: &str, id: &str) -> Option<ConversationView> {
        self.app.store.read(|state| {
            let conversations = &state.project(project).conversations;
            conversations.get(id).map(ConversationView::of)
        })
    }

    /// Where the identity side answers: metadata service (add `/opc/v2`), federation, token refresh,
    /// resource principals and workload identity.
    pub fn identity_url(&self) -> String {
        self.origin()
    }

    /// Trusts signatures by this key, such as a user's API signing key or a resource's key pair.
    pub fn trust(&self, key_id: KeyId, key: PublicKey) {
        self.app.authenticator.trust().add_key(key_id, key);
    }

    /// Makes one resource the parent of another: who asks as the other, by resource principals 3.0, is sent
    /// on to it.
    pub fn add_parent(&self, resource: impl Into<String>, parent: impl Into<String>) {
        self.app.identity.add_parent(resource.into(), parent.into());
    }

    /// A token for this key pair, as a cloud resource has one whose platform renews it: what belongs
    /// into `OCI_RESOURCE_PRINCIPAL_RPST`.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
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

    /// A session token for this key pair, as after logging in: what belongs into a
    /// `security_token_file`.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
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

    /// A Kubernetes service account's token, good for a pod that asks for its workload's identity.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
    pub async fn issue_service_account_token(&self, account: &str) -> Result<String, IssueError> {
        let exp = self.app.clock.unix() + self.app.config.token_lifetime.as_secs();
        let claims = serde_json::json!({ "sub": account, "exp": exp });
        self.app
            .identity
            .sign(claims)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// Makes a project; it is known once the propagation window has passed.
    pub fn add_project(&self, ocid: impl Into<String>) {
        self.app.add_project(ocid.into());
    }

    /// Waits until no turn is in flight, also none that its client has abandoned.
    pub async fn until_idle(&self) {
        self.app.until_idle().await;
    }

    /// Where the emulator takes orders, such as `http://127.0.0.1:40123/_emulator`.
    pub fn control_url(&self) -> String {
        format!("{}{}", self.origin(), server::CONTROL_PATH)
    }

    /// What the emulator says about itself.
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
